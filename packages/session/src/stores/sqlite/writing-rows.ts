// The rows of ../reading.ts as the writer thread sees and changes them, inside a transaction that is not its business.

import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import type { Cutoff, SessionRecord } from '../../store.ts'
import type { SessionId, SessionKey } from '../../token.ts'
import { dueAt, type Row, type Rows } from '../reading.ts'
import { COLUMNS, decodeCutoff, decodeKey, decodeRow, encodeId, encodeKey, encodeRow } from './codec.ts'
import { arrays, first, values } from './statements.ts'
import type { Touches } from './touches.ts'
import { hasKey } from './versions.ts'

const columns = COLUMNS.join(', ')
const places = COLUMNS.map(() => '?').join(', ')
const moved = COLUMNS.map((column, i) => `${column} = ?${i + 3}`).join(', ')
const THIS = hasKey('key', '?1')

/** A user whose sessions `endAll` ended, and how far sweeps have come with putting their records to rest. */
interface CutOff {
  readonly site: string
  readonly user: string
  after: number
}

export class WritingRows implements Rows {
  /** Known to this process alone: where that ends before a sweep, the records wait until they are due. */
  readonly #cutOff: CutOff[] = []
  readonly #touches: Touches
  readonly #get: StatementSync
  readonly #update: StatementSync
  readonly #move: StatementSync
  readonly #insert: StatementSync
  readonly #drop: StatementSync
  readonly #keyOf: StatementSync
  readonly #recordsOf: StatementSync
  readonly #countOf: StatementSync
  readonly #rowsAfter: StatementSync
  readonly #cutoff: StatementSync
  readonly #setCutoff: StatementSync
  readonly #due: StatementSync
  readonly #defer: StatementSync

  constructor(db: DatabaseSync, touches: Touches) {
    this.#touches = touches
    this.#get = arrays(db.prepare(`SELECT due, ${columns} FROM sessions WHERE ${THIS}`))
    // What changes most touches no index: a live record's key, id and user stay, and looking too early does no harm.
    this.#update = db.prepare(
      'UPDATE sessions SET body = ?2, wrapped_key = ?3, sealed = ?4 ' +
        `WHERE ${THIS} AND kind = 0 AND id = ?5 AND site = ?6 AND user IS ?7 AND due <= ?8`,
    )
    this.#move = db.prepare(
      `UPDATE sessions SET rowid = (SELECT max(rowid) + 1 FROM sessions), due = ?2, ${moved} WHERE ${THIS}`,
    )
    this.#insert = db.prepare(`INSERT INTO sessions (key, due, ${columns}) VALUES (?, ?, ${places})`)
    this.#drop = db.prepare(`DELETE FROM sessions WHERE ${THIS}`)
    // Within a rotation two records have the id; the younger one is meant.
    this.#keyOf = arrays(db.prepare('SELECT key FROM sessions WHERE id = ? AND kind = 0 ORDER BY rowid DESC LIMIT 1'))
    this.#recordsOf = arrays(db.prepare(`SELECT key, due, ${columns} FROM sessions WHERE site = ? AND user = ?`))
    this.#countOf = arrays(db.prepare('SELECT count(*) FROM sessions WHERE site = ? AND user = ?'))
    this.#rowsAfter = arrays(
      db.prepare('SELECT rowid, key FROM sessions WHERE site = ? AND user = ? AND rowid > ? ORDER BY rowid LIMIT ?'),
    )
    this.#cutoff = arrays(db.prepare('SELECT epoch, at, except_id FROM cutoffs WHERE site = ? AND user = ?'))
    this.#setCutoff = db.prepare(
      'INSERT OR REPLACE INTO cutoffs (site, user, epoch, at, except_id) VALUES (?, ?, ?, ?, ?)',
    )
    this.#due = arrays(db.prepare('SELECT key FROM sessions WHERE due <= ? ORDER BY due LIMIT ?'))
    this.#defer = db.prepare(`UPDATE sessions SET due = ?2 WHERE ${THIS}`)
  }

  get(key: SessionKey): Row | undefined {
    const row = values(this.#get.get(encodeKey(key)))
    return row === undefined ? undefined : decodeRow(key, row.slice(1), row[0] as number)
  }

  put(key: SessionKey, row: Row): void {
    const seen = row.kind === 'record' ? Math.max(row.record.issuedAt, this.seen(row.record.id) ?? 0) : 0
    const due = dueAt(row, seen)
    const encoded = encodeRow(row)
    if (row.kind === 'record') {
      const [, id, site, user, , , body, wrappedKey, sealed] = encoded
      const { changes } = this.#update.run(encodeKey(key), body!, wrappedKey!, sealed!, id!, site!, user!, due)
      if (changes === 1) return
    }
    // To the end of the table, where tombstones lie close together; what they leave is room for new sessions.
    const { changes } = this.#move.run(encodeKey(key), due, ...encoded)
    if (changes === 0) this.#insert.run(encodeKey(key), due, ...encoded)
  }

  drop(key: SessionKey): void {
    this.#drop.run(encodeKey(key))
  }

  keyOf(id: SessionId): SessionKey | undefined {
    const row = this.#keyOf.get(encodeId(id))
    return row === undefined ? undefined : decodeKey(first(row))
  }

  recordsOf(site: string, user: string): readonly SessionRecord[] {
    const records: SessionRecord[] = []
    for (const found of this.#recordsOf.all(site, user)) {
      const [key, due, ...rest] = values(found) as readonly SQLOutputValue[]
      const row = decodeRow(decodeKey(key), rest, due as number)
      if (row.kind === 'record') records.push(row.record)
    }
    return records
  }

  countOf(site: string, user: string): number {
    return first(this.#countOf.get(site, user)) as number
  }

  seen(id: SessionId): number | undefined {
    return this.#touches.seen(id)
  }

  see(id: SessionId, at: number): void {
    this.#touches.note(id, at)
  }

  forget(id: SessionId): void {
    this.#touches.note(id, null)
  }

  cutoff(site: string, user: string): Cutoff | null {
    return decodeCutoff(values(this.#cutoff.get(site, user)) ?? [])
  }

  setCutoff(site: string, user: string, { epoch, at, except }: Cutoff): void {
    this.#setCutoff.run(site, user, epoch, at, except === null ? null : encodeId(except))
    this.#cutOff.push({ site, user, after: 0 })
  }

  due(at: number, max: number): readonly SessionKey[] {
    const due = this.#due.all(at, max).map((row) => decodeKey(first(row)))
    while (due.length < max && this.#cutOff.length > 0) due.push(...this.#nextCutOff(max - due.length))
    return due
  }

  /** Some more keys of the user who was cut off first. */
  #nextCutOff(max: number): SessionKey[] {
    const user = this.#cutOff[0] as CutOff
    const found = this.#rowsAfter.all(user.site, user.user, user.after, max).map((row) => values(row) ?? [])
    user.after = (found.at(-1)?.[0] ?? user.after) as number
    if (found.length < max) this.#cutOff.shift()
    return found.map(([, key]) => decodeKey(key))
  }

  defer(key: SessionKey, until: number): void {
    this.#defer.run(encodeKey(key), until)
  }
}
