// Once a turn of the event loop: how often a process asks whether anybody changed the file (E8).
//
// Requests that arrive together are handled in one turn, and one answer holds for all of them: whatever was committed
// before the loop looked for them was committed before it was asked. In a long turn it is asked again once a
// millisecond has passed, by a clock that nobody sets; and once a write was answered, since what awaited that goes on in
// the same turn. No timer keeps anything: a process that was stopped asks anew.

import { performance } from 'node:perf_hooks'

/** Milliseconds for which one answer holds. */
const LONGEST = 1
const NEVER = -1

/** Which turn of the event loop this is; the count goes up before the loop waits for what comes next. */
const loopCount = () => performance.nodeTiming.uvMetricsInfo.loopCount
const monotonic = () => performance.now()

let answers = 0

/** What this thread has asked so far is of before: some store's writes are about to be answered. */
export function beforeAnswers(): void {
  answers++
}

export class OncePerTurn {
  readonly #ask: () => void
  readonly #turn: () => number
  readonly #now: () => number
  #askedIn = NEVER
  #askedAt = 0
  #askedBefore = 0

  constructor(ask: () => void, turn = loopCount, now = monotonic) {
    this.#ask = ask
    this.#turn = turn
    this.#now = now
  }

  /** Asks, unless the last answer still holds. What it throws counts as not asked. */
  check(): void {
    const turn = this.#turn()
    const now = this.#now()
    if (turn === this.#askedIn && answers === this.#askedBefore && now - this.#askedAt < LONGEST) return
    this.#askedIn = NEVER
    this.#ask()
    this.#askedIn = turn
    this.#askedBefore = answers
    this.#askedAt = now // when the question began: the answer may be of that moment
  }
}
