// How long, and by whom, an answer that was made with a session may be kept (R2, R3).
//
// An answer with our Set-Cookie is `private, no-store`, whatever the application said: Set-Cookie does not keep a cache
// from storing (RFC 9111 §7.3), and Apache, Caddy and HAProxy replay it to the next visitor. Squid with `ignore-no-store`
// was seen to keep such a page where it said `no-store` alone, and hand it to a stranger.
//
// Any other personal answer leaves with a plain `private` or `no-store`, which all caches honour; the qualified forms
// they do not. By allow-list: beside it only directives survive that speak to the visitor's own browser. A header or
// directive that nobody here has heard of is a cache's private language for "keep it all the same", so it goes, and is
// named in the report.
//
// It assumes that the adapter removes the headers of `isSharedCachingHeader` and sends no second Cache-Control line.
//
// RFC 9111 §3, §5.2.2, §7.3; RFC 9213 (targeted cache control); RFC 8246 (immutable).

import { type Directives, readCacheControl, saysPrivate } from './cache-control.ts'
import { skipSpace, trimSpace } from './scan.ts'

/** What the application's answer says, and what it answers. */
export interface Answer {
  /** All Cache-Control lines joined by `, `. */
  readonly cacheControl: string | undefined
  readonly issuesCookie: boolean
  /** Sec-Fetch-Dest of the request. */
  readonly dest: string | undefined
  /** Whether ETag or Last-Modified is present. */
  readonly hasValidator: boolean
}

export interface CachingDecision {
  readonly cacheControl: string
  /** Vary gets Cookie. */
  readonly varyCookie: boolean
  /** Also `Pragma: no-cache` and `Expires: 0`, for caches that know no Cache-Control (R2). */
  readonly legacyNoStore: boolean
  /** The application's directives that were taken away, as it wrote them, for the report. */
  readonly dropped: readonly string[]
}

const NOTHING: readonly string[] = Object.freeze([])
const ISSUING = decision('private, no-store', false, true)
const UNSTORED = decision('private, no-store', false, false)
const REVALIDATED = decision('private, no-cache', true, false)

function decision(cacheControl: string, varyCookie: boolean, legacyNoStore: boolean): CachingDecision {
  return Object.freeze({ cacheControl, varyCookie, legacyNoStore, dropped: NOTHING })
}

/**
 * The caching of an answer whose handler looked at the session.
 *
 * Where the application forbade storing, or said nothing that allows it, the answer is `private, no-store`: one
 * spelling for both, and the `private` still counts with a cache that was told to ignore no-store. Otherwise what it
 * said stays, in a fixed order.
 *
 * Whatever the browser may store gets `Vary: Cookie`. Chromium's back button showed pages of a signed-out visitor that
 * had `private, max-age`, but also `private` alone and `private, no-cache`: history asks no server (RFC 9111 §6).
 *
 * @example
 * personalCaching({ cacheControl: 'public, max-age=60', issuesCookie: false, dest: 'document', hasValidator: false })
 * // { cacheControl: 'private, max-age=60', varyCookie: true, legacyNoStore: false, dropped: ['public'] }
 */
export function personalCaching(answer: Answer): CachingDecision {
  const { cacheControl } = answer
  if (answer.issuesCookie) return cacheControl === undefined ? ISSUING : issuing(readCacheControl(cacheControl))
  const unsaid = answer.hasValidator && isSubresource(answer.dest) ? REVALIDATED : UNSTORED
  return cacheControl === undefined ? unsaid : personal(readCacheControl(cacheControl), unsaid)
}

/** no-store says all that private, no-cache and must-revalidate said; what else there was is named. */
function issuing(said: Directives): CachingDecision {
  const dropped = [...said.others]
  if (said.noTransform) dropped.push('no-transform')
  if (said.maxAge !== undefined && !said.noStore) dropped.push(`max-age=${said.maxAge}`)
  if (said.immutable && !said.noStore) dropped.push('immutable')
  return dropped.length === 0 ? ISSUING : { ...ISSUING, dropped }
}

