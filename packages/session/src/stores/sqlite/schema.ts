// The two files: what is in them, how they come to be, and which ones are refused.
//
//   FILE           sessions by key: live records, links of renewed tokens, tombstones; cutoffs by user
//   FILE-touches   when sessions were last seen, by id. A file of its own, so that being seen changes nothing for
//                  those who watch FILE (E5, E8). Losing it ends idle sessions early, never late.
//
// `application_id` says that a file is ours, `user_version` which schema it has. A release refuses a newer schema, and
// its writer looks again in every transaction, so that a newer release may migrate a file while this one has it open.
//
// Keys are random, rows are wide: a rowid table with a separate index on the key measured a third faster to read at
// random over 200,000 rows, half as expensive to fill and a fifth smaller than WITHOUT ROWID. A tombstone takes
// about 80 bytes, 130 with its entries in the indexes.

import { accessSync, closeSync, constants, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync, DatabaseSyncOptions } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { SessionError } from '../../errors.ts'
import { explain } from './failures.ts'
import { whileBusy } from './lock.ts'

export const SCHEMA_VERSION = 1

export interface Schema {
  readonly applicationId: number
  readonly sql: string
}

export const SESSIONS: Schema = {
  applicationId: 0x436f6174, // 'Coat'
  // `due` is when the sweeper must look at a row again: at the latest when it ends; of a tombstone its absolute end.
  sql: `
    CREATE TABLE sessions (
      key BLOB NOT NULL PRIMARY KEY,
      due INTEGER NOT NULL,
      kind INTEGER NOT NULL,
      id BLOB NOT NULL,
      site TEXT,
      user TEXT,
      ended INTEGER,
      reason TEXT,
      signed_in INTEGER,
      target BLOB,
      body TEXT,
      wrapped_key BLOB,
      sealed BLOB
    );
    CREATE INDEX sessions_by_due ON sessions (due);
    CREATE INDEX sessions_by_id ON sessions (id) WHERE kind = 0;
    CREATE INDEX sessions_by_user ON sessions (site, user) WHERE user IS NOT NULL;
    CREATE TABLE cutoffs (
      site TEXT NOT NULL,
      user TEXT NOT NULL,
      epoch INTEGER NOT NULL,
      at INTEGER NOT NULL,
      except_id BLOB,
      PRIMARY KEY (site, user)
    ) WITHOUT ROWID;`,
}

export const TOUCHES: Schema = {
  applicationId: 0x5365656e, // 'Seen'
  sql: 'CREATE TABLE seen (id BLOB NOT NULL PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;',
}

export function touchesOf(file: string): string {
  return `${file}-touches`
}

/** Opens a file that exists; one that was moved away is not silently begun anew. */
export function open(file: string, options: DatabaseSyncOptions = {}): DatabaseSync {
  // Asked for only now: with Node 24 the module announces itself as experimental as soon as it is loaded.
  const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite')
  return new Database(uri(file, options.readOnly === true ? 'ro' : 'rw'), { ...options, timeout: 0 })
}

/** As ATTACH takes it. */
export function uri(file: string, mode: 'ro' | 'rw'): string {
  const url = pathToFileURL(file)
  url.searchParams.set('mode', mode)
  return url.href
}

/**
 * Makes sure that `file` is there, is ours, and can be used.
 *
 * @throws ERR_OPTION where the path is wrong, ERR_STORE_UNAVAILABLE where what stands there cannot be used
 */
export function prepare(file: string, schema: Schema, lockTimeout: number): void {
  provide(file)
  try {
    if (whileBusy(lockTimeout, () => needsWork(file, schema))) initialise(file, schema, lockTimeout)
  } catch (error) {
    if (error instanceof SessionError) throw error
    throw new SessionError('ERR_STORE_UNAVAILABLE', explain(file, error), { cause: error })
  }
}

/** Whether this release may write the file that `db` has open. */
export function versionOf(db: DatabaseSync): number {
  return pragma(db, 'user_version') as number
}

export function newer(file: string, version: number): SessionError {
  return new SessionError(
    'ERR_STORE_UNAVAILABLE',
    `${file} was written by a newer release (schema ${version}, this one knows ${SCHEMA_VERSION}): upgrade this process`,
  )
}

// The file, readable by nobody else; SQLite gives the files that it puts beside it the same mode. A file that stands is
// never opened here: closing it would drop the locks that another store of this process has on it (fcntl(2)).
function provide(file: string): void {
  try {
    try {
      closeSync(openSync(file, 'wx', 0o600))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (statSync(file).isDirectory()) throw wrongPath(file, 'is a folder: name a file in it')
    accessSync(file, constants.R_OK | constants.W_OK)
    accessSync(dirname(file), constants.W_OK)
  } catch (error) {
    if (error instanceof SessionError) throw error
    throw wrongPath(file, problemOf(file, error as NodeJS.ErrnoException), error)
  }
}

function problemOf(file: string, error: NodeJS.ErrnoException): string {
  const folder = dirname(file)
  if (error.code === 'ENOENT') return `cannot be created: there is no folder ${folder}; create it`
  if (error.code === 'ENOTDIR') return `cannot be created: ${folder} is not a folder`
  if (error.code === 'EROFS') return 'is on a read-only file system: choose another place'
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return `cannot be opened: give this user permission to read and write it and its folder ${folder}`
  }
  return `cannot be opened: ${error.message}`
}

function wrongPath(file: string, problem: string, cause?: unknown): SessionError {
  return new SessionError('ERR_OPTION', `sqlite: ${file} ${problem}`, { cause })
}

/** @returns whether the file is new, or was taken out of WAL mode (by a backup tool, for instance) */
function needsWork(file: string, schema: Schema): boolean {
  const db = open(file, { readOnly: true })
  try {
    db.exec('BEGIN') // what is asked here must be of one moment: another process may be at work
    return isNew(db, file, schema) || pragma(db, 'journal_mode') !== 'wal'
  } finally {
    db.close()
  }
}

// Two processes may be here at once, and one may have died here: each step finds out what is still to be done.
function initialise(file: string, schema: Schema, lockTimeout: number): void {
  const db = open(file)
  try {
    whileBusy(lockTimeout, () => db.exec('PRAGMA journal_mode = WAL'))
    if (pragma(db, 'journal_mode') !== 'wal') {
      throw new SessionError(
        'ERR_OPTION',
        `sqlite: ${file} is on a file system without shared memory: use a local disk`,
      )
    }
    whileBusy(lockTimeout, () => db.exec('BEGIN IMMEDIATE'))
    if (isNew(db, file, schema)) {
      db.exec(schema.sql)
      db.exec(`PRAGMA application_id = ${schema.applicationId}; PRAGMA user_version = ${SCHEMA_VERSION}`)
    }
    db.exec('COMMIT')
  } finally {
    db.close()
  }
}

/** @throws where the file is another application's or a newer release's */
function isNew(db: DatabaseSync, file: string, schema: Schema): boolean {
  const applicationId = pragma(db, 'application_id')
  const version = versionOf(db)
  if (applicationId === 0 && version === 0) {
    const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number }
    if (tables === 0) return true
  }
  if (applicationId !== schema.applicationId) {
    throw new SessionError('ERR_OPTION', `sqlite: ${file} is a database of another application: name another file`)
  }
  if (version > SCHEMA_VERSION) throw newer(file, version)
  return false
}

function pragma(db: DatabaseSync, name: string): unknown {
  return Object.values(db.prepare(`PRAGMA main.${name}`).get() ?? {})[0]
}
