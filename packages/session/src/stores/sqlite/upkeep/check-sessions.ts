// Each row of the sessions' table: readable, due in time, leading to where it says; and how many there are of which kind.

import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import { expired } from '../../../expiry.ts'
import type { SessionRecord } from '../../../store.ts'
import type { Row } from '../../reading.ts'
import { COLUMNS, decodeCutoff, decodeId, decodeKey, decodeRow, encodeKey, LINK, RECORD } from '../codec.ts'
import { arrays, first, values } from '../statements.ts'
import { hasKey, prefixOf } from '../versions.ts'
import { type Fault, faultOf, isId, isKey } from './judging.ts'
import type { Counts, Problems } from './report.ts'
import type { Watch } from './watch.ts'

const AT_ONCE = 500
/** Milliseconds after which what is over should have been swept. */
const SWEPT_WITHIN = 3_600_000

// Sealed data is most of a file. That there is some is enough.
const slices = (seen: string) => `
  SELECT s.rowid, s.key, s.due, t.at, c.epoch, c.at, c.except_id, length(s.sealed),
    ${COLUMNS.map((column) => (column === 'sealed' ? 'NULL' : `s.${column}`)).join(', ')}
  FROM main.sessions AS s
  LEFT JOIN ${seen} AS t ON s.kind = ${RECORD} AND t.id = s.id
  LEFT JOIN main.cutoffs AS c ON c.site = s.site AND c.user = s.user
  WHERE s.rowid > ? ORDER BY s.rowid LIMIT ${AT_ONCE}`
const SEEN = 3
const CUTOFF = 4
const SEALED_LENGTH = 7
const ROW = 8

/** When sessions began, of those that a token opens. */
export interface Ages {
  oldest: number | null
  newest: number | null
}

export interface Looking {
  readonly db: DatabaseSync
  /** The table of last-seen times, as SQL names it. */
  readonly seen: string
  readonly file: string
  readonly at: number
  readonly counts: Counts
  readonly ages: Ages
  readonly problems: Problems
  readonly watch: Watch
}

export async function checkSessions(looking: Looking): Promise<void> {
  const { db, seen, watch } = looking
  const slice = arrays(db.prepare(slices(seen)))
  const kindOf = arrays(db.prepare(`SELECT kind FROM main.sessions WHERE ${hasKey('key', '?1')}`))
  const total = first(arrays(db.prepare('SELECT count(*) FROM main.sessions')).get()) as number
  let after = Number.MIN_SAFE_INTEGER
  for (let read = 0; ; ) {
    db.exec('BEGIN') // a row and where it leads, as they are at one moment
    const rows = slice.all(after).map((row) => values(row)!)
    for (const row of rows) checkRow(row, kindOf, looking)
    db.exec('COMMIT')
    if (rows.length === 0) break
    after = first(rows.at(-1)) as number
    read += rows.length
    watch.tell({ step: 'reading', done: Math.min(read, total), total })
    await watch.turn()
  }
  checkIds(looking)
  checkKeys(looking)
}

function checkRow(found: readonly SQLOutputValue[], kindOf: StatementSync, looking: Looking): void {
  const { at, counts, problems, file } = looking
  const [rowid, , due] = found
  const row = decoded(found)
  const fault = row === null ? UNREADABLE : (faultOf(row, due, at) ?? misled(row, due, kindOf, at))
  if (fault !== null) problems.add(fault.what, placeOf(rowid, row), REMEDIES[fault.remedy](file))
  if (row === null || fault?.remedy === 'delete') counts.unreadable++
  else if (row.kind === 'link') counts.links++
  else if (row.kind === 'tombstone') counts.tombstones++
  else countSession(row.record, found, looking)
  if (typeof due === 'number' && due < at - SWEPT_WITHIN) counts.overdue++
}

