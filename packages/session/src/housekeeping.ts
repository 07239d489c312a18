// Work that no request waits for: writing down when sessions were last seen, and sweeping what is over.

import type { Events } from './events.ts'
import type { Store } from './store.ts'
import type { SessionId } from './token.ts'

const TOUCH_AFTER = 1000
const SWEEP_EVERY = 10_000
const SWEEP_STEP = 500
const SWEEP_STEPS = 20

export class Housekeeping {
  readonly #store: Store
  readonly #now: () => number
  readonly #events: Events
  #seen = new Map<SessionId, number>()
  #touchTimer: NodeJS.Timeout | undefined
  #sweepTimer: NodeJS.Timeout | undefined
  #working: Promise<void> = Promise.resolve()

  constructor(store: Store, now: () => number, events: Events) {
    this.#store = store
    this.#now = now
    this.#events = events
    this.#sweepTimer = setInterval(() => this.#work('sweep', () => this.sweep()), SWEEP_EVERY).unref()
  }

  /** Notes that a session was seen; written with others, within a second. */
  seen(id: SessionId, at: number): void {
    this.#seen.set(id, at)
    this.#touchTimer ??= setTimeout(() => this.#work('write last-seen times', () => this.flush()), TOUCH_AFTER).unref()
  }

  /** Writes what was noted. Lost in a crash, it ends sessions early, never late. */
  async flush(): Promise<void> {
    clearTimeout(this.#touchTimer)
    this.#touchTimer = undefined
    if (this.#seen.size === 0) return
    const seen = this.#seen
    this.#seen = new Map()
    try {
      await this.#store.touch(seen)
    } catch (error) {
      for (const [id, at] of seen) if (!this.#seen.has(id)) this.#seen.set(id, at)
      throw error
    }
  }

  /** Ends what has expired and drops tombstones past their time, in steps that leave room for requests. */
  async sweep(): Promise<void> {
    for (let step = 0; step < SWEEP_STEPS; step++) {
      if ((await this.#store.sweep(this.#now(), SWEEP_STEP)) < SWEEP_STEP) return
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#sweepTimer)
    await this.#working
    try {
      await this.flush()
    } catch (error) {
      this.#events.emit({ type: 'store-error', doing: 'write last-seen times', error })
    }
  }

  #work(doing: string, work: () => Promise<void>): void {
    this.#working = this.#working.then(work).catch((error) => {
      this.#events.emit({ type: 'store-error', doing, error })
    })
  }
}
