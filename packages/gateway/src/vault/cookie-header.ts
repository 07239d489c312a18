// The vault's cookies as a request carries them upstream (RFC 6265bis §5.8.3): those of its host and path, the longest
// path first, then the oldest.
//
// This runs for every request, and nearly always the answer is the same: all cookies are of one host and of the path `/`.
// Such a vault's header is made once and kept as long as the vault itself, which never changes (it is frozen; one that is
// not, a draft in an update, is read afresh each time).
//
// A value is sent byte for byte, as it came: the characters are bytes (latin1), and are to be written as such.

import { domainMatches, pathMatches } from './matching.ts'
import { type BrowserUrl, isExpired, MAX_HEADER_BYTES, pathOf, type StoredCookie, type Vault } from './stored-cookie.ts'

/** A header that holds for every path of a host. */
interface Uniform {
  readonly header: string | null
  readonly host: string
  /** Whether one of its cookies asks for https. */
  readonly secure: boolean
  /** When the first of its cookies expires. */
  readonly until: number
}

const uniforms = new WeakMap<Vault, Uniform | null>()

/**
 * The Cookie header for the application, one character a byte; null where it gets none.
 *
 * @param url - what the browser asks for
 * @param crossSite - whether another site's page made the browser ask: SameSite=Strict cookies stay here
 * @param now - in milliseconds since 1970
 * @example
 * const vault = { cookies: [{ name: 'id', value: '1', host: 'shop.test' }, { name: 'b', value: '2', host: 'shop.test' }] }
 * cookieHeader(vault, { host: 'shop.test', path: '/cart', secure: true }, false, 0) // 'id=1; b=2'
 */
export function cookieHeader(vault: Vault, url: BrowserUrl, crossSite: boolean, now: number): string | null {
  const uniform = uniformOf(vault)
  if (uniform !== null && uniform.host === url.host && now < uniform.until && (url.secure || !uniform.secure)) {
    return uniform.header
  }
  return write(vault.cookies.filter((cookie) => belongs(cookie, url, crossSite, now)))
}

function belongs(cookie: StoredCookie, url: BrowserUrl, crossSite: boolean, now: number): boolean {
  return (
    (cookie.subdomains ? domainMatches(url.host, cookie.host) : url.host === cookie.host) &&
    (cookie.path === undefined || pathMatches(url.path, cookie.path)) &&
    (url.secure || !cookie.secure) &&
    !(crossSite && cookie.strict) &&
    !isExpired(cookie, now)
  )
}

/** @param cookies - the oldest first */
function write(cookies: readonly StoredCookie[]): string | null {
  const fitting = fit(cookies)
  if (fitting.length === 0) return null
  // `toSorted` is stable: among equal lengths the oldest stays first.
  const sorted = fitting.toSorted((a, b) => pathOf(b).length - pathOf(a).length)
  return sorted.map(pair).join('; ')
}

/** Without the oldest ones that are too much for one header (G2): many servers refuse a request for that. */
function fit(cookies: readonly StoredCookie[]): readonly StoredCookie[] {
  let first = cookies.length
  let bytes = -2
  while (first > 0) {
    bytes += pair(cookies[first - 1]!).length + 2
    if (bytes > MAX_HEADER_BYTES) break
    first--
  }
  return first === 0 ? cookies : cookies.slice(first)
}

/** One without a name is its bare value (§5.8.3). */
function pair({ name, value }: StoredCookie): string {
  return name === '' ? value : `${name}=${value}`
}

function uniformOf(vault: Vault): Uniform | null {
  const known = uniforms.get(vault)
  if (known !== undefined) return known
  if (!Object.isFrozen(vault) || !Object.isFrozen(vault.cookies)) return null
  const uniform = makeUniform(vault.cookies)
  uniforms.set(vault, uniform)
  return uniform
}

function makeUniform(cookies: readonly StoredCookie[]): Uniform | null {
  const host = cookies[0]?.host
  if (host === undefined) return null
  let until = Number.POSITIVE_INFINITY
  for (const cookie of cookies) {
    if (cookie.host !== host || cookie.path !== undefined || cookie.strict) return null
    until = Math.min(until, cookie.expires ?? until)
  }
  return { header: write(cookies), host, secure: cookies.some((cookie) => cookie.secure), until }
}
