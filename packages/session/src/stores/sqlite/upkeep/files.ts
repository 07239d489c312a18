// A store's files, as whoever keeps them safe sees them: which belong together, and how a new set takes the place of an
// old one without a moment in which neither is whole.

import { randomBytes } from 'node:crypto'
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { SessionError } from '../../../errors.ts'
import { touchesOf } from '../schema.ts'
import { type Schema, SESSIONS, TOUCHES } from '../versions.ts'

export interface Part {
  /** Where it stands, by the name of the store. */
  readonly of: (file: string) => string
  readonly schema: Schema
}

/** What a store consists of. The last one is put in place last: with it the whole has changed. */
export const PARTS: readonly Part[] = [
  { of: touchesOf, schema: TOUCHES },
  { of: (file) => file, schema: SESSIONS },
]

/** What SQLite puts beside a file. */
export const BESIDE = ['-wal', '-shm', '-journal'] as const

/** Room for what is written while a copy is being made, in bytes. */
const MARGIN = 1024 * 1024

export function statOf(file: string): Stats | undefined {
  return statSync(file, { throwIfNoEntry: false })
}

/** A name beside `file` under which something is made ready. Who is killed meanwhile leaves it behind. */
export function unfinished(file: string): string {
  return `${file}.unfinished-${randomBytes(4).toString('hex')}`
}

/**
 * An empty file that nobody else may read, before there is anything in it.
 *
 * @throws ERR_STORE_UNAVAILABLE where it cannot be made, with the remedy
 */
export function begin(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    throw unusable(problemOf(file, error as NodeJS.ErrnoException), error)
  }
}

function problemOf(file: string, { code, message }: NodeJS.ErrnoException): string {
  const folder = dirname(file)
  if (code === 'ENOENT') return `there is no folder ${folder}: create it`
  if (code === 'ENOTDIR') return `${folder} is no folder: name a file in a folder`
  if (code === 'EROFS') return `${folder} is on a read-only file system: choose another place`
  if (code === 'ENOSPC' || code === 'EDQUOT') return `${folder} is full: make room, or name another place`
  if (code !== 'EACCES' && code !== 'EPERM') return `${file} cannot be made: ${message}`
  return `nothing can be put into ${folder}: give this user permission to write there`
}

/** Removes what was made ready under a name that `unfinished` gave, in any state. */
export function discard(staged: string): void {
  for (const part of PARTS) {
    for (const path of ['', ...BESIDE].map((ending) => part.of(staged) + ending)) if (isThere(path)) rmSync(path)
  }
}

/** On the disk, whatever happens from now on. */
export function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

export function syncFolderOf(file: string): void {
  if (process.platform !== 'win32') sync(dirname(file)) // Windows opens no folder
}

/** @throws ERR_STORE_UNAVAILABLE where `bytes` more do not fit beside `file`: said before an hour's work, not after */
export function assertRoom(file: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(dirname(file))
  const free = bavail * bsize
  if (free >= bytes + MARGIN) return
  throw new SessionError(
    'ERR_STORE_UNAVAILABLE',
    `${dirname(file)} has ${megabytes(free)} left, and ${basename(file)} needs ${megabytes(bytes)}: make room, or name another place`,
  )
}

/** Who runs this as root leaves files that the gateway's own user can open. */
export function giveTo(owner: Stats, files: readonly string[]): void {
  if (process.geteuid?.() !== 0) return
  for (const file of files) chownSync(file, owner.uid, owner.gid)
}

/**
 * Puts what was made ready under `staged` in the place of `file`, and syncs it. Each file is exchanged in one step. What
 * stood there is kept under `aside`, or is gone where that is null.
 *
 * Between the steps the older last-seen times are beside newer sessions, or the other way round. Both only end a
 * session earlier.
 */
export function exchange(staged: string, file: string, aside: string | null): void {
  for (const part of PARTS) {
    const [from, to] = [part.of(staged), part.of(file)]
    if (aside !== null) setAside(to, part.of(aside))
    // Of another file: SQLite would take it for what was last written to this one.
    else for (const ending of BESIDE) rmSync(to + ending, { force: true })
    if (existsSync(from)) renameSync(from, to)
    else rmSync(to, { force: true })
  }
  syncFolderOf(file)
}

/** A link that leads nowhere is there, too. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false // its folder is none
  }
}

/** What stands, with what SQLite has beside it. The name stays taken where the file system has hard links. */
function setAside(file: string, aside: string): void {
  for (const ending of BESIDE) if (existsSync(file + ending)) renameSync(file + ending, aside + ending)
  if (!isThere(file)) return
  try {
    linkSync(file, aside)
  } catch {
    renameSync(file, aside)
  }
}

/** @throws where one of the two would be written over the other, whatever it is called */
export function assertApart(one: string, other: string): void {
  const names = new Set(namesOf(one).flatMap(identities))
  const common = namesOf(other).find((name) => identities(name).some((identity) => names.has(identity)))
  if (common !== undefined) throw unusable(`${other} and ${one} would be the same file (${common}): name another place`)
}

function namesOf(file: string): string[] {
  return PARTS.toReversed().flatMap((part) => ['', ...BESIDE].map((ending) => part.of(file) + ending))
}

function identities(path: string): string[] {
  const stat = statOf(path)
  const name = join(folderOf(path), basename(path))
  return stat === undefined ? [name] : [name, `${stat.dev}:${stat.ino}`]
}

function folderOf(path: string): string {
  try {
    return realpathSync(dirname(path))
  } catch {
    return dirname(path)
  }
}

/** Something stands under one of the names that a store at `file` would have. */
export function isTaken(file: string): boolean {
  return PARTS.some((part) => isThere(part.of(file)))
}

export function unusable(message: string, cause?: unknown): SessionError {
  return new SessionError('ERR_STORE_UNAVAILABLE', message, { cause })
}

export function megabytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`
}
