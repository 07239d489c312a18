// Stage 6: the answer. Its cookies go into the vault, its token is checked again, and it leaves as a personal one.
//
// Order matters: whether the session still lives is asked first, since an answer to a token that ended is not shown at
// all (G3); then cookies, which may sign the visitor in or out; last the headers, when all of that is certain.

import { isNavigation, isSafe, mayCreateSession, SessionError } from '@coatcheck/session'
import { onOwnHost, ownAddresses } from '../addresses.ts'
import { matchesCookie } from '../config/values/cookie-pattern.ts'
import { assertNotConnectionBound } from '../connection-bound.ts'
import { type AnswerHeaders, answerHeaders, headerValue } from '../headers.ts'
import { withoutWrittenIds } from '../ids/headers.ts'
import { leftoverDeletions, publicForStrangers, staysPublic } from '../moving-in/at-answer.ts'
import type { Passage, Visit } from '../passage.ts'
import { personal } from '../personal.ts'
import { Refusal } from '../refusal.ts'
import { parseSetCookie } from '../vault/set-cookie.ts'
import { hardenExposed, type Merge, merge, type PendingSignIn, type Vault } from '../vault/vault.ts'
import { bringsTicket, pendingSignIn, signInUser } from './sign-in.ts'

/**
 * The headers with which an answer leaves.
 *
 * @throws Refusal where it must not be shown, SessionError where the store does not answer
 */
export function receive(
  passage: Passage,
  visit: Visit | null,
  status: number,
  raw: readonly string[],
): string[] | Promise<string[]> {
  if (status === 401) assertNotConnectionBound(headerValue(raw, 'www-authenticate'))
  const answer = answerHeaders(raw)
  const { kept, setCookies } = answer
  if (answer.holdAddresses) ownAddresses(passage, kept)
  if (passage.site.observer !== null) return observed(passage, status, kept, setCookies)
  if (answer.holdAddresses) withoutWrittenIds(passage, status, kept, setCookies)
  addTransportSecurity(passage, kept)
  if (passage.site.framePolicy !== null) allowFrames(kept, passage.site.framePolicy)
  if (visit === null) {
    drop(passage, setCookies, 'public')
    return kept
  }
  // Nearly every answer brings nothing to keep, for a session in the read cache: then there is nothing to wait for.
  const live = assertLive(passage, visit)
  if (live === undefined && setCookies.length === 0 && visit.attempt === null) {
    return leave(passage, visit, status, answer, NOTHING)
  }
  return received(passage, visit, status, answer, live)
}

const NOTHING: readonly string[] = Object.freeze([])

async function received(
  passage: Passage,
  visit: Visit,
  status: number,
  answer: AnswerHeaders,
  live: undefined | Promise<void>,
): Promise<string[]> {
  await live
  const toBrowser = visit.signedOut
    ? drop(passage, answer.setCookies, 'signed-out')
    : await keepCookies(passage, visit, status, answer.kept, answer.setCookies)
  return leave(passage, visit, status, answer, toBrowser)
}

/** The headers as they leave, when all of the session is certain. */
function leave(
  passage: Passage,
  visit: Visit,
  status: number,
  answer: AnswerHeaders,
  toBrowser: readonly string[],
): string[] {
  const deletions = leftoverDeletions(passage, visit)
  const lines = deletions.length === 0 ? toBrowser : [...toBrowser, ...deletions]
  if (lines.length === 0 && staysPublic(passage, visit, status, answer)) return publicForStrangers(answer.kept)
  return personal(passage, answer, lines)
}

/** Where a site only reports, all passes as it came. */
export function observed(passage: Passage, status: number, headers: string[], setCookies: readonly string[]): string[] {
  passage.site.observer?.answer(passage, status, headers, setCookies)
  for (const line of setCookies) headers.push('Set-Cookie', line)
  return headers
}

