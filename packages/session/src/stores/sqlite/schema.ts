// How the two files come to be, how older ones are brought up to date, and which ones are refused (what is in them:
// versions.ts).
//
// `application_id` says that a file is ours, `user_version` which schema it has. A release refuses a newer schema, and
// its writer looks again in every transaction, so that a newer release may migrate a file while this one has it open.

import { dirname } from 'node:path'
import type { DatabaseSync, DatabaseSyncOptions } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { SessionError } from '../../errors.ts'
import { explain, wantsToWrite } from './failures.ts'
import { whileBusy } from './lock.ts'
import { leftBehind, sizeOf } from './place.ts'
import type { Schema } from './versions.ts'

// Imported by name it would load all that hangs on it: streams, promises, readline.
const { accessSync, closeSync, constants, openSync, statSync } = process.getBuiltinModule('node:fs')

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
  const left = leftBehind(file)
  if (left.length > 0 && sizeOf(file) === 0) throw lost(file, left)
  provide(file)
  try {
    if (whileBusy(lockTimeout, () => needsWork(file, schema, left))) bringUpToDate(file, schema, lockTimeout)
  } catch (error) {
    if (error instanceof SessionError) throw error
    throw new SessionError('ERR_STORE_UNAVAILABLE', explain(file, error), { cause: error })
  }
}

/**
 * As `prepare`, for whoever is to change nothing.
 *
 * @throws ERR_OPTION where the path is wrong, ERR_STORE_UNAVAILABLE where what stands there is not of this release
 */
export function assertReady(file: string, schema: Schema, lockTimeout: number): void {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) {
    throw wrongPath(file, 'is not there: nothing has been stored yet, or it was moved away')
  }
  let version: number
  try {
    version = whileBusy(lockTimeout, () => {
      const db = open(file, { readOnly: true })
      try {
        return checkedVersion(db, file, schema)
      } finally {
        db.close()
      }
    })
  } catch (error) {
    if (error instanceof SessionError) throw error
    throw new SessionError('ERR_STORE_UNAVAILABLE', explain(file, error), { cause: error })
  }
  if (version === schema.steps.length) return
  throw new SessionError(
    'ERR_STORE_UNAVAILABLE',
    `${file} has the schema of an older release (${version}, this one writes ${schema.steps.length}): start the gateway or ` +
      'application with this release first, which brings it up to date',
  )
}

/** The schema version of the file that `db` has open. */
export function versionOf(db: DatabaseSync): number {
  return pragma(db, 'user_version') as number
}

/** @throws ERR_STORE_UNAVAILABLE where a newer release has migrated the file while this process had it open */
export function assertKnown(file: string, { steps }: Schema, version: number): void {
  if (version > steps.length) {
    throw newer(file, steps, version, 'end this process and start it again with that release; nothing is lost')
  }
}

export function newer(file: string, { length: known }: Schema['steps'], version: number, remedy: string): SessionError {
  return new SessionError(
    'ERR_STORE_UNAVAILABLE',
    `${file} was written by a newer release (schema ${version}, this one knows ${known}): ${remedy}`,
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

/** Sessions that had been there would all be strangers (E9). */
function lost(file: string, left: readonly string[]): SessionError {
  return new SessionError(
    'ERR_STORE_UNAVAILABLE',
    `sqlite: ${file} is gone or empty, and ${left.join(' and ')} still there: put it back or restore a backup; or begin ` +
      `anew, which ends all sessions: move it away, and with it ${left.join(', ')}`,
  )
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

/** @returns whether the file is new or of an older release, or was taken out of WAL mode (by a backup tool, say) */
function needsWork(file: string, schema: Schema, left: readonly string[]): boolean {
  const db = open(file, { readOnly: true })
  try {
    db.exec('BEGIN') // what is asked here must be of one moment: another process may be at work
    const version = checkedVersion(db, file, schema)
    if (version === 0 && left.includes(touchesOf(file))) throw lost(file, left)
    return version < schema.steps.length || pragma(db, 'journal_mode') !== 'wal'
  } catch (error) {
    if (wantsToWrite(error)) return true // somebody died at the very beginning: his journal is still to be rolled back
    throw error
  } finally {
    db.close()
  }
}

// Several processes may be here at once, and one may have died here: each step finds out what is still to be done, and
// is done whole or not at all.
function bringUpToDate(file: string, schema: Schema, lockTimeout: number): void {
  const db = open(file)
  try {
    whileBusy(lockTimeout, () => db.exec('PRAGMA journal_mode = WAL'))
    if (pragma(db, 'journal_mode') !== 'wal') {
      throw new SessionError(
        'ERR_OPTION',
        `sqlite: ${file} is on a file system without shared memory: use a local disk`,
      )
    }
    db.exec('PRAGMA trusted_schema = OFF')
    while (!takeStep(db, file, schema, lockTimeout));
  } finally {
    db.close()
  }
}

/** @returns whether no step was left to take */
function takeStep(db: DatabaseSync, file: string, schema: Schema, lockTimeout: number): boolean {
  whileBusy(lockTimeout, () => db.exec('BEGIN IMMEDIATE'))
  const version = checkedVersion(db, file, schema)
  const step = schema.steps[version]
  if (step !== undefined) {
    db.exec(step)
    db.exec(`PRAGMA application_id = ${schema.applicationId}; PRAGMA user_version = ${version + 1}`)
  }
  db.exec('COMMIT')
  return step === undefined
}

/**
 * @returns the schema version of the file; 0 of an empty one
 * @throws where the file is another application's or a newer release's
 */
function checkedVersion(db: DatabaseSync, file: string, { applicationId, steps }: Schema): number {
  const id = pragma(db, 'application_id')
  const version = versionOf(db)
  if (id === 0 && version === 0) {
    const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number }
    if (tables === 0) return 0
  }
  if (id !== applicationId || version < 1) {
    throw new SessionError('ERR_OPTION', `sqlite: ${file} is a database of another application: name another file`)
  }
  if (version > steps.length) throw newer(file, steps, version, 'upgrade this process')
  return version
}

export function pragma(db: DatabaseSync, name: string): unknown {
  return Object.values(db.prepare(`PRAGMA main.${name}`).get() ?? {})[0]
}
