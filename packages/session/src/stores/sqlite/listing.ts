// Users' lists of sessions, read on the serving thread in slices, between which requests have their turn.
//
// A list shows one state of the file, also where it has thousands of rows: it is read in one transaction, on a
// connection of its own, because that of the requests must see what is committed meanwhile (E8).

import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Cutoff, Listed } from '../../store.ts'
import * as rows from '../reading.ts'
import { COLUMNS, decodeCutoff, decodeKey, decodeRow } from './codec.ts'
import { open, touchesOf, uri } from './schema.ts'
import { arrays, values } from './statements.ts'

/** Rows between two turns. */
export const SLICE = 32
const CACHE_KIB = 512

const PAGE = `
  SELECT s.rowid, t.at, s.key, s.due, ${COLUMNS.map((column) => `s.${column}`).join(', ')}
  FROM main.sessions AS s LEFT JOIN touches.seen AS t ON t.id = s.id
  WHERE s.site = ? AND s.user = ? AND s.rowid > ?
  ORDER BY s.rowid LIMIT ${SLICE}`

/** Its methods throw what SQLite throws. */
export class Listing {
  readonly #file: string
  #connection: Connection | undefined
  /** The list that is being read; the next one waits for it. */
  #turn: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(file: string) {
    this.#file = file
  }

  list(site: string, user: string, at: number): Promise<readonly Listed[]> {
    const list = this.#turn.then(() => this.#list(site, user, at))
    this.#turn = list.catch(() => {})
    return list
  }

  async #list(site: string, user: string, at: number): Promise<readonly Listed[]> {
    if (this.#closed) throw new Error(`${this.#file}: the store was closed`)
    this.#connection ??= new Connection(this.#file)
    try {
      return await this.#connection.list(site, user, at)
    } catch (error) {
      this.#disconnect() // ends the transaction too, whatever state it is in
      throw error
    }
  }

  /** After the list that is being read. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#turn
    this.#disconnect()
  }

  #disconnect(): void {
    this.#connection?.close()
    this.#connection = undefined
  }
}

class Connection {
  readonly #db: DatabaseSync
  readonly #page: StatementSync
  readonly #cutoff: StatementSync

  constructor(file: string) {
    const db = open(file, { readOnly: true })
    this.#db = db
    try {
      db.prepare('ATTACH ? AS touches').run(uri(touchesOf(file), 'ro'))
      db.exec(`PRAGMA main.cache_size = -${CACHE_KIB}; PRAGMA trusted_schema = OFF`)
      this.#page = arrays(db.prepare(PAGE))
      this.#cutoff = arrays(db.prepare('SELECT epoch, at, except_id FROM main.cutoffs WHERE site = ? AND user = ?'))
    } catch (error) {
      db.close()
      throw error
    }
  }

  async list(site: string, user: string, at: number): Promise<readonly Listed[]> {
    this.#db.exec('BEGIN')
    const cutoff = decodeCutoff(values(this.#cutoff.get(site, user)) ?? [])
    const listed: Listed[] = []
    let after = 0
    for (;;) {
      const page = this.#page.all(site, user, after).map((row) => values(row) as readonly SQLOutputValue[])
      for (const row of page) listed.push(...listedOf(row, cutoff, at))
      if (page.length < SLICE) break
      after = page.at(-1)?.[0] as number
      await nextTurn()
    }
    this.#db.exec('COMMIT')
    return listed.sort(rows.newestFirst)
  }

  close(): void {
    this.#db.close()
  }
}

/** The row of the list, or none where the session is over. */
function listedOf(
  [, seen, key, due, ...rest]: readonly SQLOutputValue[],
  cutoff: Cutoff | null,
  at: number,
): readonly Listed[] {
  const row = decodeRow(decodeKey(key), rest, due as number)
  if (row.kind !== 'record') return []
  const listed = rows.listed(row.record, (seen ?? undefined) as number | undefined, cutoff, at)
  return listed === null ? [] : [listed]
}
