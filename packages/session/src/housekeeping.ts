// Work that no request waits for: writing down when sessions were last seen, and sweeping what is over.

import type { Events } from './events.ts'
import type { Store } from './store.ts'
import type { SessionId } from './token.ts'

const TOUCH_AFTER = 1000
const SWEEP_EVERY = 10_000
const SWEEP_STEP = 500
const SWEEP_STEPS = 20

/** When sessions were last seen, as far as the store does not know it yet. */
class Touches {
  readonly #store: Store
  #seen = new Map<SessionId, number>()
  #beingWritten: ReadonlyMap<SessionId, number> = new Map()
  #lastFlush: Promise<void> = Promise.resolve()

  constructor(store: Store) {
    this.#store = store
  }

  note(id: SessionId, at: number): void {
    this.#seen.set(id, at)
  }

  pending(id: SessionId): number {
    return this.#seen.get(id) ?? this.#beingWritten.get(id) ?? 0
  }

  flush(): Promise<void> {
    const flush = this.#lastFlush.then(() => this.#write())
    this.#lastFlush = flush.catch(() => {})
    return flush
  }

  async #write(): Promise<void> {
    if (this.#seen.size === 0) return
    const seen = this.#seen
    this.#beingWritten = seen
    this.#seen = new Map()
    try {
      await this.#store.touch(seen)
    } catch (error) {
      for (const [id, at] of seen) if (!this.#seen.has(id)) this.#seen.set(id, at)
      throw error
    } finally {
      this.#beingWritten = new Map()
    }
  }
}

export class Housekeeping {
  readonly #store: Store
  readonly #now: () => number
  readonly #events: Events
  readonly #touches: Touches
  #touchTimer: NodeJS.Timeout | undefined
  #sweepTimer: NodeJS.Timeout | undefined
  #working: Promise<void> = Promise.resolve()

  /** @param before - whose sessions these are from now on: what it noted and has not written yet is known here */
  constructor(store: Store, now: () => number, events: Events, before?: Housekeeping) {
    this.#store = store
    this.#touches = before === undefined ? new Touches(store) : before.#touches
    this.#now = now
    this.#events = events
    this.#sweepTimer = setInterval(() => this.#work('sweep', () => this.sweep()), SWEEP_EVERY).unref()
  }

  /** Notes that a session was seen; written with others, within a second. */
  seen(id: SessionId, at: number): void {
    this.#touches.note(id, at)
    this.#touchTimer ??= setTimeout(() => this.#work('write last-seen times', () => this.flush()), TOUCH_AFTER).unref()
  }

  /** When a session was last seen, as far as the store may not know it yet; 0 where nothing is pending. */
  pending(id: SessionId): number {
    return this.#touches.pending(id)
  }

  /** Before the store judges by a write whether a session lives, it must know when it was last seen (E5). */
  async settle(id: SessionId): Promise<void> {
    if (this.pending(id) === 0) return
    try {
      await this.flush()
    } catch (error) {
      this.#events.emit({ type: 'store-error', doing: 'write last-seen times', error })
    }
  }

  /** Writes what was noted. Lost in a crash, it ends sessions early, never late. */
  flush(): Promise<void> {
    clearTimeout(this.#touchTimer)
    this.#touchTimer = undefined
    return this.#touches.flush()
  }

  /** Ends what has expired and drops tombstones past their time, in steps that leave room for requests. */
  async sweep(): Promise<void> {
    await this.flush()
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
