// What a Set-Cookie line says, read as a browser reads it (RFC 6265bis §5.6).
//
// A line is the application's bytes, one character a byte. Any text is taken: what is no cookie is nothing, and never an
// error. Attributes that mean nothing here are ignored; of several that do, the last one counts. Nothing is judged yet:
// whether this host may set such a cookie is for `admission.ts`.

import { parseCookieDate } from './cookie-date.ts'
import { trimmed } from './white-space.ts'

/** A cookie as one line describes it. */
export interface SetCookie {
  /** May be empty: `Set-Cookie: x` is a cookie of that value without a name. */
  readonly name: string
  readonly value: string
  /** The Domain attribute in lower case, without its leading dot; null where absent or empty. */
  readonly domain: string | null
  /** The Path attribute; null where absent, or not beginning with `/`. */
  readonly path: string | null
  /** In milliseconds since 1970; not after `now`: the line deletes the cookie. Null: it ends with the session. */
  readonly expires: number | null
  readonly secure: boolean
  readonly httpOnly: boolean
  /** Null where absent or unknown. */
  readonly sameSite: 'strict' | 'lax' | 'none' | null
  readonly partitioned: boolean
}

/** The same before anybody looked at a clock. */
export interface WrittenCookie extends Omit<SetCookie, 'expires'> {
  /** Seconds from now, 0 to 400 days; 0 deletes. Wins over `expiresAt`. */
  readonly maxAge: number | null
  /** In milliseconds since 1970. */
  readonly expiresAt: number | null
}

/** A line that is no cookie, and why. */
export interface MalformedCookie {
  /** As far as it can be told; never longer than 100 characters. */
  readonly name: string
  readonly malformed: Malformed
}

export type Malformed = 'control-character' | 'empty' | 'too-large'

const MAX_PAIR = 4096
const MAX_ATTRIBUTE_VALUE = 1024
/** §5.6.2: a cookie lives 400 days at most. */
const MAX_AGE_SECONDS = 400 * 24 * 3600

/**
 * What a Set-Cookie line says.
 *
 * @param line - without the field's name, one character a byte
 * @param now - in milliseconds since 1970, where Max-Age counts from
 * @returns null where a browser would ignore the line
 * @example
 * parseSetCookie('lang=de; Max-Age=60; Path=/', 1000)?.expires // 61000
 */
export function parseSetCookie(line: string, now: number): SetCookie | null {
  const written = readSetCookie(line)
  return 'malformed' in written ? null : dated(written, now)
}

/** The line without a clock, or why it is no cookie. */
export function readSetCookie(line: string): WrittenCookie | MalformedCookie {
  // Beyond U+00FF it is no byte, and nothing that could be sent on.
  if (/[^\t\x20-\x7e\x80-\xff]/.test(line)) return { name: '', malformed: 'control-character' }
  const pairEnd = indexOfOr(line, ';', 0, line.length)
  const equals = indexOfOr(line, '=', 0, pairEnd)
  // Without `=` it is all value (step 3).
  const name = equals === pairEnd ? '' : trimmed(line, 0, equals)
  const value = trimmed(line, equals === pairEnd ? 0 : equals + 1, pairEnd)
  if (name === '' && value === '') return { name, malformed: 'empty' }
  if (name.length + value.length > MAX_PAIR) return { name: name.slice(0, 100), malformed: 'too-large' }
  return { name, value, ...readAttributes(line, pairEnd) }
}

/** The cookie with its expiry as a moment. */
export function dated({ maxAge, expiresAt, ...cookie }: WrittenCookie, now: number): SetCookie {
  return { ...cookie, expires: expiry(maxAge, expiresAt, now) }
}

function expiry(maxAge: number | null, expiresAt: number | null, now: number): number | null {
  if (maxAge !== null) return maxAge === 0 ? 0 : now + maxAge * 1000
  return expiresAt === null ? null : Math.min(expiresAt, now + MAX_AGE_SECONDS * 1000)
}

type Attributes = { -readonly [K in Exclude<keyof WrittenCookie, 'name' | 'value'>]: WrittenCookie[K] }

function readAttributes(line: string, from: number): Attributes {
  const attributes: Attributes = {
    domain: null,
    path: null,
    maxAge: null,
    expiresAt: null,
    secure: false,
    httpOnly: false,
    sameSite: null,
    partitioned: false,
  }
  let at = from
  while (at < line.length) {
    const end = indexOfOr(line, ';', at + 1, line.length)
    const equals = indexOfOr(line, '=', at + 1, end)
    const value = equals === end ? '' : trimmed(line, equals + 1, end)
    if (value.length <= MAX_ATTRIBUTE_VALUE) readAttribute(attributes, trimmed(line, at + 1, equals), value)
    at = end
  }
  return attributes
}

function readAttribute(attributes: Attributes, name: string, value: string): void {
  switch (name.toLowerCase()) {
    case 'expires':
      attributes.expiresAt = parseCookieDate(value) ?? attributes.expiresAt
      break
    case 'max-age':
      if (/^-?[0-9]+$/.test(value)) attributes.maxAge = Math.max(0, Math.min(Number(value), MAX_AGE_SECONDS))
      break
    case 'domain':
      attributes.domain = (value.startsWith('.') ? value.slice(1) : value).toLowerCase() || null
      break
    case 'path':
      attributes.path = value.startsWith('/') ? value : null
      break
    case 'secure':
      attributes.secure = true
      break
    case 'httponly':
      attributes.httpOnly = true
      break
    case 'samesite':
      attributes.sameSite = sameSite(value.toLowerCase())
      break
    case 'partitioned':
      attributes.partitioned = true
      break
  }
}

function sameSite(value: string): SetCookie['sameSite'] {
  return value === 'strict' || value === 'lax' || value === 'none' ? value : null
}

/** Looks no further than `to`: a search to the line's end for each attribute would take time by the square. */
function indexOfOr(text: string, character: string, from: number, to: number): number {
  const at = text.slice(from, to).indexOf(character)
  return at === -1 ? to : from + at
}
