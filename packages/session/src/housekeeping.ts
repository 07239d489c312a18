// Work that no request waits for: writing down when sessions were last seen, and sweeping what is over.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Events } from './events.ts'
import type { Store } from './store.ts'
import type { SessionId } from './token.ts'

const TOUCH_AFTER = 1000
const SWEEP_EVERY = 10_000
/** Rows at most; a store whose rows are expensive takes fewer. */
const SWEEP_STEP = 256
/** Milliseconds between two steps, for whoever waits: this process's other writes, and those of other processes. */
const SWEEP_REST = 2

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
  #flushing: Promise<void> = Promise.resolve()
  #sweeping: Promise<void> | undefined
  readonly #stopping = new AbortController()

  /** @param before - whose sessions these are from now on: what it noted and has not written yet is known here */
  constructor(store: Store, now: () => number, events: Events, before?: Housekeeping) {
    this.#store = store
    this.#touches = before === undefined ? new Touches(store) : before.#touches
    this.#now = now
    this.#events = events
    this.#sweepTimer = setInterval(() => this.#sweepAnew(), SWEEP_EVERY).unref()
  }

  /** Notes that a session was seen; written with others, within a second. */
  seen(id: SessionId, at: number): void {
    this.#touches.note(id, at)
    this.#touchTimer ??= setTimeout(() => {
      this.#flushing = this.#reporting('write last-seen times', this.flush())
    }, TOUCH_AFTER).unref()
  }

  /** When a session was last seen, as far as the store may not know it yet; 0 where nothing is pending. */
  pending(id: SessionId): number {
    return this.#touches.pending(id)
  }

  /** Before the store judges by a write whether a session lives, it must know when it was last seen (E5). */
  async settle(id: SessionId): Promise<void> {
    if (this.pending(id) > 0) await this.#reporting('write last-seen times', this.flush())
  }

  /** Writes what was noted. Lost in a crash, it ends sessions early, never late. */
  flush(): Promise<void> {
    clearTimeout(this.#touchTimer)
    this.#touchTimer = undefined
    return this.#touches.flush()
  }

  /**
   * Ends what has expired and drops tombstones past their time, all of it, in small steps: between two of them whatever
   * waits for the store has its turn.
   */
  async sweep(): Promise<void> {
    // Who was seen after this moment was alive at it; who was seen before is known to the store from here on (E5).
    const at = this.#now()
    await this.flush()
    while (!this.#stopping.signal.aborted) {
      if ((await this.#store.sweep(at, SWEEP_STEP)) === 0) return
      await this.#rest()
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#sweepTimer)
    this.#stopping.abort()
    await this.#sweeping
    await this.#flushing
    await this.#reporting('write last-seen times', this.flush())
  }

  // The one before may not be done yet: then it goes on.
  #sweepAnew(): void {
    this.#sweeping ??= this.#reporting('sweep', this.sweep()).finally(() => {
      this.#sweeping = undefined
    })
  }

  /** Keeps no process alive, and ends at once where this stops. */
  #rest(): Promise<void> {
    return sleep(SWEEP_REST, undefined, { ref: false, signal: this.#stopping.signal }).catch(() => {})
  }

  async #reporting(doing: string, work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#events.emit({ type: 'store-error', doing, error })
    }
  }
}
