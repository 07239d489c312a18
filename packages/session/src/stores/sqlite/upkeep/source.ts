// Opening a store's file to look at it: beside those who work with it, as a backup on a medium that cannot be written,
// and never so that something is made that was not there.

import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { SessionError } from '../../../errors.ts'
import { explain, resultCode } from '../failures.ts'
import { whileBusy } from '../lock.ts'
import { newer, open, pragma, uri, versionOf } from '../schema.ts'
import { type Schema, SESSIONS, TOUCHES } from '../versions.ts'
import { statOf, unusable } from './files.ts'

/** Milliseconds. Readers find a file locked only while someone repairs it, or folds what was written last into it. */
const PATIENCE = 5000
const READONLY = 8
const CANTOPEN = 14

/** Whoever has a file open has a `-wal` beside it: without one, all is in the file, and nobody changes it. */
export function isAtRest(file: string): boolean {
  return !existsSync(`${file}-wal`)
}

/**
 * Opens a file of a store for reading, whose kind and schema are known afterwards.
 *
 * @param atRest - read it as a file that nobody changes, which puts nothing beside it. Ask `isAtRest` again when done
 * @throws ERR_STORE_UNAVAILABLE with the place and the remedy: not there, not ours, not readable, of a newer release
 */
export function openSource(file: string, schema: Schema, atRest: boolean): DatabaseSync {
  assertReadable(file)
  try {
    return opened(file, schema, atRest)
  } catch (error) {
    // Nobody has it open, and nothing can be put beside it: a backup where one cannot write.
    if (!atRest && isUnwritable(error) && isAtRest(file)) return openSource(file, schema, true)
    if (error instanceof SessionError) throw error
    throw unusable(`${explain(file, error)}${isUnwritable(error) ? `; try it as ${ownerOf(file)}` : ''}`, error)
  }
}

function opened(file: string, schema: Schema, atRest: boolean): DatabaseSync {
  const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite')
  const db = atRest
    ? new Database(`${uri(file, 'ro')}&immutable=1`, { readOnly: true })
    : open(file, { readOnly: true })
  try {
    db.exec('PRAGMA trusted_schema = OFF')
    whileBusy(PATIENCE, () => assertOurs(db, file, schema))
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function assertOurs(db: DatabaseSync, file: string, schema: Schema): void {
  const application = pragma(db, 'application_id')
  const version = versionOf(db)
  if (application !== schema.applicationId) {
    if (application === TOUCHES.applicationId) {
      throw new Foreign(`${file} is a store's last-seen times: name the file beside it, without -touches`)
    }
    if (application === SESSIONS.applicationId) throw new Foreign(`${file} has sessions in it, not last-seen times`)
    const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number }
    if (application === 0 && version === 0 && tables === 0) {
      throw unusable(`${file} is empty: no store has been made in it yet`)
    }
    throw new Foreign(`${file} is a database of another application: name the store's file`)
  }
  if (version > schema.steps.length) throw newer(file, schema.steps, version, 'upgrade this one')
}

/** Whether a file is a database of somebody else's. One that cannot be read at all may have been ours. */
export function isAnothers(file: string): boolean {
  let db: DatabaseSync | undefined
  try {
    db = open(file, { readOnly: true })
    assertOurs(db, file, SESSIONS)
    return false
  } catch (error) {
    return error instanceof Foreign
  } finally {
    db?.close()
  }
}

class Foreign extends SessionError {
  constructor(message: string) {
    super('ERR_STORE_UNAVAILABLE', message)
  }
}

// A file is never opened here but by SQLite: closing it would drop the locks that a store of this process has on it.
function assertReadable(file: string): void {
  try {
    const stat = statOf(file)
    if (stat === undefined)
      throw unusable(`there is no file ${file}: nothing has been stored there yet, or it was moved away`)
    if (stat.isDirectory()) throw unusable(`${file} is a folder: name a file in it`)
    if (!stat.isFile()) throw unusable(`${file} is no file`)
    accessSync(file, constants.R_OK)
  } catch (error) {
    if (error instanceof SessionError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM') {
      throw unusable(`${file} cannot be read by this user: try it as ${ownerOf(file)}`, error)
    }
    throw unusable(`${file} cannot be read: ${message}`, error)
  }
}

function ownerOf(file: string): string {
  try {
    return `the user with the id ${statOf(file)?.uid}, to whom it belongs`
  } catch {
    return `a user who may open ${dirname(file)}`
  }
}

function isUnwritable(error: unknown): boolean {
  const code = resultCode(error)
  return code === READONLY || code === CANTOPEN
}
