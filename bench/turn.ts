// One contender's turn: fresh connections, a moment to settle, then the count.

import { setTimeout as sleep } from 'node:timers/promises'
import { type Aim, Load } from './load.ts'
import type { Used } from './servers/serve.ts'

/** Who is measured. */
export interface Measured {
  readonly port: number
  /** The processor time that it has used so far. */
  used(): Promise<Used>
  stop(): Promise<void>
}

export interface Turn {
  readonly answered: number
  readonly seconds: number
  /** Of the contender's process, in microseconds. */
  readonly processorTime: number
  /** Of each process, where it is several. */
  readonly parts: readonly number[]
}

const SETTLING = 0.15 // of the turn's length

/** @throws an Error with the answer that was not the expected one */
export async function takeTurn(measured: Measured, aim: Aim, seconds: number): Promise<Turn> {
  const load = new Load(aim)
  load.start()
  try {
    const turn = await Promise.race([load.failed, measure(measured, load, aim, seconds)])
    await Promise.race([load.failed, load.finish()])
    return turn
  } finally {
    load.stop()
  }
}

async function measure(measured: Measured, load: Load, aim: Aim, seconds: number): Promise<Turn> {
  await load.answers(aim.visitors.length)
  await sleep(seconds * SETTLING * 1000)
  const before = await reading(measured, load)
  await sleep(seconds * 1000)
  await load.answers(before.answered + 1) // on a machine that has better things to do
  const after = await reading(measured, load)
  return {
    answered: after.answered - before.answered,
    seconds: (after.at - before.at) / 1000,
    processorTime: after.cpu - before.cpu,
    parts: after.parts.map((part, i) => part - (before.parts[i] ?? 0)),
  }
}

async function reading(measured: Measured, load: Load) {
  const { cpu, parts = [] } = await measured.used()
  return { cpu, parts, at: performance.now(), answered: load.answered }
}
