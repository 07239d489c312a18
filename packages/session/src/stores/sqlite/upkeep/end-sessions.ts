// Ends all that a token opens, in a copy of a store that nobody has open.
//
// Row by row, in place, with the indexes built again behind it: to end 800,000 sessions as the store does took four
// minutes, nearly all of it at indexes. A copy that is not finished is thrown away, so nothing is journalled; it is
// synced when it is done.

import type { DatabaseSync } from 'node:sqlite'
import type { Tombstone } from '../../../store.ts'
import type { Row } from '../../reading.ts'
import { NAME_ALL } from '../changes-schema.ts'
import { COLUMNS, decodeKey, decodeRow, encodeRow } from '../codec.ts'
import { open, touchesOf } from '../schema.ts'
import { arrays, first, values } from '../statements.ts'
import type { Watch } from './watch.ts'

const AT_ONCE = 2000
const CACHE_KIB = 65_536

export interface EndedSessions {
  /** Remembered as ended (E4). */
  readonly ended: number
  /** Could not be read, and are gone: what their tokens open is nothing either. */
  readonly dropped: number
}

export async function endSessions(file: string, at: number, watch: Watch): Promise<EndedSessions> {
  const touches = open(touchesOf(file))
  try {
    touches.exec('PRAGMA synchronous = OFF; DELETE FROM seen; VACUUM')
  } finally {
    touches.close()
  }
  const db = open(file)
  try {
    db.exec(`PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA cache_size = -${CACHE_KIB}`)
    const taken = takeOff(db)
    const ended = await endRows(db, at, watch)
    // Later than any epoch given out since the backup: a record of one of those, wherever it comes from, is not of today's.
    db.prepare('UPDATE cutoffs SET epoch = max(epoch + 1, ?), at = max(at, ?), except_id = NULL').run(at, at)
    db.exec(NAME_ALL)
    db.exec('VACUUM') // what was in the sessions is not left lying in the file
    for (const { sql } of taken) db.exec(sql)
    return ended
  } finally {
    db.close()
  }
}

/** Indexes and triggers, which are put back afterwards. */
function takeOff(db: DatabaseSync): { sql: string }[] {
  const found = db
    .prepare(
      `SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid`,
    )
    .all() as { type: string; name: string; sql: string }[]
  for (const { type, name } of found) db.exec(`DROP ${type} "${name}"`)
  return found
}

async function endRows(db: DatabaseSync, at: number, watch: Watch): Promise<EndedSessions> {
  const places = COLUMNS.map((column) => `${column} = ?`).join(', ')
  const slice = arrays(
    db.prepare(
      `SELECT rowid, key, due, ${COLUMNS.join(', ')} FROM sessions WHERE rowid > ? ORDER BY rowid LIMIT ${AT_ONCE}`,
    ),
  )
  const bury = db.prepare(`UPDATE sessions SET due = ?, ${places} WHERE rowid = ?`)
  const drop = db.prepare('DELETE FROM sessions WHERE rowid = ?')
  const total = first(arrays(db.prepare('SELECT count(*) FROM sessions')).get()) as number
  let [ended, dropped, read] = [0, 0, 0]
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const rows = slice.all(after).map((row) => values(row)!)
    if (rows.length === 0) return { ended, dropped }
    db.exec('BEGIN')
    for (const [rowid, key, due, ...columns] of rows) {
      let row: Row | null = null
      try {
        row = decodeRow(decodeKey(key), columns, due as number)
      } catch {
        // It is dropped below.
      }
      const tombstone = row === null ? null : tombstoneOf(row, at)
      if (tombstone === 'as it is') continue
      if (tombstone === null || !Number.isInteger(tombstone.absoluteEnd)) {
        drop.run(rowid!)
        dropped++
      } else {
        bury.run(tombstone.absoluteEnd, ...encodeRow({ kind: 'tombstone', tombstone }), rowid!)
        if (row?.kind === 'record') ended++
      }
    }
    db.exec('COMMIT')
    after = first(rows.at(-1)) as number
    read += rows.length
    watch.tell({ step: 'ending', done: Math.min(read, total), total })
    await watch.turn()
  }
}

function tombstoneOf(row: Row, at: number): Tombstone | 'as it is' {
  if (row.kind === 'tombstone') return 'as it is'
  if (row.kind === 'link') {
    const { id, signedIn, absoluteEnd } = row.link
    return { id, reason: 'revoked', signedIn, endedAt: at, absoluteEnd }
  }
  const { id, user, absoluteEnd, wrappedKey, sealed } = row.record
  // What may happen once (`claim`) is a record that no token opens: ended or forgotten, it might happen again.
  if (user === null && wrappedKey.length === 0 && sealed.length === 0) return 'as it is'
  return { id, reason: 'revoked', signedIn: user !== null, endedAt: at, absoluteEnd }
}
