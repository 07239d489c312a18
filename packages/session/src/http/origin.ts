// Who made the browser send this request: our own pages, the visitor himself, or somebody else's page (R6, R8).
//
// Browsers say so in Sec-Fetch-Site, which no page can set. Where it is absent (old browsers, and every browser on
// plain http away from localhost) an Origin tells: browsers send it with unsafe methods and WebSocket handshakes.
// Neither header: it is no browser, nobody's cookies ride along, and there is nobody to trick; only a WebSocket
// handshake is refused even then, since a browser never sends one without Origin.
//
// Scheme, host and port of that Origin must be the request's own. On https an `http://` Origin is foreign: whoever
// controls the wire can write such a page. It is our own only where the browser trusts that plain http, which is on
// loopback names. A value that cannot be read is foreign. It assumes that safe methods change nothing.
//
// R8 asks another question: may this request *begin* a session? A browser withholds a Lax cookie from a cross-site POST
// and still takes the answer's Set-Cookie; so the absence of a cookie proves nothing there, and a new session would
// overwrite the visitor's own, or sign him in as somebody else.
//
// A site that others may frame (R1, `embedded`) has a cookie that comes with every request. There a frame counts as a
// window does, and what Lax would have withheld of the rest is not looked at: another site's image, script or fetch is
// answered as to a stranger.
//
// Fetch Metadata (W3C) §2; RFC 6454 §7; RFC 9110 §9.2.1; RFC 6265bis §5.2 and §8.8; RFC 6455 §10.2.

import { parseAuthority } from './host.ts'

/** What a request says of where it comes from. Header values as they arrived; several lines joined by `, `. */
export interface RequestFacts {
  readonly method: string
  /** The Host header, or :authority. */
  readonly host: string | undefined
  /** R5's verdict on the connection. */
  readonly secure: boolean
  readonly origin: string | undefined
  /** Sec-Fetch-Site */
  readonly fetchSite: string | undefined
  /** Sec-Fetch-Mode */
  readonly fetchMode: string | undefined
  /** Sec-Fetch-Dest */
  readonly fetchDest: string | undefined
  /** Whether it asks for a WebSocket. */
  readonly upgrade: boolean
}

export type CrossOrigin = 'allowed' | 'cross-origin' | 'not-a-browser-upgrade'

/**
 * Whether a request with a session may do what its method says (R6).
 *
 * @param trustedOrigins - exact, as browsers write them: `https://app.example`
 * @example
 * const post = { method: 'POST', host: 'shop.test', secure: true, origin: 'https://shop.test', fetchSite: undefined,
 *   fetchMode: undefined, fetchDest: undefined, upgrade: false }
 * crossOrigin(post, new Set()) // 'allowed'
 */
export function crossOrigin(facts: RequestFacts, trustedOrigins: ReadonlySet<string>): CrossOrigin {
  if (!facts.upgrade && isSafe(facts.method)) return 'allowed'
  if (facts.fetchSite !== undefined) {
    if (isOwnSite(facts.fetchSite)) return 'allowed'
    return isTrusted(facts.origin, trustedOrigins) ? 'allowed' : 'cross-origin'
  }
  if (facts.origin === undefined) return facts.upgrade ? 'not-a-browser-upgrade' : 'allowed'
  return isOwnOrigin(facts) || isTrusted(facts.origin, trustedOrigins) ? 'allowed' : 'cross-origin'
}

/**
 * Whether a session may begin with this request, and its answer set our cookie (R8).
 *
 * A trusted origin may begin one where the browser would have sent the cookie, which is not so cross-site: trust makes
 * no browser send what it withholds.
 *
 * @param trustedOrigins - as in `crossOrigin`
 * @param embedded - whether other sites may frame this one: then it may begin as a frame of theirs is loaded
 * @example
 * const post = { method: 'POST', host: 'shop.test', secure: true, origin: 'https://evil.test', fetchSite: 'cross-site',
 *   fetchMode: 'navigate', fetchDest: 'document', upgrade: false }
 * mayCreateSession(post, new Set()) // false
 */
export function mayCreateSession(facts: RequestFacts, trustedOrigins: ReadonlySet<string>, embedded = false): boolean {
  if (facts.fetchSite !== undefined) {
    if (isOwnSite(facts.fetchSite) || isVisit(facts, embedded)) return true
    return facts.fetchSite === 'same-site' && isTrusted(facts.origin, trustedOrigins)
  }
  return facts.origin === undefined || isOwnOrigin(facts) || isTrusted(facts.origin, trustedOrigins)
}

/**
 * Whether a page elsewhere sent the browser here with a form of its own: such a POST comes without the Lax cookie, and
 * comes with it as the GET to which a 303 leads (R8, `callbacks`). Not so for what scripts send, nor for a form sent
 * into a frame, unless the site is embedded there.
 *
 * @param embedded - whether other sites may frame this one
 * @example
 * const post = { method: 'POST', host: 'shop.test', secure: true, origin: 'https://idp.test', fetchSite: 'cross-site',
 *   fetchMode: 'navigate', fetchDest: 'document', upgrade: false }
 * isForeignForm(post) // true
 */
