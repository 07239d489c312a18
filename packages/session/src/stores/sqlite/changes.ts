// Which cached sessions may still be served: stamps by key, from what other connections say they changed (E8).
//
// A stamp is the count of changes at the last one that named a key with the same first two bytes. There are 65,536 of
// them, so what a stranger's change drops by chance is one cached session in as many; and nothing grows.
//
// Why no stale session is served. Commits have an order, and what this connection sees never goes back in it.
//   1. `learn` asks for `data_version` before it reads the list: the list is of that state of the file or a later one.
//      So once it is done, every change up to that state has raised its stamp. Call the state of the list L; where
//      `data_version` stood still, the list did too.
//   2. A stamp taken afterwards, and a row read after that: the row is of L or later. The reader of a row keeps it under
//      the stamp that it took before it read.
//   3. A commit that changes the row after it was read comes after L. It has not raised the stamp, and will: each commit
//      moves `data_version` for this connection (also where a row was what made it notice), so the next `learn` finds
//      its entry. From then on the stamp is another one, and none ever comes back.
// A commit between `data_version` and the list is learnt early, and found to be known at the next `learn`. One between
// the list and the row makes the kept row newer than its stamp, which drops it needlessly, once.
//
// What the list cannot tell drops everything: entries that were cut off before they were read here; a file restored
// from a backup, in which another entry or none stands where this reader stopped; a list that cannot be read as one.
// A checkpoint changes nothing, VACUUM and a change that concerns no key move `data_version` and name nothing. While a
// transaction is open on the connection `data_version` stands still, so then nothing is vouched for.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { SessionKey } from '../../token.ts'
import { ENTRY, PIECE } from './changes-schema.ts'
import { arrays, first, values } from './statements.ts'

const BUCKETS = 0x10000
const NOWHERE = -1

// One row for any number of entries: to fetch them one by one costs several times as much.
const SINCE = `SELECT min(seq), max(seq), count(*), group_concat(entry, '') FROM main.changes WHERE seq >= ?`

export class Changes {
  readonly #db: DatabaseSync
  readonly #dataVersion: StatementSync
  readonly #since: StatementSync
  readonly #stamps = new Float64Array(BUCKETS)
  #count = 0
  #version: unknown
  /** Whether the last reading found something: then most likely the next one does, and `data_version` is not asked first. */
  #isBusy = false
  /** The entry at which the last reading stopped. */
  #seq = NOWHERE
  #entry = ''

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#dataVersion = arrays(db.prepare('PRAGMA main.data_version'))
    this.#since = arrays(db.prepare(SINCE))
  }

  /** What was true of the key's stamp when `learn` was last called. */
  stamp(key: SessionKey): unknown {
    return this.#stamps[bucketOf(key)]
  }

  /** Raises the stamps of what was changed since the last time. Throws what SQLite throws: then nothing is learnt. */
  learn(): void {
    if (this.#db.isTransaction) throw new Error('a transaction is open: changes do not show')
    const version = this.#isBusy ? undefined : first(this.#dataVersion.get())
    if (version !== undefined && version === this.#version) return
    const [from, to, count, entries] = values(this.#since.get(this.#seq)) as [number, number, number, string | null]
    const complete = from === this.#seq && to - from + 1 === count && entries?.length === count * ENTRY
    if (!complete || !entries.startsWith(this.#entry) || !this.#raise(entries)) this.#raiseAll()
    this.#isBusy = to !== this.#seq
    this.#seq = to ?? NOWHERE
    this.#entry = entries?.slice(-ENTRY) ?? ''
    this.#version = version
  }

  /** @returns whether all that follows the entry known already names a key */
  #raise(entries: string): boolean {
    for (let i = ENTRY; i < entries.length; i += ENTRY) {
      const bucket = Number(`0x${entries.slice(i, i + PIECE)}`)
      if (!(bucket < BUCKETS)) return false // not a number, too
      this.#stamps[bucket] = ++this.#count
    }
    return true
  }

  #raiseAll(): void {
    this.#stamps.fill(++this.#count)
  }
}

/** The first two bytes of a key, from its base64url. What is spelt otherwise is named as all keys (changes-schema.ts). */
function bucketOf(key: string): number {
  return ((bits(key, 0) << 10) | (bits(key, 1) << 4) | (bits(key, 2) >> 2)) & (BUCKETS - 1)
}

function bits(key: string, i: number): number {
  return BITS[key.charCodeAt(i)] ?? 0
}

const BITS = new Uint8Array(128)
for (let i = 0; i < 64; i++) {
  BITS['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.charCodeAt(i)] = i
}
