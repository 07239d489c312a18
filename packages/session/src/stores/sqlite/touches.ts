// When sessions were last seen, in a file of its own, as the writer thread uses it.
//
// SQLite does not commit to two files in WAL mode as one. So what a transaction on the main file wants here is only
// noted, and written once that has committed: a failed COMMIT there has always left all or nothing. Notes that get
// lost do no harm: an unwritten time ends a session early, an unforgotten one belongs to an id that never comes back.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { SessionId } from '../../token.ts'
import { decodeId, encodeId } from './codec.ts'
import { whileBusy } from './lock.ts'
import { assertKnown, versionOf } from './schema.ts'
import { arrays, first } from './statements.ts'
import { TOUCHES } from './versions.ts'

/** Nobody's sign-out waits longer for this file. */
const LOCK_TIMEOUT = 250

/** A time that was seen, or null to forget it. */
type Note = readonly [id: SessionId, at: number | null]

export class Touches {
  readonly #file: string
  readonly #db: DatabaseSync
  readonly #seen: StatementSync
  readonly #see: StatementSync
  readonly #forget: StatementSync
  readonly #following: StatementSync
  readonly #journal: Note[] = []
  #noted = new Map<SessionId, number | null>()
  #tidied: SessionId | null = null

  constructor(file: string, db: DatabaseSync) {
    this.#file = file
    this.#db = db
    db.exec('PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF')
    this.#seen = arrays(db.prepare('SELECT at FROM seen WHERE id = ?'))
    this.#see = db.prepare('INSERT INTO seen VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET at = max(at, excluded.at)')
    this.#forget = db.prepare('DELETE FROM seen WHERE id = ?')
    this.#following = arrays(db.prepare('SELECT id FROM seen WHERE id > ? ORDER BY id LIMIT ?'))
  }

  seen(id: SessionId): number | undefined {
    if (this.#noted.has(id)) return this.#noted.get(id) ?? undefined
    return first(this.#seen.get(encodeId(id))) as number | undefined
  }

  note(id: SessionId, at: number | null): void {
    this.#journal.push([id, at])
    this.#noted.set(id, at)
  }

  /** How much is noted, for `backTo`. */
  get mark(): number {
    return this.#journal.length
  }

  /** Takes back what was noted since. */
  backTo(mark: number): void {
    if (this.#journal.length === mark) return
    this.#journal.length = mark
    this.#noted = new Map(this.#journal)
  }

  /** Writes down what was noted. */
  write(): void {
    if (this.#noted.size === 0) return
    const noted = this.#noted
    this.backTo(0)
    whileBusy(LOCK_TIMEOUT, () => this.#db.exec('BEGIN IMMEDIATE'))
    try {
      assertKnown(this.#file, TOUCHES, versionOf(this.#db))
      for (const [id, at] of noted) {
        if (at === null) this.#forget.run(encodeId(id))
        else this.#see.run(encodeId(id), at)
      }
      this.#db.exec('COMMIT')
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }

  /** Looks at a few more ids, round and round, and forgets those that no session has (after a crash, say). */
  tidy(max: number, isLive: (id: SessionId) => boolean): void {
    const ids = this.#following.all(this.#tidied === null ? '' : encodeId(this.#tidied), max)
    for (const row of ids) {
      this.#tidied = decodeId(first(row))
      if (!isLive(this.#tidied)) this.note(this.#tidied, null)
    }
    if (ids.length < max) this.#tidied = null
  }

  close(): void {
    this.#db.close()
  }
}
