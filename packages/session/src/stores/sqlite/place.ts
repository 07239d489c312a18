// Whether the files that are open still stand where they were opened.
//
// SQLite writes on into a file that was moved away, replaced or deleted, and says nothing; what it acknowledges then,
// nobody will find (https://sqlite.org/howtocorrupt.html, section 4). So every batch looks before it begins and again
// before it is acknowledged, and readers look twenty times a second. A file that is put back is the same file again.

import { statSync } from 'node:fs'

const LOOK_EVERY = 50 // milliseconds

/** Which file it is, whatever its name (inode). */
type Identity = { readonly dev: number; readonly ino: number } | null

/** The files of an open database, as they were when it was opened. Null where one did not stand. */
export interface Place {
  readonly file: string
  readonly main: Identity
  readonly wal: Identity
  readonly shm: Identity
}

/** For a connection that has read: from then on all three stand until the last one closes. */
export function placeOf(file: string): Place {
  return { file, main: identityOf(file), wal: identityOf(`${file}-wal`), shm: identityOf(`${file}-shm`) }
}

/** The database is not where it was. `sidecars`: only of the files that SQLite puts beside it some were deleted. */
export class OutOfPlace extends Error {
  readonly sidecars: boolean

  constructor(message: string, sidecars: boolean) {
    super(message)
    this.sidecars = sidecars
  }
}

/** @throws OutOfPlace, with the remedy */
export function assertInPlace({ file, main, wal, shm }: Place): void {
  if (main !== null) {
    const now = identityOf(file)
    if (now === null) {
      throw new OutOfPlace(
        'it was moved away or deleted while it was open: put it back, or restart all processes that use it, with a ' +
          'backup in its place',
        false,
      )
    }
    if (!same(main, now)) {
      throw new OutOfPlace(
        'another file was put in its place while it was open: restart all processes that use it',
        false,
      )
    }
  }
  for (const [ending, before] of [
    ['-wal', wal],
    ['-shm', shm],
  ] as const) {
    if (before === null) continue
    const now = identityOf(file + ending)
    if (now !== null && same(before, now)) continue
    throw new OutOfPlace(
      `the file ${ending} beside it was ${now === null ? 'deleted' : 'replaced'} while it was open, and belongs to it: ` +
        'restart all processes that use it',
      now === null,
    )
  }
}

/** Looks now and then, for those who ask all the time. */
export class PlaceWatch {
  readonly #place: Place
  #next = 0
  #problem: unknown

  constructor(file: string) {
    this.#place = placeOf(file)
    this.#next = performance.now() + LOOK_EVERY
  }

  get place(): Place {
    return this.#place
  }

  /** @throws OutOfPlace */
  check(): void {
    const now = performance.now()
    if (now >= this.#next) {
      this.#next = now + LOOK_EVERY
      this.#problem = undefined
      try {
        assertInPlace(this.#place)
      } catch (error) {
        this.#problem = error
      }
    }
    if (this.#problem !== undefined) throw this.#problem
  }
}

/**
 * What stands beside a database and is never there before its first page, nor the touches before its tables: where those
 * are missing, it was lost.
 *
 * To be asked before it is looked whether it is: another process may be making both.
 */
export function leftBehind(file: string): readonly string[] {
  return [`${file}-touches`, `${file}-wal`].filter((name) => sizeOf(name) > 0)
}

/** 0 where it does not stand, or cannot be looked at: opening it will say why. */
export function sizeOf(file: string): number {
  try {
    return statSync(file, { throwIfNoEntry: false })?.size ?? 0
  } catch {
    return 0
  }
}

function identityOf(file: string): Identity {
  try {
    const found = statSync(file, { throwIfNoEntry: false })
    return found === undefined ? null : { dev: found.dev, ino: found.ino }
  } catch (error) {
    throw new OutOfPlace(
      `it cannot be looked at (${(error as Error).message}): give this user permission to its folder`,
      false,
    )
  }
}

function same(one: { dev: number; ino: number }, other: { dev: number; ino: number }): boolean {
  return one.ino === other.ino && one.dev === other.dev
}
