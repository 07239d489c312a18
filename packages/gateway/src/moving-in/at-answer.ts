// What moving in adds to an answer: deletions of cookies that were left over, and the caching of strangers' pages.

import { isNavigation, varyWithCookie } from '@coatcheck/session'
import { type AnswerHeaders, headerValue } from '../headers.ts'
import type { Passage, Visit } from '../passage.ts'
import { isOursAlone } from '../vault/prefix.ts'
import { isEverybodys } from './anonymous-caching.ts'
import { deletions, leftoverNames } from './leftovers.ts'

/** What a browser has of the application's cookies from before the gateway goes, on a page or where it was taken over. */
export function leftoverDeletions({ req, site, facts, url, target, report }: Passage, visit: Visit): readonly string[] {
  const { session, adoption } = visit
  const brought = req.headers.cookie
  if (brought === undefined || isOursAlone(brought)) return NONE
  if (site.site.leftovers === 'keep' || !facts.secure || session.ended?.late === true) return NONE
  if (adoption?.outcome === 'overtaken' || (!isNavigation(facts) && adoption === null)) return NONE
  const names = leftoverNames(brought, site.own, session.data)
  if (names.length === 0 || (session.id !== null && !site.cleaned.mayTry(session.id))) return NONE
  report({ type: 'leftover-deleted', site: site.site.name, path: target.path, cookies: names })
  return deletions(names, url)
}

export function staysPublic(
  { req, method, site, exchange }: Passage,
  { session, cookies }: Visit,
  status: number,
  { kept, setCookies }: AnswerHeaders,
): boolean {
  if (!site.site.anonymousCaching) return false
  return isEverybodys({
    method,
    status,
    cookies: req.headers.cookie,
    plainCookie: site.own.plainCookie,
    forwardedCookies: cookies,
    authorization: req.headers.authorization,
    hasSession: session.id !== null || session.ended !== null || exchange.cookie !== null,
    setCookies: setCookies.length,
    cacheControl: headerValue(kept, 'cache-control'),
  })
}

export function publicForStrangers(headers: readonly string[]): string[] {
  const leaving = headers.filter((_, i) => (headers[i - (i % 2)] as string).toLowerCase() !== 'vary')
  leaving.push('Vary', varyWithCookie(headerValue(headers, 'vary')))
  return leaving
}

const NONE: readonly string[] = Object.freeze([])