/** Puts the answer's cookies where they belong. Returns the lines that pass to the browser. */
async function keepCookies(
  passage: Passage,
  visit: Visit,
  status: number,
  headers: readonly string[],
  setCookies: readonly string[],
): Promise<string[]> {
  const { site, facts, url, now } = passage
  const { session, attempt } = visit
  if (attempt === null && setCookies.length === 0) return []
  // The answer to a request that browsers send without the cookie neither begins a session nor signs anyone in (R8).
  if (session.id === null && !mayCreateSession(facts, site.trustedOrigins, site.framePolicy !== null)) {
    return drop(passage, setCookies, 'cross-site')
  }
  const answer = { status, headers, setCookies }
  const user = attempt === null ? null : signInUser(passage, attempt, answer)
  if (user !== null) await session.signIn(user, { remember: attempt?.remember === true })
  const pending = attempt === null || user !== null ? null : pendingSignIn(passage, attempt, answer)
  const step = (vault: Vault) => (user === null && pending === null ? vault : afterStep(vault, pending))
  if (setCookies.length === 0 && step(session.data) === session.data) return []
  // A late answer begins nothing (R4); its page is a stranger's and can be shown.
  const isLate = session.ended?.late === true || visit.adoption?.outcome === 'overtaken'
  if (isLate) return drop(passage, setCookies, 'late')
  const [signed, unsigned] = partition(setCookies, (line) => !facts.secure && isAuthCookie(passage, line))
  drop(passage, signed, 'plain-http') // nobody is signed in over plain http, by no fault of the application either
  const [exposed, own] = partition(unsigned, (line) => site.exposed.passes(line))
  // A sign-in by GET, as links back from elsewhere are: the token from before it opens nothing that it brings.
  const signsIn = attempt === null && session.id !== null && bringsTicket(passage, session.data, own)
  if (signsIn && isSafe(passage.method)) await session.rotate()
  const before = session.data
  const merged = merge(before, own, url, now())
  reportMerge(passage, merged)
  const begins =
    session.id === null && !isNavigation(facts, site.framePolicy !== null) && step(merged.vault) !== session.data
  const place = begins ? site.unreturned.take(passage.exchange.client.address, now()) : null
  if (begins && place === null) return drop(passage, setCookies, 'too-many')
  if (signsOut(merged, site.site.authCookies)) {
    await session.signOut()
    return drop(passage, exposed, 'signed-out')
  }
  try {
    // A sign-in that only its answer shows (fetch, JSON): the token changes with the application's cookies.
    if (attempt === null && session.id !== null && merged.changed.length > 0 && !isSafe(passage.method))
      await session.rotate()
    if (step(merged.vault) !== session.data) {
      await session.transform((vault) => step(vault === before ? merged.vault : merge(vault, own, url, now()).vault))
    }
  } catch (error) {
    // Renewed so long ago that the old token writes no more: no privilege changed, so the page is shown.
    if (!endedMeanwhile(error) || session.ended?.reason !== 'renewed') throw error
    return drop(passage, setCookies, 'late')
  }
  if (place !== null && session.id !== null) site.unreturned.began(place, session.id)
  return exposed
    .map((line) => hardenExposed(line, facts.secure, site.framePolicy !== null))
    .filter((line) => line !== null)
}

/** Whom a step named is kept until the next one; success, of whomever, forgets it. */
function afterStep(vault: Vault, pending: PendingSignIn | null): Vault {
  if (pending !== null) return { ...vault, pending }
  return vault.pending === undefined ? vault : { cookies: vault.cookies }
}

/**
 * At once where nothing has to be waited for.
 *
 * @throws Refusal where the session ended since the request was opened: its answer goes no further (G3)
 */
export function assertLive(passage: Passage, { session }: Visit): undefined | Promise<void> {
  if (session.id === null) return undefined
  const live = session.liveness()
  if (live === true) return undefined
  if (live === false) throw withheld(passage)
  return live.then((lives) => {
    if (!lives) throw withheld(passage)
  })
}

/** The answer was made for a session that is over: its page belongs to nobody who could be sent it (G3). */
export function withheld({ method, facts, target, site, report, exchange }: Passage): Refusal {
  exchange.cookie = null // the browser may have the new one already (R4)
  report({ type: 'answer-withheld', site: site.site.name, path: target.path })
  const title = 'This session ended while the page was being made'
  if (method === 'GET' && facts.fetchMode === 'navigate') {
    return new Refusal(303, title, 'It is asked for again.', [['Location', onOwnHost(target.path + target.query)]])
  }
  return new Refusal(401, title, 'Load the page again.')
}

export function drop(
  { site, target, report }: Passage,
  setCookies: readonly string[],
  why: 'public' | 'cross-site' | 'plain-http' | 'signed-out' | 'late' | 'too-many' | 'websocket',
): string[] {
  if (setCookies.length > 0) {
    const cookies = setCookies.map((line) => parseSetCookie(line, 0)?.name ?? '')
    report({ type: 'cookies-dropped', site: site.site.name, path: target.path, why, cookies })
  }
  return []
}

export function reportMerge({ site, report }: Passage, { refused, evicted }: Merge): void {
  for (const { name, reason } of refused) report({ type: 'cookie-refused', site: site.site.name, cookie: name, reason })
  if (evicted.length > 0) report({ type: 'cookie-evicted', site: site.site.name, cookies: evicted })
}

function addTransportSecurity({ site, exchange }: Passage, headers: string[]): void {
  const { hsts } = site.site
  if (hsts === null || !exchange.encrypted || headerValue(headers, 'strict-transport-security') !== undefined) return
  headers.push('Strict-Transport-Security', `max-age=${Math.round(hsts / 1000)}`)
}

/** The application's own policy counts beside ours; X-Frame-Options knows no list of origins (R1). */
function allowFrames(headers: string[], policy: string): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    if ((headers[i] as string).toLowerCase() === 'x-frame-options') headers.splice(i, 2)
  }
  headers.push('Content-Security-Policy', policy)
}

/** The application took its ticket back: by deleting the cookie, or by emptying it, as some do. */
export function signsOut({ vault, changed, deleted }: Merge, authCookies: readonly string[]): boolean {
  return authCookies.some((pattern) => {
    const names = (name: string) => matchesCookie(pattern, name)
    const isLeft = vault.cookies.some(({ name, value }) => names(name) && value !== '')
    return !isLeft && (deleted.some(names) || changed.some(names))
  })
}

function isAuthCookie({ site }: Passage, line: string): boolean {
  const name = parseSetCookie(line, 0)?.name ?? ''
  return site.site.authCookies.some((pattern) => matchesCookie(pattern, name))
}

function partition<T>(all: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  const yes: T[] = []
  const no: T[] = []
  for (const item of all) (belongs(item) ? yes : no).push(item)
  return [yes, no]
}

/** Whether an error means that the session ended while the answer was being made. */
export function endedMeanwhile(error: unknown): boolean {
  return error instanceof SessionError && error.code === 'ERR_SESSION_ENDED'
}
