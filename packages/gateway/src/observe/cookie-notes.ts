// Which cookies there are, and which of them page scripts seem to read or write.
//
// A script that reads a cookie copies its value into a request header (the double submit of a CSRF token); one that
// writes a cookie makes the browser send a value that no answer set. To see either, values have to be compared. They
// are kept as hashes under a key of this process, in memory alone, and a visitor as the hash of his address and browser.

import { createHmac, randomBytes } from 'node:crypto'
import type { SetCookie } from '../vault/set-cookie.ts'
import { type Mutable, Notes, type ObservedCookie } from './observed.ts'

const MAX_COOKIES = 200
const MAX_VALUES = 20_000
const MAX_VISITORS = 5000
/** Shorter ones are equal to other headers by chance. */
const TELLING_VALUE = 8
/** Whose value may be a cookie's without a script: the browser, or a proxy, writes them. */
const NOT_BY_SCRIPT = new Set(['cookie', 'host', 'referer', 'user-agent', 'origin', 'if-none-match', 'authorization'])

type Note = Omit<Mutable<ObservedCookie>, 'copiedTo'> & { copiedTo: Set<string> }

export class CookieNotes {
  readonly #key = randomBytes(32)
  readonly #notes = new Notes<Note>(MAX_COOKIES)
  /** Values that answers set. */
  readonly #set = new Set<string>()
  /** The last value that a visitor sent of a cookie. */
  readonly #sent = new Map<string, string>()

  get leftOut(): number {
    return this.#notes.leftOut
  }

  request(cookies: string | undefined, rawHeaders: readonly string[], visitor: string): void {
    if (cookies === undefined) return
    for (const pair of cookies.split(';')) {
      const equals = pair.indexOf('=')
      if (equals === -1) continue
      const name = pair.slice(0, equals).trim()
      const value = pair.slice(equals + 1).trim()
      const note = this.#notes.note(name, emptyNote)
      if (note === undefined) continue
      note.sent++
      const hash = this.#hash(name, value)
      const browser = this.#hash(name, visitor)
      const before = this.#sent.get(browser)
      if (before !== undefined && before !== hash && !this.#set.has(hash)) note.written++
      bounded(this.#sent, MAX_VISITORS).set(browser, hash)
      for (const header of headersWith(rawHeaders, value)) if (note.copiedTo.size < 5) note.copiedTo.add(header)
    }
  }

  answer(cookie: SetCookie, now: number): void {
    const note = this.#notes.note(cookie.name, emptyNote)
    if (note === undefined) return
    note.set++
    if (cookie.expires !== null && cookie.expires <= now) note.deleted++
    else {
      if (!cookie.httpOnly) note.readable++
      if (!cookie.secure) note.insecure++
      if (cookie.expires !== null) note.persistent++
      if (cookie.domain !== null) note.wide++
    }
    bounded(this.#set, MAX_VALUES).add(this.#hash(cookie.name, cookie.value))
  }

  toObject(): Record<string, ObservedCookie> {
    return this.#notes.toObject((note) => ({ ...note, copiedTo: [...note.copiedTo] }))
  }

  #hash(name: string, value: string): string {
    return createHmac('sha256', this.#key).update(`${name}\0${value}`).digest('base64url')
  }
}

function emptyNote(): Note {
  const counts = { set: 0, deleted: 0, readable: 0, insecure: 0, persistent: 0, wide: 0, sent: 0, written: 0 }
  return { ...counts, copiedTo: new Set() }
}

/** Without its oldest entry where it is full. */
function bounded<C extends Set<string> | Map<string, string>>(all: C, max: number): C {
  if (all.size >= max) all.delete(all.keys().next().value as string)
  return all
}

function headersWith(rawHeaders: readonly string[], value: string): string[] {
  if (value.length < TELLING_VALUE) return []
  const found: string[] = []
  const plain = decoded(value)
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const said = rawHeaders[i + 1] as string
    const name = (rawHeaders[i] as string).toLowerCase()
    if ((said === value || said === plain) && !NOT_BY_SCRIPT.has(name)) found.push(name)
  }
  return found
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
