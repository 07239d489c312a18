// What was tried and what was promised, as it stands in a file outside of the fault's reach.
//
// A worker appends a line before it asks for something, and one when the promise has settled, each by a write of its
// own that has returned before it goes on. So `kill -9` takes no line away, and what has no second line is in doubt.
// Times are microseconds of the machine's monotonic clock, which all processes share.

import { appendFileSync, closeSync, existsSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'

/** What ends a token, or all of a session. */
export type Act = 'begin' | 'sign-in' | 'update' | 'rotate' | 'sign-in-again' | 'sign-out' | 'end' | 'end-all'

/** Before an act. `session` is the journal's own name of a session, which it keeps under every token. */
export interface Attempt {
  readonly line: 'try'
  readonly n: number
  readonly at: number
  readonly act: Act
  readonly session: string
  readonly user?: string
  /** With which token it is asked. */
  readonly token?: string
  /** What an update adds. */
  readonly nonce?: string
}

/**
 * After it. `no`: it certainly did not happen; `unknown`: nobody can say; `gone`: the session was over already, and it
 * did not happen.
 */
export interface Outcome {
  readonly line: 'ok' | 'no' | 'unknown' | 'gone'
  readonly n: number
  readonly at: number
  readonly token?: string
  readonly id?: string
  readonly error?: string
}

/** Somebody came with a token, at this time or later: what he found. */
export interface Sight {
  readonly line: 'live' | 'over'
  readonly at: number
  readonly token: string
  readonly ended?: string
}

/** A worker met something that no rule allows for. */
export interface Surprise {
  readonly line: 'surprise'
  readonly at: number
  readonly what: string
}

export type Line = Attempt | Outcome | Sight | Surprise

/** Microseconds of the machine's monotonic clock. */
export function monotonic(): number {
  return Number(process.hrtime.bigint() / 1000n)
}

export class Journal {
  readonly #fd: number
  #n = 0

  constructor(file: string) {
    this.#fd = openSync(file, 'a')
  }

  next(): number {
    return this.#n++
  }

  write(line: Line): void {
    writeSync(this.#fd, `${JSON.stringify(line)}\n`)
  }

  close(): void {
    closeSync(this.#fd)
  }
}

/** All lines of a journal; one that a kill has cut short was never written. */
export function readJournal(file: string): Line[] {
  return existsSync(file) ? linesOf(readFileSync(file, 'utf8')) : []
}

function linesOf(text: string): Line[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}

/** Reads on in a journal that another process is writing. */
export class JournalTail {
  readonly #fd: number
  readonly #buffer = Buffer.alloc(1 << 16)
  #position = 0
  #rest = ''

  constructor(file: string) {
    if (!existsSync(file)) appendFileSync(file, '')
    this.#fd = openSync(file, 'r')
  }

  read(): Line[] {
    const size = readSync(this.#fd, this.#buffer, 0, this.#buffer.length, this.#position)
    this.#position += size
    const text = this.#rest + this.#buffer.toString('latin1', 0, size)
    this.#rest = text.slice(text.lastIndexOf('\n') + 1)
    return linesOf(text)
  }
}
