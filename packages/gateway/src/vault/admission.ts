// Whether the browser's address may set a cookie, and what is kept of it: the storage model of RFC 6265bis §5.7.
//
// There is no public suffix list. It keeps `evil.co.uk` from setting a cookie for all of `co.uk` in a browser that visits
// both; a vault belongs to one session of one site, its cookies come from that site's application and go back there, so
// a wide Domain reaches nobody else. A Domain of one label (`com`, `localhost`) is refused all the same: no application
// means it, and it costs one comparison.
//
// Not here: that a cross-site request's answer sets no SameSite cookie. Which answers may set anything is R8's question,
// asked before a line comes this far.

import { defaultPath, domainMatches, isIpAddress, pathMatches } from './matching.ts'
import { feignsPromise, keepsPromise } from './prefix.ts'
import type { Malformed, SetCookie } from './set-cookie.ts'
import { type BrowserUrl, pathOf, type StoredCookie } from './stored-cookie.ts'

/** Why a line does not enter the vault. */
export type CookieRefusal =
  | Malformed
  /** Domain names another host than the browser's: often the upstream's own name. */
  | 'foreign-domain'
  /** Domain is a single label. */
  | 'single-label-domain'
  /** Set without Path from an address of over 1024 characters. */
  | 'path-too-long'
  /** Secure, over a connection that is not. */
  | 'secure-on-http'
  /** Over plain http, where a Secure cookie of that name exists. */
  | 'would-overlay-secure'
  /** SameSite=None without Secure. */
  | 'same-site-none-without-secure'
  /** It is not what its name's prefix promises. */
  | 'prefix-broken'

/** No longer than a Path attribute may be (§5.6): the visitor's address alone must not fill a vault. */
const MAX_PATH = 1024

/**
 * What is stored of a cookie that `url` may set. Whether it has expired is not asked: a deletion needs the same right.
 *
 * @param secured - the Secure cookies that are there already
 * @example
 * const url = { host: 'shop.test', path: '/', secure: true }
 * admit({ name: 'a', value: '1', domain: 'other.test', path: null, expires: null, secure: false, httpOnly: false,
 *   sameSite: null, partitioned: false }, url, []) // 'foreign-domain'
 */
export function admit(
  cookie: SetCookie,
  url: BrowserUrl,
  secured: readonly StoredCookie[],
): StoredCookie | CookieRefusal {
  const reach = reachOf(cookie.domain, url.host)
  if (typeof reach === 'string') return reach
  const path = cookie.path ?? defaultPath(url.path)
  if (path.length > MAX_PATH) return 'path-too-long'
  if (cookie.secure && !url.secure) return 'secure-on-http'
  if (cookie.sameSite === 'none' && !cookie.secure) return 'same-site-none-without-secure'
  const { name, value, expires, secure } = cookie
  if (!keepsPromise(name, { ...cookie, hostOnly: !reach.subdomains }) || feignsPromise(name, value)) {
    return 'prefix-broken'
  }
  const stored: StoredCookie = Object.freeze({
    name,
    value,
    ...reach,
    ...(path === '/' ? null : { path }),
    ...(expires === null ? null : { expires }),
    ...(secure ? { secure: true as const } : null),
    ...(cookie.sameSite === 'strict' ? { strict: true as const } : null),
  })
  return !url.secure && secured.some((other) => overlays(stored, other)) ? 'would-overlay-secure' : stored
}

/** Leave secure cookies alone (§5.7): what came in clear may not stand in for what came over https. */
function overlays(cookie: StoredCookie, secured: StoredCookie): boolean {
  return (
    cookie.name === secured.name &&
    (domainMatches(cookie.host, secured.host) || domainMatches(secured.host, cookie.host)) &&
    pathMatches(pathOf(cookie), pathOf(secured))
  )
}

function reachOf(domain: string | null, host: string): Pick<StoredCookie, 'host' | 'subdomains'> | CookieRefusal {
  if (domain === null) return { host }
  const shared = domain.includes('.') && !isIpAddress(domain)
  // Its own name, where that has no subdomains to speak of: kept for the host alone.
  if (domain === host && !shared) return { host }
  if (!domain.includes('.')) return 'single-label-domain'
  return domainMatches(host, domain) ? { host: domain, subdomains: true } : 'foreign-domain'
}
