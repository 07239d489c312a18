// Stage 4: the visitor's session, and what the request itself shows to be (G3).
//
// A sign-in ends its old token *before* it is forwarded: a request that waits in the application while the victim
// signs in, sent with the token that the attacker planted, finds its token ended when its answer comes. Were the token
// ended only at the answer, the waiting request would get the victim's page.

import { isNavigation, SessionError } from '@coatcheck/session'
import type { Form } from '../form.ts'
import type { Passage, SignInAttempt, Visit } from '../passage.ts'
import { cookieHeader, withExposed } from '../vault/vault.ts'

/** @throws SessionError where the store does not answer, or the request comes from another origin */
export async function openVisit(passage: Passage, form: Form | null): Promise<Visit> {
  const { req, exchange, facts, site, meaning, url, now } = passage
  const session = await site.sessions.openExchange(exchange, { brief: !isNavigation(facts) })
  const cookies = () => {
    const own = session.id === null ? null : cookieHeader(session.data, url, facts.fetchSite === 'cross-site', now())
    return withExposed(own, req.headers.cookie, site.exposed)
  }
  if (meaning.logout) {
    const visit = { session, cookies: cookies(), attempt: null, signedOut: true }
    await session.signOut()
    return visit
  }
  const attempt = signInAttempt(passage, form)
  if (attempt !== null) await endOldToken(session, attempt)
  return { session, cookies: cookies(), attempt, signedOut: false }
}

/** What shows by itself that a request is a sign-in: a rule, or where there is none that a page sent a form. */
function signInAttempt(passage: Passage, form: Form | null): SignInAttempt | null {
  const { site, meaning } = passage
  const rule = meaning.login
  if (rule === null) return site.site.login.length === 0 && isNavigationalForm(passage) ? { rule, user: null } : null
  const name = rule.user === undefined ? null : (form?.field(rule.user.field) ?? null)
  // One user, however his name was typed: composed (NFC), without space around it.
  return { rule, user: name?.normalize('NFC').trim().slice(0, MAX_USER_LENGTH) || null }
}

const MAX_USER_LENGTH = 512

async function endOldToken(session: Visit['session'], { rule, user }: SignInAttempt): Promise<void> {
  try {
    // Somebody else signs in, or nobody knows who: the application must not even see the first one's cookies, or it
    // would make this answer, and perhaps this user's session, out of the first one's data.
    if (rule !== null && session.user !== null && session.user !== user) await session.signOut()
    else await session.rotate()
  } catch (error) {
    // It ended a moment ago: then there is nothing left to end.
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
