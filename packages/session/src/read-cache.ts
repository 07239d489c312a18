// Decoded sessions, served only under a proof that nobody changed them (E8).
//
// The proof is the store's `stamp`, compared at each read and never kept by a timer: a process that was paused for an
// hour compares again before it serves. An entry is kept only if the stamp was the same before and after the read.

import type { SessionRecord } from './store.ts'
import type { SessionKey } from './token.ts'

/** A live session, decoded. */
export interface Held<Data> {
  readonly record: SessionRecord
  readonly dataKey: Uint8Array
  /** Frozen: shared by every request that reads it. */
  readonly data: Data
  /** The last recorded request; raised by this process's own touches. */
  lastSeen: number
  /** Whether a renewed token led here. */
  readonly linked: boolean
}

interface Entry<Data> {
  readonly stamp: unknown
  readonly held: Held<Data>
  used: boolean
}

export class ReadCache<Data> {
  readonly #entries = new Map<SessionKey, Entry<Data>>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  /** The entry, if `stamp` is still what it was kept under. */
  get(key: SessionKey, stamp: unknown): Held<Data> | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (stamp === undefined || entry.stamp !== stamp) {
      this.#entries.delete(key)
      return undefined
    }
    entry.used = true
    return entry.held
  }

  set(key: SessionKey, stamp: unknown, held: Held<Data>): void {
    this.#entries.delete(key)
    this.#entries.set(key, { stamp, held, used: false })
    if (this.#entries.size > this.#max) this.#evict()
  }

  delete(key: SessionKey): void {
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }

  // Oldest first, with a second chance for what was read since: nearly LRU, at no cost to a hit.
  #evict(): void {
    for (const [key, entry] of this.#entries) {
      this.#entries.delete(key)
      if (!entry.used) return
      this.#entries.set(key, { ...entry, used: false })
    }
  }
}
