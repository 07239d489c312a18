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
import { dueAt, list, type Row, type Rows, read } from './reading.ts'
import * as writing from './writing.ts'

/** How many rows a sweep looks at for each that it may take: looking is cheap, and most are not due. */
const LOOKS_PER_ROW = 20

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
    return list(this.#rows, site, user, at)
  }

  async sweep(at: number, max: number): Promise<number> {
    return writing.sweep(this.#rows, at, max)
  }

  async close(): Promise<void> {}
}

class MemoryRows implements Rows {
  readonly #rows = new Map<SessionKey, Row>()
  readonly #keys = new Map<SessionId, SessionKey>()
  readonly #users = new Map<string, Set<SessionKey>>()
  readonly #seen = new Map<SessionId, number>()
  readonly #cutoffs = new Map<string, Cutoff>()
  #cursor: Iterator<[SessionKey, Row]> | undefined

  get(key: SessionKey): Row | undefined {
    return this.#rows.get(key)
  }

  put(key: SessionKey, row: Row): void {
    this.#unindex(key)
    this.#rows.set(key, row)
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
    this.#unindex(key)
    this.#rows.delete(key)
  }

  keyOf(id: SessionId): SessionKey | undefined {
    return this.#keys.get(id)
  }

  keysOf(site: string, user: string): readonly SessionKey[] {
    return [...(this.#users.get(principal(site, user)) ?? [])]
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
    // A cutoff changes what `read` says of each of the user's keys: their stamps must change with it.
    for (const key of this.keysOf(site, user)) {
      const row = this.#rows.get(key)
      if (row !== undefined) this.#rows.set(key, { ...row })
    }
  }

  // A few rows at each call, from where the last call stopped: the event loop is never held for a whole walk.
  due(at: number, max: number): readonly SessionKey[] {
    const due: SessionKey[] = []
    this.#cursor ??= this.#rows.entries()
    for (let looked = 0; looked < max * LOOKS_PER_ROW && due.length < max; looked++) {
      const next = this.#cursor.next()
      if (next.done === true) {
        this.#cursor = undefined
        break
      }
      const [key, row] = next.value
      const seen = row.kind === 'record' ? Math.max(row.record.issuedAt, this.#seen.get(row.record.id) ?? 0) : 0
      if (dueAt(row, seen) <= at) due.push(key)
    }
    return due
  }

  defer(): void {}

  #unindex(key: SessionKey): void {
    const row = this.#rows.get(key)
    if (row?.kind !== 'record') return
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
