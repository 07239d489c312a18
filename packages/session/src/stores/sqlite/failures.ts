// What an error of SQLite means: what to do about it, and whether a write can have taken effect.

import type { SessionError } from '../../errors.ts'

/** SQLite's primary result codes, as far as they have a remedy of their own. */
const BUSY = 5
const LOCKED = 6
const READONLY = 8
const IOERR = 10
export const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const PROTOCOL = 15
export const NOTADB = 26

const REMEDIES: Readonly<Record<number, string>> = {
  [BUSY]: 'another process holds its write lock: end the long transaction that is open on the file',
  [READONLY]:
    'it cannot be written: give this user write permission for the file and its folder, or look at the system log where ' +
    'the file system has become read-only',
  [IOERR]: 'the disk failed to read or write it: look at the system log',
  [CORRUPT]: 'the file is damaged: restore a backup, or move it away, which ends all sessions',
  [FULL]: 'the disk is full: make room',
  [CANTOPEN]: 'it cannot be opened: it was moved away, or this user has no permission to open it and its folder',
  [NOTADB]: 'it is not an SQLite database any more: restore a backup, or move it away, which ends all sessions',
}

/** What became of a write that failed. */
export type Effect = 'none' | 'unknown'

/** The primary result code of an error that node:sqlite threw; undefined where the error is another's. */
export function resultCode(error: unknown): number | undefined {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  return code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number' ? errcode & 0xff : undefined
}

/** Someone else has it now; trying again may help. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error)
  return code === BUSY || code === LOCKED || code === PROTOCOL
}

/** A connection that may only read would have had to write, to repair something for instance. */
export function wantsToWrite(error: unknown): boolean {
  return resultCode(error) === READONLY
}

/** What SQLite said, about which file, and what helps. */
export function explain(file: string, error: unknown): string {
  if ((error as SessionError | null)?.name === 'SessionError') return (error as SessionError).message
  const code = resultCode(error)
  const said = error instanceof Error ? error.message : String(error)
  const remedy = code === undefined ? undefined : REMEDIES[code === LOCKED || code === PROTOCOL ? BUSY : code]
  return remedy === undefined ? `${file}: ${said}` : `${file}: ${said}; ${remedy}`
}

/**
 * What a failed COMMIT left behind. The one file in the transaction becomes visible by its last step, so an error
 * before it means that nothing was applied; a failed sync may have left the commit on the disk all the same.
 */
export function effectOfFailedCommit(error: unknown): Effect {
  const code = resultCode(error)
  return code === FULL || code === BUSY || code === READONLY ? 'none' : 'unknown'
}
