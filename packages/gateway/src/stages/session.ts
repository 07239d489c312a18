// Stage 4: the visitor's session, and what the request itself shows to be (G3).
//
// A sign-in ends its old token *before* it is forwarded: a request that waits in the application while the victim
// signs in, sent with the token that the attacker planted, finds its token ended when its answer comes. Were the token
// ended only at the answer, the waiting request would get the victim's page.

import { isNavigation, SessionError } from '@coatcheck/session'
import { type ReadBody, readForm } from '../form.ts'
import type { Passage, SignInAttempt, Visit } from '../passage.ts'
import { cookieHeader, withExposed } from '../vault/vault.ts'

export interface Opened {
  readonly visit: Visit
  /** What was read of the body, to be forwarded before the rest. */
  readonly body: ReadBody | null
}

/** @throws SessionError where the store does not answer, or the request comes from another origin */
export async function openVisit(passage: Passage): Promise<Opened> {
  const { req, exchange, facts, site, meaning, url, now } = passage
  const session = await site.sessions.openExchange(exchange, { brief: !isNavigation(facts) })
  const cookies = () => {
    const own = session.id === null ? null : cookieHeader(session.data, url, facts.fetchSite === 'cross-site', now())
    return withExposed(own, req.headers.cookie, site.exposed)
  }

  if (meaning.logout) {
    const visit = { session, cookies: cookies(), attempt: null, signedOut: true }
    await session.signOut()
    return { visit, body: null }
  }
  if (meaning.login === null && !(site.site.login.length === 0 && isNavigationalForm(passage))) {
    return { visit: { session, cookies: cookies(), attempt: null, signedOut: false }, body: null }
  }
  const field = meaning.login?.user?.field
  const body = field === undefined ? null : await readForm(req)
  const user = field === undefined ? null : (body?.field(field) ?? null)
  await endOldToken(session)
  const attempt: SignInAttempt = { rule: meaning.login, user }
  return { visit: { session, cookies: cookies(), attempt, signedOut: false }, body }
}

async function endOldToken(session: Visit['session']): Promise<void> {
  try {
    await session.rotate()
  } catch (error) {
    // It ended while the form was being read: then there is nothing left to end.
    if (!(error instanceof SessionError && error.code === 'ERR_SESSION_ENDED')) throw error
  }
}

/** A form that a page sent: what a sign-in looks like where no rule describes it. */
function isNavigationalForm({ req, method, facts }: Passage): boolean {
  if (method !== 'POST') return false
  if (facts.fetchMode !== undefined) return facts.fetchMode === 'navigate'
  const type = req.headers['content-type'] ?? ''
  return /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)
}
