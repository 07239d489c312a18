// An answer made with a session, as it leaves: with our cookie, if there is one to send (R2), and kept by nobody but the
// visitor's own browser (R3).

import { isSharedCachingHeader, personalCaching, varyWithCookie } from '@coatcheck/session'
import { KnownNames } from './known-names.ts'
import type { Passage } from './passage.ts'

/** What a header's name means to the answer's caching. */
const names = new KnownNames((lower) => {
  switch (lower) {
    case 'cache-control':
    case 'vary':
    case 'pragma':
      return lower
    case 'etag':
    case 'last-modified':
      return 'validator'
    default:
      return isSharedCachingHeader(lower) ? 'shared' : 'other'
  }
})

/**
 * The answer's headers, made personal.
 *
 * @param toBrowser - other Set-Cookie lines that pass
 */
export function personal(passage: Passage, headers: readonly string[], toBrowser: readonly string[]): string[] {
  const { req, site, target, report, exchange } = passage
  const { cookie } = exchange
  let cacheControl: string | undefined
  let hasValidator = false
  for (let i = 0; i < headers.length; i += 2) {
    const kind = names.kind(headers[i] as string)
    if (kind === 'cache-control') cacheControl = joined(cacheControl, headers[i + 1] as string)
    else if (kind === 'validator') hasValidator = true
  }
  const decision = personalCaching({
    cacheControl,
    issuesCookie: cookie !== null || toBrowser.length > 0,
    dest: req.headers['sec-fetch-dest'] as string | undefined,
    hasValidator,
  })
  const leaving: string[] = []
  let vary: string | undefined
  for (let i = 0; i < headers.length; i += 2) {
    const kind = names.kind(headers[i] as string)
    const value = headers[i + 1] as string
    if (kind === 'cache-control' || kind === 'shared' || (kind === 'pragma' && decision.legacyNoStore)) continue
    if (kind === 'vary' && decision.varyCookie) vary = joined(vary, value)
    else leaving.push(headers[i] as string, value)
  }
  leaving.push('Cache-Control', decision.cacheControl)
  if (decision.varyCookie) leaving.push('Vary', varyWithCookie(vary))
  if (decision.legacyNoStore) leaving.push('Pragma', 'no-cache', 'Expires', '0')
  for (const line of toBrowser) leaving.push('Set-Cookie', line)
  if (cookie !== null) leaving.push('Set-Cookie', cookie)
  if (decision.dropped.length > 0) {
    report({ type: 'caching-removed', site: site.site.name, path: target.path, directives: decision.dropped })
  }
  return leaving
}

/** Several lines of a header are one list (RFC 9110 §5.3). */
function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`
}
