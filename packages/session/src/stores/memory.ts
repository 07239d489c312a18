// Sessions in this process's memory: for tests, for development, and for sites of one process that may forget.

import type {
  Began,
  Creation,
  Cutoff,
  Ending,
  Listed,
  Lookup,
  Replaced,
  Rotated,
  Rotation,
  SessionRecord,
  Store,
  Tombstone,
} from '../store.ts'
import type { SessionId, SessionKey } from '../token.ts'
import { DueTimes } from './due-times.ts'
import { dueAt, lastSeen, liveOf, newestFirst, type Row, type Rows, read } from './reading.ts'
import * as writing from './writing.ts'

/**
 * A store that keeps everything in this process.
 *
 * @example
 * import { createSessions, memory } from '@coatcheck/session'
 * const sessions = createSessions({ store: memory() })
 */
export function memory(): Store {
  return new MemoryStore()
}

class MemoryStore implements Store {
  readonly name = 'memory'
  readonly #rows = new MemoryRows()

  read(key: SessionKey): Lookup {
    return read(this.#rows, key)
  }

  // Rows are never altered, only replaced: the row itself is the proof that nothing changed. A link's says nothing of
  // the record that it leads to.
  stamp(key: SessionKey): unknown {
    const row = this.#rows.get(key)
    return row?.kind === 'link' ? undefined : row
  }

  async create(creation: Creation): Promise<Began> {
    return writing.create(this.#rows, creation)
  }

  async replace(record: SessionRecord, nonce: string, at: number): Promise<Replaced> {
    return writing.replace(this.#rows, record, nonce, at)
  }

  async rotate(rotation: Rotation): Promise<Rotated> {
    return writing.rotate(this.#rows, rotation)
  }

  async confirm(key: SessionKey, linksEndAt: number): Promise<void> {
    writing.confirm(this.#rows, key, linksEndAt)
  }

  async end(key: SessionKey, ending: Ending): Promise<Tombstone | null> {
    return writing.end(this.#rows, key, ending)
  }

  async endById(site: string, id: SessionId, ending: Ending): Promise<Tombstone | null> {
    return writing.endById(this.#rows, site, id, ending)
  }

  async endAll(site: string, user: string, at: number, except: SessionId | null): Promise<readonly SessionId[]> {
    return writing.endAll(this.#rows, site, user, at, except)
  }

  async touch(seen: ReadonlyMap<SessionId, number>): Promise<void> {
    writing.touch(this.#rows, seen)
  }

  async list(site: string, user: string, at: number): Promise<readonly Listed[]> {
    return liveOf(this.#rows, site, user, at).sort(newestFirst)
  }

  async sweep(at: number, max: number): Promise<number> {
    return writing.sweep(this.#rows, at, max)
  }

  async close(): Promise<void> {}
}

const MINUTE = 60_000

/** A row, and the minute under which its key stands among the due times. */
interface Kept {
  row: Row
  minute: number
}

class MemoryRows implements Rows {
  readonly #rows = new Map<SessionKey, Kept>()
  readonly #keys = new Map<SessionId, SessionKey>()
  readonly #users = new Map<string, Set<SessionKey>>()
  readonly #seen = new Map<SessionId, number>()
  readonly #cutoffs = new Map<string, Cutoff>()
  readonly #due = new DueTimes<SessionKey>()

  get(key: SessionKey): Row | undefined {
    return this.#rows.get(key)?.row
  }

  put(key: SessionKey, row: Row): void {
    const kept = this.#rows.get(key)
    if (kept !== undefined) this.#unindex(key, kept.row)
    const due = this.#dueAt(row)
    if (kept === undefined) this.#rows.set(key, { row, minute: this.#due.add(key, due) })
    else {
      kept.row = row
      // A record may be looked at too early: then it is deferred. What is used most is not moved each time.
      if (row.kind !== 'record' || due < kept.minute * MINUTE) this.#move(key, kept, due)
    }
    if (row.kind !== 'record') return
    const { id, site, user } = row.record
    this.#keys.set(id, key)
    if (user === null) return
    const name = principal(site, user)
    const keys = this.#users.get(name)
    if (keys === undefined) this.#users.set(name, new Set([key]))
    else keys.add(key)
  }

  drop(key: SessionKey): void {
    const kept = this.#rows.get(key)
    if (kept === undefined) return
    this.#unindex(key, kept.row)
    this.#due.remove(key, kept.minute)
    this.#rows.delete(key)
  }

  keyOf(id: SessionId): SessionKey | undefined {
    return this.#keys.get(id)
  }

  recordsOf(site: string, user: string): readonly SessionRecord[] {
    const records: SessionRecord[] = []
    for (const key of this.#users.get(principal(site, user)) ?? []) {
      const row = this.get(key)
      if (row?.kind === 'record') records.push(row.record)
    }
    return records
  }

  countOf(site: string, user: string): number {
    return this.#users.get(principal(site, user))?.size ?? 0
  }

  seen(id: SessionId): number | undefined {
    return this.#seen.get(id)
  }

  see(id: SessionId, at: number): void {
    this.#seen.set(id, at)
  }

  forget(id: SessionId): void {
    this.#seen.delete(id)
  }

  cutoff(site: string, user: string): Cutoff | null {
    return this.#cutoffs.get(principal(site, user)) ?? null
  }

  setCutoff(site: string, user: string, cutoff: Cutoff): void {
    this.#cutoffs.set(principal(site, user), cutoff)
    for (const key of this.#users.get(principal(site, user)) ?? []) {
      const kept = this.#rows.get(key) as Kept
      // What `read` says of each of the user's keys changes: their stamps must change with it.
      kept.row = { ...kept.row }
      this.#move(key, kept, cutoff.at)
    }
  }

  due(at: number, max: number): readonly SessionKey[] {
    return this.#due.until(at, max, (key) => {
      const kept = this.#rows.get(key)
      return kept !== undefined && this.#dueAt(kept.row) <= at
    })
  }

  defer(key: SessionKey, until: number): void {
    const kept = this.#rows.get(key)
    if (kept !== undefined) this.#move(key, kept, until)
  }

  #move(key: SessionKey, kept: Kept, due: number): void {
    this.#due.remove(key, kept.minute)
    kept.minute = this.#due.add(key, due)
  }

  #dueAt(row: Row): number {
    return dueAt(row, row.kind === 'record' ? lastSeen(this, row.record) : 0)
  }

  #unindex(key: SessionKey, row: Row): void {
    if (row.kind !== 'record') return
    const { id, site, user } = row.record
    if (this.#keys.get(id) === key) this.#keys.delete(id)
    if (user === null) return
    const name = principal(site, user)
    const keys = this.#users.get(name)
    keys?.delete(key)
    if (keys?.size === 0) this.#users.delete(name)
  }
}

function principal(site: string, user: string): string {
  return `${site}\0${user}`
}
