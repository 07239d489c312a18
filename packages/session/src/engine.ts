// What one `createSessions` owns: the way to the store, the cache before it, and the order of writes.
//
//   find     token → live session, ended one, or none                         (E4, E8, E9, E10)
//   apply    one write, sent again until it is known what became of it         (E2)
//   inTurn   writes to one session, one after another in this process          (E2)

import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, steady } from './clock.ts'
import { SessionError } from './errors.ts'
import { Events } from './events.ts'
import { expired, LATE, shortened } from './expiry.ts'
import { Housekeeping } from './housekeeping.ts'
import type { Settings } from './options.ts'
import { type Held, ReadCache } from './read-cache.ts'
import { openData, unwrapDataKey } from './seal.ts'
import { type EndReason, FORMAT, type Lookup, NotApplied, type SessionRecord, type Tombstone } from './store.ts'
import { type SessionId, type SessionKey, type SessionToken, sessionKey } from './token.ts'

const CACHED_SESSIONS = 10_000
const RETRIES_AFTER = [0, 20, 100] // milliseconds

/** Why a token opens nothing any more. */
export interface Ended {
  readonly id: SessionId
  readonly reason: EndReason
  /** Whether someone was signed in under the token. */
  readonly signedIn: boolean
  readonly at: Date
  /** It ended by its own rotation or sign-out within the last minute: this request was most likely under way (R4). */
  readonly late: boolean
}

export type Found<Data> =
  | { readonly state: 'live'; readonly held: Held<Data> }
  | { readonly state: 'ended'; readonly ended: Ended }
  | { readonly state: 'none' }

const NONE = { state: 'none' } as const

export class Engine<Data> {
  readonly settings: Settings<Data>
  readonly events: Events
  readonly housekeeping: Housekeeping
  readonly #cache = new ReadCache<Data>(CACHED_SESSIONS)
  readonly #turns = new Map<object | string, Promise<unknown>>()
  /** Keys whose sign-out could not be confirmed: refused here whatever the store says (E2). */
  readonly #refused: Map<SessionKey, Tombstone>
  #closed = false

  /** The store's time. It never goes back here, even where the difference between the clocks is measured anew (E10). */
  readonly now: Clock

  /** @param before - which served the same sessions until now, by other settings: what this process alone knows goes on */
  constructor(settings: Settings<Data>, events = new Events(), before?: Engine<Data>) {
    this.#refused = before === undefined ? new Map() : before.#refused
    this.settings = settings
    this.events = events
    const { store, now } = settings
    this.now = store.skew === undefined ? now : steady(() => now() + (store.skew?.() ?? 0))
    this.housekeeping = new Housekeeping(store, this.now, this.events, before?.housekeeping)
  }

  key(token: SessionToken): SessionKey {
    return sessionKey(this.settings.site, token)
  }

  /** @throws ERR_STORE_UNAVAILABLE, ERR_RECORD_UNREADABLE, ERR_DATA, ERR_CLOSED */
  find(token: SessionToken, key = this.key(token), now = this.now()): Found<Data> | Promise<Found<Data>> {
    this.assertOpen()
    const { store, strict } = this.settings
    const refused = this.#refused.get(key)
    if (refused !== undefined) return this.#ended(refused)
    const stamp = strict ? undefined : store.stamp?.(key)
    const cached = this.#cache.get(key, stamp)
    // A cached last-seen time proves life; that a session is over must be read from the store (E5).
    if (cached !== undefined && expired(cached.record, cached.lastSeen, null, now) === null) {
      return { state: 'live', held: cached }
    }
    return this.#read(token, key, stamp)
  }

