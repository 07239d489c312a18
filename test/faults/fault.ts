// What a fault is to the runner: a name, the rules that it tries, and rounds.

import type { Crew } from './crew/crew.ts'
import type { Random } from './random.ts'

export interface Tally {
  rounds: number
  /** Acknowledged ends and writes that were checked, and what was in doubt. */
  ends: number
  writes: number
  doubts: number
  /** Requests that were refused loudly, as they ought to. */
  refusals: number
  /** What was measured or seen, in a few words. */
  readonly notes: string[]
  /** Promises that were broken. None, or the run fails. */
  readonly broken: string[]
}

export interface Trial {
  readonly random: Random
  readonly crew: Crew
  /** How many rounds, where the fault would take `usual`. */
  rounds(usual: number): number
  /** A new folder; it stays where something was broken. */
  folder(name: string): string
  readonly tally: Tally
  progress(round: number, of: number, note?: string): void
}

export interface Fault {
  readonly name: string
  readonly rules: readonly string[]
  /** What happens, in a sentence. */
  readonly what: string
  /** Why it cannot be tried here; null where it can. */
  readonly missing?: () => string | null
  readonly try: (trial: Trial) => Promise<void>
}

export function emptyTally(): Tally {
  return { rounds: 0, ends: 0, writes: 0, doubts: 0, refusals: 0, notes: [], broken: [] }
}
