// Several processes against one, at a pace that both bear with ease.
//
// Where their cores are also the client's and the application's, several processes cannot show by throughput what they
// would bear on cores of their own, and at their limit they pay for being crowded. At an easy pace nobody is in the way: what
// all of them take for a request, and how much of it the busiest has, says how much they bear together.

import type { Entrant } from '../rounds.ts'
import type { Turn } from '../turn.ts'
import { openLoop } from './open-loop.ts'

/** Of what one bears. */
export const PACE = 0.4
const SECONDS = 2

/** The turns of one round. @param rate - requests a second */
export async function runPaced(entrants: readonly Entrant[], rate: number, round: number): Promise<Turn[]> {
  const order = entrants.map((_, i) => (round + i) % entrants.length)
  const turns: Turn[] = []
  for (const which of order) turns[which] = await paced(entrants[which] as Entrant, rate, round)
  return turns
}

async function paced({ title, measured, aim }: Entrant, rate: number, seed: number): Promise<Turn> {
  const before = await measured.used()
  try {
    const { answers } = await openLoop(aim, { rate, seconds: SECONDS, settling: 0, seed })
    const after = await measured.used()
    return {
      answered: answers.length,
      seconds: SECONDS,
      processorTime: after.cpu - before.cpu,
      parts: (after.parts ?? []).map((part, i) => part - (before.parts?.[i] ?? 0)),
    }
  } catch (error) {
    throw new Error(`${title}: ${(error as Error).message}`, { cause: error })
  }
}
