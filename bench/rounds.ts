// Rounds: all entrants in turn, over and over, so that what the machine does meanwhile falls on all alike.

import { type Aim, Load } from './load.ts'
import { type Measured, type Turn, TurnInSlices } from './turn.ts'

const SLICE = 0.05 // seconds

export interface Entrant {
  readonly title: string
  readonly measured: Measured
  readonly aim: Aim
}

/**
 * The turns of one round, in short slices that follow each other directly: those of one entrant are never more than the
 * others' single slices apart. Give it those who are to be compared, and few of them. Each begins one, and every other
 * round goes backwards: who comes after whom makes no difference.
 *
 * @param seconds - how long each is measured
 * @throws an Error that names the entrant and shows the answer that was not the expected one
 */
export async function runRound<E extends Entrant>(
  entrants: readonly E[],
  seconds: number,
  round: number,
  onTurn: (entrant: E) => void = () => {},
): Promise<Turn[]> {
  const turns = entrants.map((entrant) => ({ entrant, turn: new TurnInSlices(entrant.measured, entrant.aim) }))
  const slices = Math.ceil(seconds / SLICE)
  const order = round % 2 === 1 ? turns : turns.toReversed()
  try {
    for (let slice = 0; slice < slices; slice++) {
      for (let i = 0; i < order.length; i++) {
        const { entrant, turn } = order[(round + i) % order.length] as (typeof turns)[number]
        onTurn(entrant)
        try {
          await turn.slice((1000 * seconds) / slices)
        } catch (error) {
          throw new Error(`${entrant.title}: ${(error as Error).message}`, { cause: error })
        }
      }
    }
    return await Promise.all(turns.map(({ turn }) => turn.sum()))
  } finally {
    for (const { turn } of turns) turn.close()
  }
}

/** What is compiled by then stays so: a program with more code of its own would else be measured while it is. */
const WARM = 12_000 // answers

/** Nothing of it counts. @param seconds - the longest that it takes */
export async function warmUp(aim: Aim, seconds: number): Promise<void> {
  const load = new Load(aim)
  try {
    await load.ask(seconds * 1000, WARM)
  } finally {
    load.close()
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