  async #read(token: SessionToken, key: SessionKey, stamp: unknown): Promise<Found<Data>> {
    const lookup = await this.ask(() => this.settings.store.read(key))
    if (lookup.state === 'none') return NONE
    if (lookup.state === 'ended') return this.#ended(lookup.tombstone)
    const { link, cutoff } = lookup
    assertFormat(lookup.record)
    const lastSeen = Math.max(lookup.lastSeen, this.housekeeping.pending(lookup.record.id))
    const now = this.now()
    if (link?.endsAt != null && now >= link.endsAt) {
      return this.#ended({ ...link, reason: 'renewed', endedAt: link.endsAt })
    }
    const record = shortened(lookup.record, this.lifetimes(lookup.record.remembered))
    const over = expired(record, lastSeen, cutoff, now)
    if (over !== null) return this.#ended(await this.#end(record, over.reason, over.at))
    const held = await this.#decode(token, { ...lookup, lastSeen }, record)
    // Kept only if the proof held unbroken from before the read; a link's own key says nothing of its target.
    if (link === null && stamp !== undefined && this.settings.store.stamp?.(key) === stamp) {
      this.#cache.set(key, stamp, held)
    }
    return { state: 'live', held }
  }

  /** The key under which a session goes on whose token was renewed; null where it is over. */
  async successor(key: SessionKey, user: string | null): Promise<SessionKey | null> {
    if (this.#refused.has(key)) return null
    const lookup = await this.ask(() => this.settings.store.read(key))
    if (lookup.state === 'none') return null
    if (lookup.state === 'ended') {
      const { reason, id, absoluteEnd } = lookup.tombstone
      if (reason !== 'renewed') return null
      if (user !== null) return this.#found(id, user)
      // The store has forgotten where the token led. Nobody's session has few ends, and they are said here too.
      return this.now() < absoluteEnd ? key : null
    }
    const record = shortened(lookup.record, this.lifetimes(lookup.record.remembered))
    const lastSeen = Math.max(lookup.lastSeen, this.housekeeping.pending(record.id))
    return expired(record, lastSeen, lookup.cutoff, this.now()) === null ? record.key : null
  }

  /** The store has forgotten where the token led, and what `endAll` ends is not said at each key: the user's list knows. */
  async #found(id: SessionId, user: string): Promise<SessionKey | null> {
    const { store, site } = this.settings
    await this.housekeeping.settle(id)
    const listed = await this.ask(() => store.list(site, user, this.now()))
    const live = listed.find(({ record }) => record.id === id)
    return live === undefined ? null : this.successor(live.record.key, user)
  }

  /** @throws ERR_STORE_UNAVAILABLE where the store does not answer a question (E9) */
  async ask<T>(question: () => T | Promise<T>): Promise<T> {
    try {
      return await question()
    } catch (cause) {
      throw new SessionError(
        'ERR_STORE_UNAVAILABLE',
        `the ${this.settings.store.name} store does not answer: ${(cause as Error).message}`,
        { cause },
      )
    }
  }

  async #decode(token: SessionToken, lookup: Lookup & { state: 'live' }, current: SessionRecord): Promise<Held<Data>> {
    const { record, link, lastSeen } = lookup
    const { sealer, codec } = this.settings
    let dataKey: Uint8Array
    let json: string
    try {
      dataKey = unwrapDataKey(sealer, token, record.id, link?.wrappedKey ?? record.wrappedKey)
      json = openData(dataKey, record.sealed, record)
    } catch (cause) {
      throw unreadable(record, (cause as Error).message, cause)
    }
    return { record: current, dataKey, data: await codec.read(json), lastSeen, linked: link !== null }
  }

  // Whoever finds a session expired ends it before answering (E10).
  async #end(record: SessionRecord, reason: EndReason, at: number): Promise<Tombstone> {
    const { id, user, absoluteEnd } = record
    const tombstone = await this.apply('end an expired session', () =>
      this.settings.store.end(record.key, { reason, at }),
    )
    this.events.emit({ type: 'ended', id, reason, user })
    return tombstone ?? { id, reason, signedIn: user !== null, endedAt: at, absoluteEnd }
  }

  #ended({ id, reason, signedIn, endedAt }: Tombstone): Found<Data> {
    const byItself = reason === 'signed-out' || reason === 'rotated' || reason === 'renewed'
    return {
      state: 'ended',
      ended: { id, reason, signedIn, at: new Date(endedAt), late: byItself && this.now() - endedAt < LATE },
    }
  }

  /** Whether a token that ended then is more likely under way than replayed (R4). */
  isRecent(endedAt: Date): boolean {
    return this.now() - endedAt.getTime() < LATE
  }

  lifetimes(remembered: boolean): Settings<Data>['lifetimes'] {
    return remembered ? this.settings.rememberedLifetimes : this.settings.lifetimes
  }

  /** Keeps what this process just wrote, so that its next read need not ask. */
  remember(held: Held<Data>): void {
    const { key } = held.record
    const stamp = this.settings.strict ? undefined : this.settings.store.stamp?.(key)
    // With the stamp taken after the write, another process's change in between would go unseen; only a store that
    // reads in this very process can prove that there was none.
    const row = stamp === undefined ? undefined : this.settings.store.read(key)
    if (row instanceof Promise) row.catch(() => {}) // the next read meets the same, and says so
    if (row === undefined || row instanceof Promise || row.state !== 'live' || row.link !== null) return
    if (row.record.version !== held.record.version || this.settings.store.stamp?.(key) !== stamp) return
    if (expired(row.record, held.lastSeen, row.cutoff, this.now()) !== null) return // by `endAll`, meanwhile
    this.#cache.set(key, stamp, held)
  }

  forget(key: SessionKey): void {
    this.#cache.delete(key)
  }

  /** From now on this process refuses the key, whatever becomes of the write that ends it. */
  refuse(key: SessionKey, { id, user, absoluteEnd }: SessionRecord): () => void {
    const now = this.now()
    for (const [other, tombstone] of this.#refused) if (now >= tombstone.absoluteEnd) this.#refused.delete(other)
    this.#refused.set(key, { id, reason: 'signed-out', signedIn: user !== null, endedAt: now, absoluteEnd })
    this.#cache.delete(key)
    return () => void this.#refused.delete(key)
  }

  /**
   * Sends a write until it is known what became of it. Every write of the contract is idempotent, so sending it again
   * is also how an unanswered one is settled.
   *
   * @throws ERR_STORE_UNAVAILABLE where it certainly did not take effect, ERR_WRITE_UNKNOWN where nobody can say
   */
  async apply<T>(doing: string, write: () => Promise<T>): Promise<T> {
    this.assertOpen()
    let cause: unknown
    for (const pause of RETRIES_AFTER) {
      if (pause > 0) await sleep(pause)
      try {
        return await write()
      } catch (error) {
        cause = error
        this.events.emit({ type: 'store-error', doing, error })
        // Certain of this attempt only: what became of one before it that got no answer is still unknown.
        if (error instanceof NotApplied && pause === 0) {
          throw new SessionError('ERR_STORE_UNAVAILABLE', `could not ${doing}: ${error.message}`, { cause })
        }
      }
    }
    throw new SessionError(
      'ERR_WRITE_UNKNOWN',
      `nobody can say whether the store did this: ${doing} (${(cause as Error).message})`,
      { cause },
    )
  }

  /** Runs `work` once everything that was queued for `owner` before it is done. */
  async inTurn<T>(owner: object | string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(owner)
    const turn = before === undefined ? work() : before.then(work, work)
    this.#turns.set(owner, turn)
    try {
      return await turn
    } finally {
      if (this.#turns.get(owner) === turn) this.#turns.delete(owner)
    }
  }

  assertOpen(): void {
    if (this.#closed) throw new SessionError('ERR_CLOSED', 'these sessions were closed')
  }

  async close(keepStore: boolean): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.housekeeping.stop()
    this.#cache.clear()
    if (!keepStore) await this.settings.store.close()
  }
}

// Before anything else is believed of it: what another format means by its fields, nobody here can say (E9, E11).
function assertFormat(record: SessionRecord): void {
  if (record.format === FORMAT) return
  throw unreadable(record, `it has format ${record.format}, and this release reads format ${FORMAT}; upgrade it`)
}

function unreadable(record: SessionRecord, problem: string, cause?: unknown): SessionError {
  return new SessionError('ERR_RECORD_UNREADABLE', `session ${record.id} cannot be read: ${problem}`, { cause })
}
