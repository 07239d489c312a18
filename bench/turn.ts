// One contender's turn: what it did and what that cost, in short slices, between which the others have theirs.
//
// A machine's noise changes from second to second. Two contenders are comparable to a percent only where they are measured
// within a tenth of one, over and over; and a tenth of a second is too little for each: so a turn is the sum of many.

import { type Aim, Load } from './load.ts'
import type { Used } from './servers/serve.ts'

/** Who is measured. */
export interface Measured {
  readonly port: number
  /** The processor time that it has used so far. */
  used(): Promise<Used>
  /** What goes on beside it begins before each of its slices, and ends after. */
  begin?(): void
  end?(): void
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

/** Milliseconds before each slice, which do not count: another program had the core, and its caches. */
const SETTLING = 8

/**
 * Processor time is taken from the first slice to the last, less what the settling took: work that a contender puts off
 * until nobody asks (garbage, writes) falls between its slices, and counts.
 */
export class TurnInSlices {
  readonly #measured: Measured
  readonly #load: Load
  readonly #settling: Used[] = []
  #from: Used | null = null
  #answered = 0
  #seconds = 0

  constructor(measured: Measured, aim: Aim) {
    this.#measured = measured
    this.#load = new Load(aim)
  }

  /** @throws an Error with the answer that was not the expected one */
  async slice(milliseconds: number): Promise<void> {
    this.#measured.begin?.()
    try {
      await this.#slice(milliseconds)
    } finally {
      this.#measured.end?.()
    }
  }

  async #slice(milliseconds: number): Promise<void> {
    await this.#load.open()
    const before = await this.#measured.used()
    await this.#load.ask(Math.min(SETTLING, milliseconds))
    const settled = await this.#measured.used()
    this.#settling.push(less(settled, before))
    this.#from ??= before
    const answered = this.#load.answered
    const from = performance.now()
    await this.#load.ask(milliseconds)
    this.#seconds += (performance.now() - from) / 1000
    this.#answered += this.#load.answered - answered
  }

  /** To be asked when the others had their last slices too. */
  async sum(): Promise<Turn> {
    const all = less(await this.#measured.used(), this.#from as Used)
    const { cpu, parts = [] } = this.#settling.reduce(less, all)
    return { answered: this.#answered, seconds: this.#seconds, processorTime: cpu, parts }
  }

  close(): void {
    this.#load.close()
  }
}

function less(after: Used, before: Used): Used {
  return {
    cpu: after.cpu - before.cpu,
    parts: (after.parts ?? []).map((part, i) => part - (before.parts?.[i] ?? 0)),
  }
}
