// Which anonymous pages stay as cacheable as the application made them, where a site allows it (`anonymousCaching`, R3).
//
// R3 makes every answer private that was made by looking for a session, even where there was none: a cache that does not
// know that the page depends on the cookie would show it to those who are signed in. `Vary: Cookie` says so to a cache
// that listens (RFC 9111 §4.1: nginx, Apache, Squid, Varnish do). One that does not listen hands the anonymous page to
// visitors who are signed in: a nuisance, never a leak, since a page made with a session never leaves as public. So the
// site has to ask for it.
//
// Nothing of a session can be in a page that was made without one. "Without one" is read strictly: no coatcheck cookie came,
// not even one that opened nothing (an ended session's is no stranger's); none is set; the application saw no cookie at
// all and no credentials, set none, and said itself that everybody may have the page.
//
// That a browser withholds its cookie from another site's request (R8) is no way in: the page made for it is a stranger's,
// and is kept for requests without a cookie.

/** Statuses of pages. Left out: 302 and its like, which lead strangers to the sign-in; 206, a part of something. */
const PAGES = new Set([200, 203, 300, 301, 304, 308, 404, 410])

export interface AnonymousAnswer {
  readonly method: string
  readonly status: number
  /** The request's Cookie header, as it came. */
  readonly cookies: string | undefined
  /** The name of our own on the plain http tier. */
  readonly plainCookie: string
  /** The Cookie header that went to the application. */
  readonly forwardedCookies: string | null
  readonly authorization: string | undefined
  /** The request had or has a session, or its answer carries a Set-Cookie line, whoever's. */
  readonly hasSession: boolean
  /** The application's answer had Set-Cookie lines, dropped or not. */
  readonly setCookies: number
  /** All lines, joined. */
  readonly cacheControl: string | undefined
}

/**
 * Whether an answer may stay as cacheable as it is, with `Vary: Cookie`.
 *
 * @example
 * isEverybodys({ method: 'GET', status: 200, cookies: undefined, forwardedCookies: null, authorization: undefined,
 *   hasSession: false, setCookies: 0, cacheControl: 'public, max-age=60' }) // true
 */
export function isEverybodys(answer: AnonymousAnswer): boolean {
  return (
    (answer.method === 'GET' || answer.method === 'HEAD') &&
    PAGES.has(answer.status) &&
    !answer.hasSession &&
    answer.setCookies === 0 &&
    answer.forwardedCookies === null &&
    answer.authorization === undefined &&
    !mentionsUs(answer.cookies, answer.plainCookie) &&
    answer.cacheControl !== undefined &&
    saysPublic(answer.cacheControl)
  )
}

/** Anywhere in the header: what looks like ours to anybody is no stranger's request. */
function mentionsUs(cookies: string | undefined, plainCookie: string): boolean {
  if (cookies === undefined) return false
  return cookies.toLowerCase().includes('__host-http-') || cookies.includes(plainCookie)
}

/** Plainly, and nothing against it. A quotation mark, behind which caches disagree, is against it. */
function saysPublic(cacheControl: string): boolean {
  if (cacheControl.includes('"')) return false
  const names = cacheControl.split(',').map((directive) => directive.split('=')[0]!.trim().toLowerCase())
  if (names.some((name) => name === 'private' || name === 'no-store' || name === 'no-cache')) return false
  return names.includes('public') || names.includes('s-maxage')
}
