/** A site that can be started to be attacked, and what should come of it. */
import type { Attack, Verdict } from './attack.ts'
import type { Target } from './target.ts'

export type Running = Target & { close(): Promise<void> }

export type Scenario = {
  /** `ASP.NET behind coatcheck` */
  name: string
  /** The head of its column, where the column before it says the rest. Default: the name. */
  head?: string
  /** What every attack that can be tried on it should come to. */
  expect: Exclude<Verdict, 'undecided'>
  /** The attacks that the site does not invite, by name, and why: nothing of it is broken, so nothing is proven. */
  notApplicable?: Readonly<Record<string, string>>
  /**
   * Why it can not be started on this machine, or `undefined` where it can.
   *
   * @throws Error where it has to be there (`COATCHECK_REQUIRE_SERVERS=1`)
   */
  missing?(): Promise<string | undefined>
  /**
   * Starts the site for one attack, fresh, so that attacks can run side by side. Where a fresh one would take too long
   * (an ASP.NET server) all attacks share one, which `close` ends.
   */
  start(attack: Attack): Promise<Running>
  /** Ends what attacks shared. */
  close?(): Promise<void>
}
