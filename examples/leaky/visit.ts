/** Whose session is it? The shop's answer, with its faults F1, F3 and F4. */
import type { IncomingMessage } from 'node:http'
import { deletedSessionCookie, readCookies, SESSION_COOKIE, sessionCookie } from './cookies.ts'
import type { LeakyOptions } from './options.ts'
import type { Session, Sessions } from './sessions.ts'

export type Shop = {
  options: LeakyOptions
  sessions: Sessions
  /** Users who signed out and did not sign in since (F4, `signOutMark`). */
  signedOut: Set<string>
}

export type Visit = {
  shop: Shop
  url: URL
  fields: URLSearchParams
  cookies: Map<string, string>
  session: Session
  /** Set-Cookie lines for the answer. */
  setCookies: string[]
  /** The answer begins a session, so it says no-store even where the shop forgets it elsewhere. */
  begins: boolean
}

/** The user of a session, unless the mark of KB 900111 says that he left. */
export function userOf(visit: Pick<Visit, 'shop' | 'session'>): string | undefined {
  const { user } = visit.session
  return user !== undefined && !visit.shop.signedOut.has(user) ? user : undefined
}

/** The id that a request brings: the first of cookie, URL and form field that has one, in PHP's order. */
export function presentedId(shop: Shop, cookies: Map<string, string>, url: URL, fields: URLSearchParams) {
  const { idFromUrl, idFromField } = shop.options
  const candidates = [
    { id: cookies.get(SESSION_COOKIE), byCookie: true },
    { id: idFromUrl ? url.searchParams.get('sid') : undefined, byCookie: false },
    { id: idFromField ? fields.get('sid') : undefined, byCookie: false },
  ]
  // What does not fit into a cookie could end the header line that will carry it.
  const found = candidates.find(({ id }) => id && /^[\w.~+/=-]{1,128}$/.test(id))
  return { id: found?.id ?? undefined, byCookie: found?.byCookie ?? false }
}

/** Opens a visit, and returns with the session's lock held. */
export async function openVisit(shop: Shop, req: IncomingMessage, url: URL, fields: URLSearchParams): Promise<Visit> {
  const cookies = readCookies(req.headers.cookie)
  const { id, byCookie } = presentedId(shop, cookies, url, fields)
  const { session, begins } = await lockedSession(shop, id)
  const visit: Visit = { shop, url, fields, cookies, session, setCookies: [], begins }
  if (begins || !byCookie) issueCookie(visit)
  if (session.user !== undefined && userOf(visit) === undefined) visit.setCookies = [deletedSessionCookie(shop.options)]
  return visit
}

async function lockedSession(shop: Shop, id: string | undefined): Promise<{ session: Session; begins: boolean }> {
  const { sessions, options } = shop
  for (;;) {
    const found = id === undefined ? undefined : sessions.find(id)
    const session = found ?? sessions.create(options.adopt ? id : undefined)
    if (options.lock) await session.lock.acquire()
    if (!found) return { session, begins: true }
    // F3, `waiting`: whatever became of the session meanwhile, this request goes on with it.
    if (options.waiting || sessions.find(id!) === found) return { session, begins: false }
    if (options.lock) session.lock.release()
  }
}

/** Sends the cookie, or sends it again. */
export function issueCookie(visit: Visit) {
  visit.session.issued = Date.now()
  visit.setCookies = [sessionCookie(visit.session.id, visit.shop.options)]
}

/** F2: content of a signed-in user carries his cookie again, once it is `reissue` seconds old. */
export function reissueCookie(visit: Visit) {
  const { reissue } = visit.shop.options
  if (reissue === false || userOf(visit) === undefined) return
  if (Date.now() - visit.session.issued >= reissue * 1000) issueCookie(visit)
}
