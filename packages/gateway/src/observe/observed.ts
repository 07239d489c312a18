// What a report-only site has seen, as the report file holds it: names and counts. Never a value, a query or a body.

export interface Observed {
  readonly site: string
  /** ISO 8601. */
  readonly since: string
  readonly until: string
  readonly requests: number
  readonly cookies: Readonly<Record<string, ObservedCookie>>
  /** By path pattern: `/images/*`, `/favicon.ico`. */
  readonly places: Readonly<Record<string, ObservedPlace>>
  /** By method and path: forms with a password in them. */
  readonly signIns: Readonly<Record<string, ObservedSignIn>>
  /** By method and path: requests whose answer deleted cookies. */
  readonly signOuts: Readonly<Record<string, ObservedSignOut>>
  /** How many names were left out, because there were too many. */
  readonly leftOut: number
}

export interface ObservedCookie {
  /** Answers that set it, and those of them that deleted it. */
  readonly set: number
  readonly deleted: number
  /** Answers that set it so that page scripts can read it. */
  readonly readable: number
  readonly insecure: number
  readonly persistent: number
  readonly wide: number
  /** Requests that brought it. */
  readonly sent: number
  /** Requests that brought another value than the same visitor's last one, which no answer had set: a script wrote it. */
  readonly written: number
  /** Request headers to which a script had copied its value. */
  readonly copiedTo: readonly string[]
}

export interface ObservedPlace {
  readonly requests: number
  readonly anonymous: number
  /** Unsafe methods. */
  readonly unsafe: number
  /** Answers that set cookies, that said private, no-store or Vary: Cookie, that said public. */
  readonly setsCookies: number
  readonly personal: number
  readonly public: number
  /** Pictures, styles, scripts and fonts. */
  readonly assets: number
  /** Addresses that were answered alike, and otherwise, with and without cookies. */
  readonly alike: number
  readonly different: number
}

export interface ObservedSignIn {
  readonly requests: number
  readonly passwordField: string
  readonly userField: string | null
  /** Cookies that its answers set, each with the statuses of those answers. */
  readonly sets: Readonly<Record<string, readonly number[]>>
}

export interface ObservedSignOut {
  readonly requests: number
  readonly deletes: readonly string[]
}

/** An object of at most so many names, none of which can be `__proto__`. */
export class Notes<T> {
  readonly #max: number
  readonly #notes = new Map<string, T>()
  leftOut = 0

  constructor(max: number) {
    this.#max = max
  }

  get(name: string): T | undefined {
    return this.#notes.get(name)
  }

  /** The note of a name; undefined where there is no room for one more. */
  note(name: string, empty: () => T): T | undefined {
    const known = this.#notes.get(name)
    if (known !== undefined) return known
    if (this.#notes.size >= this.#max || name.length > 200 || name === '__proto__') {
      this.leftOut++
      return undefined
    }
    const note = empty()
    this.#notes.set(name, note)
    return note
  }

  toObject<U>(as: (note: T) => U): Record<string, U> {
    return Object.fromEntries(Array.from(this.#notes, ([name, note]) => [name, as(note)]))
  }
}

export type Mutable<T> = { -readonly [K in keyof T]: T[K] }
