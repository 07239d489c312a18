// `checkSqlite`, in the thread that does it: a file as SQLite sees it, then its rows as a release reads them.
//
// Rows are read some hundreds at a time, each time in a transaction of its own, so that those who write can go on using
// the `-wal` file anew. SQLite's own check is one statement: 1.4 s for a million sessions.

import type { DatabaseSync } from 'node:sqlite'
import type { SessionError } from '../../../errors.ts'
import { CORRUPT, explain, resultCode } from '../failures.ts'
import { pragma, touchesOf, uri, versionOf } from '../schema.ts'
import { arrays, first } from '../statements.ts'
import { type Schema, SESSIONS } from '../versions.ts'
import { checkCutoffs, checkTouches, countUsers } from './check-others.ts'
import { type Ages, checkSessions, type Looking } from './check-sessions.ts'
import { damagesOf } from './copy.ts'
import { megabytes, PARTS, statOf } from './files.ts'
import { type Counts, type FileReport, noCounts, Problems, type StoreReport } from './report.ts'
import { isAtRest, openSource } from './source.ts'
import type { Watch } from './watch.ts'

const DAMAGES = 100
const CACHE_KIB = 32_768
/** The writer keeps it at 64 MiB, but while somebody reads for long. */
const LARGE_WAL = 256 * 1024 * 1024

export async function check(file: string, full: boolean, names: boolean, watch: Watch): Promise<StoreReport> {
  const atRest = PARTS.every((part) => isAtRest(part.of(file)))
  const report = await look(file, full, names, atRest, watch)
  // Somebody began to work with it meanwhile: what looked wrong may have been half of a change.
  const woken = atRest && report.problems.length > 0 && PARTS.some((part) => !isAtRest(part.of(file)))
  return woken ? look(file, full, names, false, watch) : report
}

async function look(file: string, full: boolean, names: boolean, atRest: boolean, watch: Watch): Promise<StoreReport> {
  const problems = new Problems()
  const notes: string[] = []
  const counts = noCounts()
  const ages: Ages = { oldest: null, newest: null }
  const at = Date.now()
  const files: FileReport[] = []
  for (const part of PARTS.toReversed()) {
    const path = part.of(file)
    if (path === file || statOf(path) !== undefined) {
      const checked = await checkFile(path, part.schema, { file, full, atRest, problems, watch })
      if (checked !== null) files.push(checked)
    } else notes.push(`there is no ${path}: sessions count as last seen when their token was issued`)
  }
  let users: StoreReport['users'] = { count: 0, most: [] }
  const older = files.find((each) => each.schema < each.newestSchema)
  if (problems.list.length > 0) notes.push('the rows were not looked at, since the file is damaged')
  else if (older !== undefined) {
    notes.push(
      `${older.path} has schema ${older.schema}: the next start brings it to ${older.newestSchema}, and its rows can be looked at`,
    )
  } else {
    const db = openSource(file, SESSIONS, atRest)
    try {
      const seen = attachTouches(db, file, atRest)
      db.exec(`PRAGMA cache_size = -${CACHE_KIB}`)
      const looking: Looking = { db, seen, file, at, counts, ages, problems, watch }
      await checkSessions(looking)
      await checkTouches(looking)
      await checkCutoffs(looking)
      users = countUsers(looking, names)
    } catch (error) {
      if (resultCode(error) === undefined) throw error
      problems.add(`unreadable: ${explain(file, error)}`, file, restoring(file, file))
    } finally {
      db.close()
    }
  }
  notes.push(...notesOn(files, counts))
  return { file, at, problems: problems.list, notes, files, counts, ...ages, users }
}

interface Checking {
  readonly file: string
  readonly full: boolean
  readonly atRest: boolean
  readonly problems: Problems
  readonly watch: Watch
}

/** @returns null where it is so damaged that not even its schema can be read */
async function checkFile(path: string, schema: Schema, checking: Checking): Promise<FileReport | null> {
  const { file, full, atRest, problems, watch } = checking
  let db: DatabaseSync
  try {
    db = openSource(path, schema, atRest)
  } catch (error) {
    const { cause, message } = error as SessionError
    if (cause === undefined || resultCode(cause) !== CORRUPT) throw error
    problems.add(`damaged: ${message}`, path, restoring(file, path))
    return null
  }
  try {
    watch.tell({ step: 'checking', done: 0, total: 0 })
    const damages = damagesOf(db, full ? 'integrity_check' : 'quick_check', DAMAGES)
    for (const damage of damages) problems.add(`damaged: ${damage}`, path, restoring(file, path))
    if (damages.length === 0 && versionOf(db) === schema.steps.length) {
      for (const missing of missingIn(db, schema)) problems.add(`${missing} is missing`, path, restoring(file, path))
    }
    await watch.turn()
    return fileReport(db, path, schema)
  } finally {
    db.close()
  }
}

function fileReport(db: DatabaseSync, path: string, { steps }: Schema): FileReport {
  return {
    path,
    schema: versionOf(db),
    newestSchema: steps.length,
    bytes: statOf(path)?.size ?? 0,
    walBytes: statOf(`${path}-wal`)?.size ?? 0,
    pages: pragma(db, 'page_count') as number,
    freePages: pragma(db, 'freelist_count') as number,
  }
}

/** Tables, indexes and triggers that a new file of this schema has. */
function missingIn(db: DatabaseSync, { steps }: Schema): string[] {
  const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite')
  const fresh = new Database(':memory:')
  try {
    for (const step of steps) fresh.exec(step)
    const there = new Set(objectsOf(db))
    return objectsOf(fresh).filter((name) => !there.has(name))
  } finally {
    fresh.close()
  }
}

function objectsOf(db: DatabaseSync): string[] {
  return arrays(db.prepare(`SELECT type || ' ' || name FROM sqlite_schema`))
    .all()
    .map((row) => String(first(row)))
}

/** @returns the table of last-seen times as SQL names it; an empty one where the file is lost */
function attachTouches(db: DatabaseSync, file: string, atRest: boolean): string {
  const path = touchesOf(file)
  if (statOf(path) === undefined) return '(SELECT NULL AS id, NULL AS at WHERE FALSE)'
  db.prepare('ATTACH ? AS touches').run(uri(path, 'ro') + (atRest ? '&immutable=1' : ''))
  db.exec(`PRAGMA touches.cache_size = -${CACHE_KIB}`)
  return 'touches.seen'
}

function notesOn(files: readonly FileReport[], { overdue }: Counts): string[] {
  const notes: string[] = []
  if (overdue > 0) {
    notes.push(
      `${overdue} rows have been over for an hour and are not swept: no process works with the store, or it has much to do`,
    )
  }
  for (const { path, walBytes } of files) {
    if (walBytes < LARGE_WAL) continue
    notes.push(`${path}-wal has ${megabytes(walBytes)}: somebody reads from it for long, a backup for instance`)
  }
  return notes
}

/** Last-seen times can be spared, sessions cannot. */
function restoring(file: string, path: string): string {
  if (path !== file)
    return `stop what has it open, and move ${path} away: idle sessions end early, and nothing else is lost`
  return `stop what has it open, and restore a backup: coatcheck store restore BACKUP ${file}; without one, move it away, which ends all sessions`
}
