// Keeping an SQLite store safe: a backup beside those who work with it, its restore, and a look at what is in it.
//
// Each is done in a thread of its own, so that a program which serves meanwhile goes on serving. It has a subpath of its
// own (`@coatcheck/session/sqlite-upkeep`): what serves needs none of it.
//
//   sqlite/upkeep/task.ts     this side of the thread     sqlite/upkeep/copy.ts   a copy of one moment
//   sqlite/upkeep/thread.ts   the thread                  sqlite/upkeep/alone.ts  whether anybody has it open

import { checkedFile } from './sqlite/file-name.ts'
import type { Copied } from './sqlite/upkeep/copy.ts'
import type { EndedSessions } from './sqlite/upkeep/end-sessions.ts'
import type { StoreReport } from './sqlite/upkeep/report.ts'
import { runTask } from './sqlite/upkeep/task.ts'
import type { Progress } from './sqlite/upkeep/watch.ts'

export type { Copied } from './sqlite/upkeep/copy.ts'
export type { EndedSessions } from './sqlite/upkeep/end-sessions.ts'
export type { Problem, StoreReport } from './sqlite/upkeep/report.ts'
export type { Progress } from './sqlite/upkeep/watch.ts'

/** What all of these take. */
export interface UpkeepOptions {
  /** Called now and then, at least once for each step. */
  readonly onProgress?: (progress: Progress) => void
  /** Stops it: the promise rejects with the signal's reason, and nothing is left behind. */
  readonly signal?: AbortSignal
}

export interface BackupOptions extends UpkeepOptions {
  /** Whether a backup that stands at `to` is overwritten. Default false. */
  readonly force?: boolean
}

export interface Backup {
  /** Of which moment it is, in milliseconds since 1970. */
  readonly at: number
  readonly files: readonly Copied[]
}

export interface CheckOptions extends UpkeepOptions {
  /** Whether indexes are compared with what they index, which takes several times as long. Default false. */
  readonly full?: boolean
  /** Whether users with many sessions are named. Default false. */
  readonly names?: boolean
}

export interface RestoreOptions extends UpkeepOptions {
  /**
   * Whether sessions that were live in the backup live on, those that were signed out since then included. Default
   * false: they are ended, and users sign in again.
   */
  readonly insecureKeepSessions?: boolean
}

export interface Restored {
  readonly at: number
  readonly files: readonly Copied[]
  /** What became of the sessions in the backup; null where they live on. */
  readonly ended: EndedSessions | null
  /** Under which name is kept what stood there before; null where nothing did. */
  readonly aside: string | null
}

/**
 * Makes a backup of a store while others work with it: the file `to` and `to` with `-touches`, of one moment, readable
 * by this user alone, synced, and verified. Nobody waits for it. SQLite's `-wal` file grows meanwhile by what is
 * written.
 *
 * A backup has user names, addresses and browsers in clear; tokens and sessions' data are not in it.
 *
 * @param file - the store's file
 * @param to - a path that is free, or `force`
 * @throws ERR_STORE_UNAVAILABLE with the file and the remedy, ERR_OPTION where a path is wrong
 *
 * @example
 * import { createSessions, sqlite } from '@coatcheck/session'
 * import { backupSqlite } from '@coatcheck/session/sqlite-upkeep'
 * const sessions = createSessions({ store: sqlite('shop.db') })
 * const { files } = await backupSqlite('shop.db', 'shop-backup.db', { force: true })
 * console.log(files.map(({ path, bytes }) => `${path}: ${bytes} bytes`))
 * await sessions.close()
 */
export function backupSqlite(file: string, to: string, options: BackupOptions = {}): Promise<Backup> {
  const { force = false, ...rest } = options
  return runTask('backup', [checkedFile(file), checkedFile(to), force], rest)
}

/**
 * Looks at a store, beside those who work with it or at rest, and changes nothing: whether SQLite finds it whole,
 * whether each row is one that a release can read, what there is and how much.
 *
 * @throws ERR_STORE_UNAVAILABLE where it cannot be looked at (not there, not ours, of a newer release), ERR_OPTION
 *
 * @example
 * import { createSessions, sqlite } from '@coatcheck/session'
 * import { checkSqlite } from '@coatcheck/session/sqlite-upkeep'
 * const sessions = createSessions({ store: sqlite('site.db') })
 * const { problems, counts } = await checkSqlite('site.db')
 * console.log(counts.signedIn, 'signed in;', problems.length, 'problems')
 * await sessions.close()
 */
export function checkSqlite(file: string, options: CheckOptions = {}): Promise<StoreReport> {
  const { full = false, names = false, ...rest } = options
  return runTask('check', [checkedFile(file), full, names], rest)
}

/**
 * Puts a backup in the place of a store, in one step, and keeps what stood there beside it. The store must be open
 * nowhere: that is looked at, and held until it is done.
 *
 * **It ends every session in the backup.** The sign-outs since then are not in it; users would be signed in again who
 * signed out, and stolen cookies open again what was ended for their sake. Tombstones and claims stay as they are.
 *
 * @param from - what `backupSqlite` made
 * @param file - where the store is to be
 * @throws ERR_STORE_UNAVAILABLE with the file and the remedy, ERR_OPTION where a path is wrong
 *
 * @example
 * import { sqlite } from '@coatcheck/session'
 * import { backupSqlite, restoreSqlite } from '@coatcheck/session/sqlite-upkeep'
 * await sqlite('forum.db').close()
 * await backupSqlite('forum.db', 'forum-backup.db', { force: true })
 * const { ended, aside } = await restoreSqlite('forum-backup.db', 'forum.db')
 * console.log(ended?.ended, 'sessions ended; what stood there is', aside)
 */
export function restoreSqlite(from: string, file: string, options: RestoreOptions = {}): Promise<Restored> {
  const { insecureKeepSessions = false, ...rest } = options
  return runTask('restore', [checkedFile(from), checkedFile(file), insecureKeepSessions], rest)
}
