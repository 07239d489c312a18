// One contender's turn: fresh connections, a moment to settle, then the count.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from './child.ts'
import { type Aim, Load } from './load.ts'

export interface Turn {
  readonly answered: number
  readonly seconds: number
  /** Of the contender's process, in microseconds. */
  readonly processorTime: number
}

const SETTLING = 0.15 // of the turn's length

/** @throws an Error with the answer that was not the expected one */
export async function takeTurn(child: Child, aim: Aim, seconds: number): Promise<Turn> {
  const load = new Load(aim)
  load.start()
  try {
    return await Promise.race([load.failed, measure(child, load, aim, seconds)])
  } finally {
    load.stop()
  }
}

async function measure(child: Child, load: Load, aim: Aim, seconds: number): Promise<Turn> {
  await load.answers(aim.connections)
  await sleep(seconds * SETTLING * 1000)
  const before = await reading(child, load)
  await sleep(seconds * 1000)
  await load.answers(before.answered + 1) // on a machine that has better things to do
  const after = await reading(child, load)
  return {
    answered: after.answered - before.answered,
    seconds: (after.at - before.at) / 1000,
    processorTime: after.processorTime - before.processorTime,
  }
}

async function reading(child: Child, load: Load): Promise<{ processorTime: number; at: number; answered: number }> {
  const processorTime = await child.processorTime()
  return { processorTime, at: performance.now(), answered: load.answered }
}
