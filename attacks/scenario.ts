/** A site that can be started to be attacked, and what should come of it. */
import type { Attack, Verdict } from './attack.ts'
import type { Target } from './target.ts'

export type Running = Target & { close(): Promise<void> }

export type Scenario = {
  /** The head of its column. */
  name: string
  /** What every attack that can be tried on it should come to. */
  expect: Exclude<Verdict, 'undecided'>
  /**
   * Starts the site for one attack, fresh, so that attacks can run side by side. A scenario that has only one site (an
   * ASP.NET server) may start it once and return it again, with a `close` that counts.
   */
  start(attack: Attack): Promise<Running>
}
