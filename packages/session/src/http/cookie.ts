// Which cookie a request presents, and how ours is written (R1, R7).
//
// Reading: a pair of the Cookie header counts as ours where its name is ours to the byte. Nothing is decoded, unquoted
// or repaired, because every repair is a second spelling that a browser's prefix check never saw: `$Version`, quoted
// values and white space inside a pair mean nothing here. The token is read from that one cookie alone; two of the name
// mean that someone planted one, nobody can tell which, and so neither is used (R7).
//
// Writing: the prefix `__Host-Http-` makes the browser itself refuse such a cookie from a script, from plain http, for
// a Domain or for another path; user agents that only know `__Host-` still enforce that part. A browser drops a wrong
// cookie without a word, so a shape it would drop is an error here.
//
// RFC 6265bis §4.1 (syntax, prefixes), §4.2 (the Cookie header), §5.6 and §5.7 (what user agents do with both).

import { isToken, skipSpace, trimSpace } from './scan.ts'

/** Everything but the value. Path, HttpOnly and the absence of a Domain are not choices. */
export interface CookieShape {
  /** The full name, prefix included. */
  readonly name: string
  readonly sameSite: 'Lax' | 'None'
  readonly partitioned: boolean
  /** False only for the anonymous session of the plain http tier (R5), whose name has no prefix. */
  readonly secure: boolean
}

export type FoundCookie =
  | { readonly kind: 'none' }
  | { readonly kind: 'one'; readonly value: string }
  | { readonly kind: 'many'; readonly values: readonly string[] }

export const COOKIE_PREFIX = '__Host-Http-'

const NONE: FoundCookie = Object.freeze({ kind: 'none' })
const EQUALS = 61

/**
 * The cookie's full name.
 *
 * @param suffix - what sets this application apart from others on the same host
 * @throws TypeError where the suffix is not a token (RFC 6265bis §4.1.1)
 * @example
 * cookieName() // '__Host-Http-sid'
 */
export function cookieName(suffix = 'sid'): string {
  if (typeof suffix !== 'string' || !isToken(suffix)) {
    throw new TypeError(
      `a cookie's name cannot contain ${JSON.stringify(suffix)}; use letters, digits, - and _, such as 'sid'`,
    )
  }
  return COOKIE_PREFIX + suffix
}

/**
 * Looks for one cookie in a Cookie header of any bytes, in time linear to its length. Never throws.
 *
 * @param header - as it arrived; several lines joined by `; ` (RFC 9113 §8.2.3)
 * @param name - a token, as `cookieName` makes them; compared byte by byte
 * @returns the value as it is, quotes and all: whether it has a token's form is for the caller to see
 * @example
 * findCookie('theme=dark; __Host-Http-sid=abc', '__Host-Http-sid') // { kind: 'one', value: 'abc' }
 */
export function findCookie(header: string | undefined, name: string): FoundCookie {
  if (header === undefined || name === '') return NONE
  let first: string | undefined
  let values: string[] | undefined
  // The search jumps from name to name; what matched inside another name or value does not begin a pair.
  for (let at = header.indexOf(name); at !== -1; at = header.indexOf(name, at + name.length)) {
    const end = at + name.length
    if (header.charCodeAt(end) === EQUALS && beginsPair(header, at)) {
      const value = valueAt(header, end + 1)
      if (first === undefined) first = value
      else if (values === undefined) values = [first, value]
      else values.push(value)
    }
  }
  if (first === undefined) return NONE
  return values === undefined ? { kind: 'one', value: first } : { kind: 'many', values }
}

function valueAt(header: string, start: number): string {
  const semicolon = header.indexOf(';', start)
  return header.slice(start, trimSpace(header, start, semicolon === -1 ? header.length : semicolon))
}

function beginsPair(header: string, at: number): boolean {
  const before = trimSpace(header, 0, at)
  return before === 0 || header[before - 1] === ';'
}

/**
 * The Set-Cookie line that gives the cookie `value`.
 *
 * @param expires - when the browser forgets it (*remember me*); left out, with the browser's session
 * @throws TypeError where a browser would drop the line; the message never holds the value
 * @example
 * const shape = { name: cookieName('sid'), sameSite: 'Lax', partitioned: false, secure: true } as const
 * setCookie(shape, 'abc') // '__Host-Http-sid=abc; Path=/; Secure; HttpOnly; SameSite=Lax'
 */
export function setCookie(shape: CookieShape, value: string, expires?: Date): string {
  if (!/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/.test(value)) {
    throw new TypeError(`the value of the cookie ${shape.name} has a character that a cookie cannot hold; encode it`)
  }
  const line = `${shape.name}=${value}${attributes(shape)}`
  if (expires === undefined) return line
  const year = expires.getUTCFullYear()
  if (!(year >= 1970 && year <= 9999)) {
    throw new TypeError(`the cookie ${shape.name} can expire in the years 1970 to 9999, not in ${year}`)
  }
  return `${line}; Expires=${expires.toUTCString()}`
}

/**
 * The Set-Cookie line that deletes the cookie. It repeats every attribute: a deletion without Secure is ignored for a
 * prefixed name (CVE-2025-55162), and one without Partitioned deletes another cookie.
 *
 * @throws TypeError where a browser would drop the line
 * @example
 * const shape = { name: cookieName('sid'), sameSite: 'Lax', partitioned: false, secure: true } as const
 * deleteCookie(shape).endsWith('; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT') // true
 */
export function deleteCookie(shape: CookieShape): string {
  return `${shape.name}=${attributes(shape)}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT`
}

/**
 * Whether a Set-Cookie line sets the cookie of that name, as a user agent reads it (RFC 6265bis §5.6).
 *
 * @param setCookieLine - one line, without the field's name
 * @example
 * setsCookie('__Host-Http-sid=abc; Path=/', '__Host-Http-sid') // true
 */
export function setsCookie(setCookieLine: string, name: string): boolean {
  const start = skipSpace(setCookieLine, 0, setCookieLine.length)
  if (!setCookieLine.startsWith(name, start)) return false
  const equals = skipSpace(setCookieLine, start + name.length, setCookieLine.length)
  return setCookieLine.charCodeAt(equals) === EQUALS
}

function attributes(shape: CookieShape): string {
  if (!isToken(shape.name)) throw new TypeError(`${JSON.stringify(shape.name)} cannot be a cookie's name`)
  if (!shape.secure) {
    if (shape.sameSite === 'None' || shape.partitioned || /^__(secure|host|http|host-http)-/i.test(shape.name)) {
      throw new TypeError(
        `the cookie ${shape.name} must be Secure: browsers drop a __ prefix, SameSite=None or Partitioned without it`,
      )
    }
  }
  const secure = shape.secure ? '; Secure' : ''
  const partitioned = shape.partitioned ? '; Partitioned' : ''
  return `; Path=/${secure}; HttpOnly; SameSite=${shape.sameSite}${partitioned}`
}