/** @returns null where the bytes are none that a release writes */
function decoded(found: readonly SQLOutputValue[]): Row | null {
  const [, key, due] = found
  try {
    const row = decodeRow(decodeKey(key), found.slice(ROW), due as number)
    if (!isKey(decodeKey(key)) || !isId(idOf(row))) return null
    if (row.kind === 'record' && sealedIsMissing(row.record, found[SEALED_LENGTH])) return null
    return row
  } catch {
    return null
  }
}

function sealedIsMissing({ wrappedKey }: SessionRecord, length: unknown): boolean {
  return typeof length !== 'number' || (length === 0) !== (wrappedKey.length === 0)
}

function misled(row: Row, due: unknown, kindOf: StatementSync, at: number): Fault | null {
  if (row.kind !== 'link' || (due as number) <= at) return null
  const to = first(kindOf.get(encodeKey(row.link.to)))
  return to === undefined || to === LINK ? { what: 'a renewed token that leads to no session', remedy: 'delete' } : null
}

function countSession(record: SessionRecord, found: readonly SQLOutputValue[], { at, counts, ages }: Looking): void {
  const seen = Math.max(record.issuedAt, (found[SEEN] as number | null) ?? 0)
  const over = expired(record, seen, decodeCutoff(found.slice(CUTOFF, SEALED_LENGTH)), at) !== null
  if (over) counts.over++
  else if (found[SEALED_LENGTH] === 0) counts.claims++
  else {
    if (record.user === null) counts.anonymous++
    else counts.signedIn++
    ages.oldest = Math.min(ages.oldest ?? record.createdAt, record.createdAt)
    ages.newest = Math.max(ages.newest ?? record.createdAt, record.createdAt)
  }
}

/** By its index, in which equal ones are neighbours. */
function checkIds({ db, problems }: Looking): void {
  const twice = db.prepare(
    `SELECT id FROM main.sessions WHERE kind = ${RECORD} GROUP BY id HAVING count(*) > 1 LIMIT 100`,
  )
  for (const row of arrays(twice).all()) {
    problems.add('two sessions with one id', `session ${decodeId(first(row))}`, ENDED_TWICE)
  }
}

/**
 * The index on keys forbids none twice, and of two rows a reader finds either. What has its beginning in common is
 * compared.
 */
function checkKeys({ db, file, problems }: Looking): void {
  const common = arrays(
    db.prepare(
      `SELECT ${prefixOf('key')} FROM main.sessions GROUP BY ${prefixOf('key')} HAVING count(*) > 1 LIMIT 1000`,
    ),
  )
  const twice = arrays(
    db.prepare(
      `SELECT group_concat(rowid, ' and ') FROM main.sessions WHERE ${prefixOf('key')} = ? GROUP BY key HAVING count(*) > 1`,
    ),
  )
  for (const prefix of common.all()) {
    for (const rows of twice.all(first(prefix)!)) {
      problems.add('two rows with one key', `sessions, rows ${first(rows)}`, REMEDIES.delete(file))
    }
  }
}

function placeOf(rowid: unknown, row: Row | null): string {
  return row === null ? `sessions, row ${rowid}` : `sessions, row ${rowid} (session ${idOf(row)})`
}

function idOf(row: Row): string {
  if (row.kind === 'record') return row.record.id
  return row.kind === 'link' ? row.link.id : row.tombstone.id
}

const UNREADABLE: Fault = { what: 'a row that cannot be read', remedy: 'delete' }

const ENDED_TWICE = 'end both: coatcheck sessions end --session ID, twice'

/** N is the row's number, which the place says. */
const REMEDIES: Readonly<Record<Fault['remedy'], (file: string) => string>> = {
  delete: (file) =>
    `its token is answered with an error; delete the row, and it opens nothing: sqlite3 ${file} "DELETE FROM sessions WHERE rowid = N"`,
  upgrade: () => 'a newer release wrote it: upgrade this one',
  sweep: (file) => `have the sweeper look at it: sqlite3 ${file} "UPDATE sessions SET due = 0 WHERE rowid = N"`,
  clock: () =>
    "this machine's clock is or was wrong: set it (NTP); what is in the future is right again when that has come",
}