function personal(said: Directives, unsaid: CachingDecision): CachingDecision {
  const transform = said.noTransform ? ', no-transform' : '' // forbids rewriting on the way, stored or not
  if (said.noStore) return amended(UNSTORED, transform, said.others)
  if (!said.private && !said.noCache && said.maxAge === undefined) {
    // Nothing said. immutable without a lifetime has nothing to speak about; must-revalidate is in either default.
    return amended(unsaid, transform, said.immutable ? [...said.others, 'immutable'] : said.others)
  }
  let cacheControl = 'private'
  if (said.noCache) cacheControl += ', no-cache'
  if (said.maxAge !== undefined) cacheControl += `, max-age=${said.maxAge}`
  if (said.mustRevalidate) cacheControl += ', must-revalidate'
  if (said.immutable) cacheControl += ', immutable'
  return { cacheControl: cacheControl + transform, varyCookie: true, legacyNoStore: false, dropped: said.others }
}

function amended(base: CachingDecision, more: string, dropped: readonly string[]): CachingDecision {
  if (more === '' && dropped.length === 0) return base
  return { ...base, cacheControl: base.cacheControl + more, dropped }
}

/** Parts of a page that are asked for again and again, and are no page that the back button shows. */
function isSubresource(dest: string | undefined): boolean {
  return dest === 'image' || dest === 'style' || dest === 'script' || dest === 'font'
}

/**
 * Whether a header lets a shared cache keep an answer whatever its Cache-Control says, and so must leave a personal
 * one. nginx was seen to store `private, no-store` beside X-Accel-Expires.
 *
 * Cache tags other than Surrogate-Key and Edge-Cache-Tag stay: they name what is stored and store nothing. So does
 * Pragma, which means nothing in an answer (RFC 9111 §5.4) and was only ever written to forbid.
 *
 * @param lowerName - in lower case
 * @example
 * isSharedCachingHeader('cdn-cache-control') // true
 */
export function isSharedCachingHeader(lowerName: string): boolean {
  switch (lowerName.charCodeAt(0)) {
    case 101: // e
      if (lowerName === 'expires' || lowerName.startsWith('edge-')) return true
      break
    case 115: // s
      if (lowerName.startsWith('surrogate-')) return true
      break
    case 120: // x
      // Its siblings (-Redirect, -Buffering, -Charset, -Limit-Rate) keep nothing, and applications rely on them.
      if (lowerName === 'x-accel-expires') return true
  }
  return lowerName.endsWith('-cache-control') // RFC 9213 §3, and its forerunners
}

/**
 * Whether an answer that has left already was one that no shared cache keeps. A qualified form is no such answer, and
 * nothing behind a quotation mark counts.
 *
 * @example
 * isPrivateAlready('private, max-age=60') // true
 */
export function isPrivateAlready(cacheControl: string | undefined): boolean {
  return cacheControl !== undefined && saysPrivate(cacheControl)
}

/**
 * The Vary field with Cookie in it. `*` already says more (RFC 9110 §12.5.5).
 *
 * @param vary - all lines joined by `, `
 * @example
 * varyWithCookie('Accept-Encoding') // 'Accept-Encoding, Cookie'
 */
export function varyWithCookie(vary: string | undefined): string {
  if (vary === undefined) return 'Cookie'
  let empty = true
  for (let start = 0; start < vary.length; ) {
    const comma = vary.indexOf(',', start)
    const end = comma === -1 ? vary.length : comma
    const from = skipSpace(vary, start, end)
    const name = vary.slice(from, trimSpace(vary, from, end))
    if (name === '*' || name.toLowerCase() === 'cookie') return vary
    if (name !== '') empty = false
    start = end + 1
  }
  return empty ? 'Cookie' : `${vary}, Cookie`
}
