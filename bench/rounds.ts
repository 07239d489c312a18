// Rounds: all entrants in turn, over and over, so that what the machine does meanwhile falls on all alike.

import { setTimeout as sleep } from 'node:timers/promises'
import { type Aim, Load } from './load.ts'
import { type Measured, type Turn, takeTurn } from './turn.ts'

const SLICE = 0.25 // seconds

export interface Entrant {
  readonly title: string
  readonly measured: Measured
  readonly aim: Aim
}

/**
 * The turns of one round, in short slices, so that a busy second of the machine falls on all. Each begins one.
 *
 * @param seconds - how long each is measured
 * @throws an Error that names the entrant and shows the answer that was not the expected one
 */
export async function runRound<E extends Entrant>(
  entrants: readonly E[],
  seconds: number,
  round: number,
  onTurn: (entrant: E) => void,
): Promise<Turn[]> {
  const turns: Turn[] = entrants.map(() => ({ answered: 0, seconds: 0, processorTime: 0, parts: [] }))
  const slices = Math.ceil(seconds / SLICE)
  for (let slice = 0; slice < slices; slice++) {
    for (let i = 0; i < entrants.length; i++) {
      const which = (round + slice + i) % entrants.length
      const entrant = entrants[which] as E
      onTurn(entrant)
      try {
        turns[which] = sum(turns[which] as Turn, await takeTurn(entrant.measured, entrant.aim, seconds / slices))
      } catch (error) {
        throw new Error(`${entrant.title}: ${(error as Error).message}`, { cause: error })
      }
    }
  }
  return turns
}

/** What is compiled by then stays so: a program with more code of its own would else be measured while it is. */
const WARM = 12_000 // answers

/** Nothing of it counts. @param seconds - the longest that it takes */
export async function warmUp(aim: Aim, seconds: number): Promise<void> {
  const load = new Load(aim)
  load.start()
  try {
    await Promise.race([load.failed, load.answers(WARM), sleep(seconds * 1000)])
    await Promise.race([load.failed, load.finish()])
  } finally {
    load.stop()
  }
}

function sum(a: Turn, b: Turn): Turn {
  return {
    answered: a.answered + b.answered,
    seconds: a.seconds + b.seconds,
    processorTime: a.processorTime + b.processorTime,
    parts: b.parts.map((part, i) => part + (a.parts[i] ?? 0)),
  }
}

/** Requests a second. */
export function rate({ answered, seconds }: Turn): number {
  return answered / seconds
}

/** Microseconds of processor time a request. */
export function cost({ processorTime, answered }: Turn): number {
  return processorTime / answered
}