export function isForeignForm(facts: RequestFacts, embedded = false): boolean {
  if (facts.method !== 'POST' || facts.upgrade) return false
  if (facts.fetchSite === undefined) return facts.origin !== undefined && !isOwnOrigin(facts)
  return !isOwnSite(facts.fetchSite) && facts.fetchMode === 'navigate' && isPage(facts.fetchDest, embedded)
}

/**
 * Whether the cookie of an embedded site is looked at. `SameSite=None` comes with whatever another site's page asks
 * for; of that only windows and frames are answered with a session, as Lax would have it, since the time and the size
 * of other answers tell the page that asks about the visitor (XS-Leaks). Unsafe requests are left to `crossOrigin`.
 *
 * @param trustedOrigins - as in `crossOrigin`; they may ask by script
 * @example
 * const image = { method: 'GET', host: 'quiz.test', secure: true, origin: undefined, fetchSite: 'cross-site',
 *   fetchMode: 'no-cors', fetchDest: 'image', upgrade: false }
 * cookieCounts(image, new Set()) // false
 */
export function cookieCounts(facts: RequestFacts, trustedOrigins: ReadonlySet<string>): boolean {
  const { fetchSite } = facts
  if (fetchSite === undefined || fetchSite === 'same-site' || isOwnSite(fetchSite)) return true
  if (facts.upgrade || !isSafe(facts.method)) return true
  return isVisit(facts, true) || isTrusted(facts.origin, trustedOrigins)
}

/**
 * Whether a page is being loaded into a window or tab of its own by GET, the occasion for a renewal (E3). False for
 * clients that send no Fetch Metadata.
 *
 * @param embedded - whether a frame counts too
 * @example
 * const get = { method: 'GET', host: 'shop.test', secure: true, origin: undefined, fetchSite: 'none',
 *   fetchMode: 'navigate', fetchDest: 'document', upgrade: false }
 * isNavigation(get) // true
 */
export function isNavigation(facts: RequestFacts, embedded = false): boolean {
  return facts.method === 'GET' && isVisit(facts, embedded)
}

/** Safe and top-level, or in a frame of an embedded site. */
function isVisit(facts: RequestFacts, embedded: boolean): boolean {
  return (
    facts.fetchMode === 'navigate' &&
    isPage(facts.fetchDest, embedded) &&
    (facts.method === 'GET' || facts.method === 'HEAD') &&
    !facts.upgrade
  )
}

/** Sec-Fetch-Dest is iframe, frame, embed or object in another page. */
function isPage(fetchDest: string | undefined, embedded: boolean): boolean {
  return fetchDest === 'document' || (embedded && (fetchDest === 'iframe' || fetchDest === 'frame'))
}

/** Whether a method asks for nothing to be changed (RFC 9110 §9.2.1). Methods are case-sensitive. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || method === 'TRACE'
}

/** `none`: the visitor himself, by address bar or bookmark. */
function isOwnSite(fetchSite: string): boolean {
  return fetchSite === 'same-origin' || fetchSite === 'none'
}

/** `null` is what sandboxes and redirects have in common, and nobody's name. */
function isTrusted(origin: string | undefined, trustedOrigins: ReadonlySet<string>): boolean {
  return origin !== undefined && origin !== 'null' && trustedOrigins.has(origin)
}

function isOwnOrigin({ origin, host, secure }: RequestFacts): boolean {
  if (origin === undefined || !host) return false
  const https = origin.startsWith('https://')
  if (!https && !origin.startsWith('http://')) return false
  const own = hostAndPort(host, https)
  if (own === null) return false
  if (https !== secure && (https || !isLoopbackName(own))) return false
  return own === hostAndPort(origin.slice(https ? 8 : 7), https)
}

/** Host and port in one form, without the default port; null where it is none. */
function hostAndPort(authority: string, https: boolean): string | null {
  const parsed = parseAuthority(authority)
  if (parsed === null) return null
  const { host, port } = parsed
  return port === null || port === (https ? 443 : 80) ? host : `${host}:${port}`
}

/**
 * Whether a WebSocket handshake was sent by a page of this machine to a name of this machine. Chromium sends no
 * Sec-Fetch headers with it, on localhost either, but always its Origin; whether that is the site's own, R6 asks.
 */
export function isLoopbackHandshake(origin: string | undefined, host: string | undefined): boolean {
  if (!origin?.startsWith('http://') || !host) return false
  const [from, to] = [hostAndPort(origin.slice(7), false), hostAndPort(host, false)]
  return from !== null && to !== null && isLoopbackName(from) && isLoopbackName(to)
}

/** Names that browsers trust without https (Secure Contexts §3.1). */
function isLoopbackName(host: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(host)
}
