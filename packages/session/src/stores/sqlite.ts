// Sessions in an SQLite file: for a site of one machine, in one process or several.
//
// The thread that serves requests only reads, on a connection of its own, and waits for nobody; whoever holds the
// file's write lock, it goes on. All writes go through one writer thread, which commits many at once and answers each
// after its COMMIT. What ends a session is synced to disk before it is acknowledged.
//
//   sqlite/reader.ts    the reading connection         sqlite/versions.ts  what is in the files
//   sqlite/changes.ts   what others changed            sqlite/schema.ts    how they come to be
//   sqlite/writer.ts    the queue before the thread    sqlite/codec.ts     rows as they look there
//   sqlite/thread.ts    the thread                     sqlite/failures.ts  what errors mean
//   sqlite/batch.ts     one transaction

import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Duration, milliseconds } from '../duration.ts'
import { SessionError } from '../errors.ts'
import type {
  Began,
  Creation,
  Ending,
  Listed,
  Lookup,
  Replaced,
  Rotated,
  Rotation,
  SessionRecord,
  Store,
  Tombstone,
} from '../store.ts'
import type { SessionId, SessionKey } from '../token.ts'
import { detached } from './sqlite/codec.ts'
import { explain, isBusy } from './sqlite/failures.ts'
import { whileBusy } from './sqlite/lock.ts'
import { Reader } from './sqlite/reader.ts'
import { assertKnown, prepare, touchesOf } from './sqlite/schema.ts'
import { SESSIONS, TOUCHES } from './sqlite/versions.ts'
import { Writer } from './sqlite/writer.ts'

const READ_AGAIN_AFTER = [1, 5, 25, 100, 250] // milliseconds
const TOUCHES_AT_ONCE = 500

export interface SqliteOptions {
  /** How long a write waits while another process holds the file's write lock. Default `'5s'`. */
  readonly lockTimeout?: Duration
}

/**
 * A store in an SQLite file, which is created where there is none, readable by this user alone. Beside it stand
 * `FILE-touches` and what SQLite adds (`-wal`, `-shm`); they belong together. A file of an older release is brought up
 * to date when it is opened; a release that has it open then writes it no more.
 *
 * What another process changed shows from the next turn of the event loop on, and a millisecond later at most.
 *
 * @param file - a path on a local disk; its folder must exist
 * @throws ERR_OPTION where the path is wrong, ERR_STORE_UNAVAILABLE where what stands there cannot be used
 *
 * @example
 * import { createSessions, sqlite } from '@coatcheck/session'
 * const sessions = createSessions({ store: sqlite('sessions.db') })
 */
export function sqlite(file: string, options: SqliteOptions = {}): Store {
  return new SqliteStore(checkedFile(file), checkedTimeout(options.lockTimeout ?? '5s'))
}

class SqliteStore implements Store {
  readonly name = 'sqlite'
  readonly #file: string
  readonly #reader: Reader
  readonly #writer: Writer
  #closing: Promise<void> | undefined

  constructor(file: string, lockTimeout: number) {
    prepare(file, SESSIONS, lockTimeout)
    prepare(touchesOf(file), TOUCHES, lockTimeout)
    this.#file = file
    this.#reader = whileBusy(lockTimeout, () => new Reader(file))
    this.#writer = new Writer({ file, lockTimeout, place: this.#reader.place })
  }

  read(key: SessionKey): Lookup | Promise<Lookup> {
    try {
      return this.#reader.read(key)
    } catch (error) {
      return this.#again(error, () => this.#reader.read(key))
    }
  }

  stamp(key: SessionKey): unknown {
    try {
      return this.#reader.stamp(key)
    } catch {
      return undefined // what can't be asked can't be vouched for; the read that follows says why
    }
  }

  create(creation: Creation): Promise<Began> {
    return this.#writer.write('create', { ...creation, record: detached(creation.record) })
  }

  replace(record: SessionRecord, nonce: string, at: number): Promise<Replaced> {
    return this.#writer.write('replace', detached(record), nonce, at)
  }

  rotate(rotation: Rotation): Promise<Rotated> {
    return this.#writer.write('rotate', { ...rotation, record: detached(rotation.record) })
  }

  confirm(key: SessionKey, linksEndAt: number): Promise<void> {
    return this.#writer.write('confirm', key, linksEndAt)
  }

  end(key: SessionKey, ending: Ending): Promise<Tombstone | null> {
    return this.#writer.write('end', key, ending)
  }

  endById(site: string, id: SessionId, ending: Ending): Promise<Tombstone | null> {
    return this.#writer.write('endById', site, id, ending)
  }

  endAll(site: string, user: string, at: number, except: SessionId | null): Promise<readonly SessionId[]> {
    return this.#writer.write('endAll', site, user, at, except)
  }

  // In portions, between which a sign-out has its turn.
  async touch(seen: ReadonlyMap<SessionId, number>): Promise<void> {
    const entries = [...seen]
    for (let i = 0; i < entries.length; i += TOUCHES_AT_ONCE) {
      await this.#writer.write('touch', new Map(entries.slice(i, i + TOUCHES_AT_ONCE)))
    }
  }

  async list(site: string, user: string, at: number): Promise<readonly Listed[]> {
    try {
      return this.#reader.list(site, user, at)
    } catch (error) {
      return this.#again(error, () => this.#reader.list(site, user, at))
    }
  }

  sweep(at: number, max: number): Promise<number> {
    return this.#writer.write('sweep', at, max)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  // The writer's connection goes last: only one that can write folds the -wal file into the main one.
  async #close(): Promise<void> {
    await this.#writer.drain()
    this.#reader.close()
    await this.#writer.end()
  }

  // Readers find a WAL file locked only while someone repairs or rebuilds it. That is waited for without stopping.
  async #again<T>(failure: unknown, attempt: () => T): Promise<T> {
    let cause = failure
    for (const pause of READ_AGAIN_AFTER) {
      if (!isBusy(cause)) break
      await sleep(pause)
      try {
        return attempt()
      } catch (error) {
        cause = error
      }
    }
    assertKnown(this.#file, SESSIONS, this.#schemaVersion())
    throw new Error(explain(this.#file, cause), { cause })
  }

  /** 0 where the file does not say: what went wrong before says more. */
  #schemaVersion(): number {
    try {
      return this.#reader.schemaVersion
    } catch {
      return 0
    }
  }
}

/** @returns the absolute path: a process may change its folder later */
function checkedFile(file: string): string {
  const problem = problemOf(file)
  if (problem !== null) throw new SessionError('ERR_OPTION', `sqlite: ${problem}`)
  return resolve(file)
}

function checkedTimeout(timeout: Duration): number {
  try {
    return milliseconds(timeout, 'lockTimeout')
  } catch (cause) {
    throw new SessionError('ERR_OPTION', `sqlite: ${(cause as Error).message}`, { cause })
  }
}

function problemOf(file: string): string | null {
  if (typeof file !== 'string' || file === '') return `the file's name is missing: sqlite('sessions.db')`
  if (file.includes(':memory:') || file.includes('mode=memory')) {
    return `${file} would be another database for each connection: use memory()`
  }
  if (/^file:/i.test(file)) return `${file} is a URL: write a path`
  if (file.includes('\0')) return 'the path has a zero byte'
  if (/[/\\]$/.test(file)) return `${file} is a folder: name a file in it`
  return null
}
