// Whether anybody has a store open, and keeping everybody out while it is exchanged.
//
// In WAL mode whoever has a file open holds a shared lock on it for as long, at rest too. To leave WAL mode takes the
// exclusive one. So a process that serves is told from one that is gone without asking either, and none can begin
// meanwhile. Both files of a store are held by whoever reads: one that is still an SQLite file tells for both.

import { readFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { SessionError } from '../../../errors.ts'
import { CORRUPT, explain, isBusy, NOTADB, resultCode } from '../failures.ts'
import { whileBusy } from '../lock.ts'
import { open, pragma } from '../schema.ts'
import { PARTS, statOf } from './files.ts'

/** Milliseconds. Somebody who looks at the store for a moment is no reason to give up. */
const PATIENCE = 1000

export interface Alone {
  /** Lets others in again. */
  release(): void
}

/**
 * Takes a store for this caller alone.
 *
 * @param file - need not be there, nor be in order
 * @throws ERR_STORE_UNAVAILABLE where somebody has it open, or where nobody can tell
 */
export function alone(file: string): Alone {
  const held: DatabaseSync[] = []
  const release = () => {
    for (const db of held.splice(0)) db.close()
  }
  try {
    const standing = PARTS.map((part) => part.of(file)).filter((path) => (statOf(path)?.size ?? 0) > 0)
    const damaged = standing.filter((path) => {
      const db = exclusively(path)
      if (db !== null) held.push(db)
      return db === null
    })
    if (damaged.length > 0 && held.length === 0) assertNobodyLocks(damaged)
    return { release }
  } catch (error) {
    release()
    if (error instanceof SessionError) throw error
    if (isBusy(error)) throw inUse(file, error)
    throw new SessionError('ERR_STORE_UNAVAILABLE', explain(file, error), { cause: error })
  }
}

/** @returns a connection that keeps all others out; null where the file is none that SQLite can lock */
function exclusively(path: string): DatabaseSync | null {
  let db: DatabaseSync | undefined
  try {
    db = whileBusy(PATIENCE, () => open(path))
    const opened = db
    opened.exec('PRAGMA locking_mode = EXCLUSIVE')
    whileBusy(PATIENCE, () => opened.exec('PRAGMA journal_mode = DELETE'))
    whileBusy(PATIENCE, () => opened.exec('BEGIN EXCLUSIVE'))
    if (pragma(opened, 'journal_mode') === 'delete') return opened
    throw new Error('the file did not leave WAL mode')
  } catch (error) {
    db?.close()
    if (isDamage(error)) return null
    throw error
  }
}

function isDamage(error: unknown): boolean {
  const code = resultCode(error)
  return code === CORRUPT || code === NOTADB
}

// The system's own list, where it has one. It also names those of this very process.
function assertNobodyLocks(paths: readonly string[]): void {
  let locks: string
  try {
    locks = readFileSync('/proc/locks', 'utf8')
  } catch (cause) {
    throw new SessionError(
      'ERR_STORE_UNAVAILABLE',
      `${paths[0]} is damaged, and this system does not say who has it open: stop the gateway, move the file away, and restore then`,
      { cause },
    )
  }
  for (const path of paths) {
    const inode = statOf(path)?.ino
    if (new RegExp(`:${inode} `).test(locks)) throw inUse(path)
  }
}

function inUse(file: string, cause?: unknown): SessionError {
  return new SessionError(
    'ERR_STORE_UNAVAILABLE',
    `${file} is in use: stop the gateway and every application that has it open, then try again`,
    { cause },
  )
}
