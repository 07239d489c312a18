// Stage 4: the visitor's session, and what the request itself shows to be (G3).
//
// A sign-in ends its old token *before* it is forwarded: a request that waits in the application while the victim
// signs in, sent with the token that the attacker planted, finds its token ended when its answer comes. Were the token
// ended only at the answer, the waiting request would get the victim's page.

import { isNavigation, SessionError } from '@coatcheck/session'
import type { Form } from '../form/form.ts'
import { unnamed } from '../form/user-name.ts'
import { adopt } from '../moving-in/adoption.ts'
import type { Passage, SignInAttempt, Visit } from '../passage.ts'
import { assertReadable } from '../unnamed-sign-in.ts'
import { cookieHeader, withExposed } from '../vault/vault.ts'

/**
 * @throws Refusal where nobody can say whom a sign-in names, SessionError where the store does not answer or the request
 *   comes from another origin
 */
export function openVisit(passage: Passage, form: Form | null): Visit | Promise<Visit> {
  if (form !== null) assertReadable(passage, form.name)
  const { exchange, facts, site } = passage
  // A WebSocket is opened by a script, and opened again whenever it breaks off: that keeps nobody signed in (E5).
  const visitor = { brief: !isNavigation(facts, site.framePolicy !== null), passive: passage.upgrade !== null }
  const opening = site.sessions.opening(exchange, visitor)
  return opening instanceof Promise
    ? opening.then((session) => visitOf(passage, form, session))
    : visitOf(passage, form, opening)
}

function visitOf(passage: Passage, form: Form | null, session: Visit['session']): Visit | Promise<Visit> {
  const { site, meaning, exchange } = passage
  exchange.session = session
  if (session.id !== null) site.unreturned.returned(session.id)
  const attempt = meaning.logout ? null : signInAttempt(passage, session, form)
  if (attempt !== null || meaning.logout || site.adoption !== null) return actingVisit(passage, session, attempt)
  return { session, cookies: cookies(passage, session), attempt, signedOut: false, adoption: null }
}

/** One that signs in or out, or brings cookies to be taken over. */
async function actingVisit(passage: Passage, session: Visit['session'], attempt: SignInAttempt | null): Promise<Visit> {
  const adoption = await adopt(passage, session)
  if (passage.meaning.logout) {
    const visit = { session, cookies: cookies(passage, session), attempt, signedOut: true, adoption }
    await session.signOut()
    return visit
  }
  if (attempt !== null) await endOldToken(session, attempt)
  return { session, cookies: cookies(passage, session), attempt, signedOut: false, adoption }
}

function cookies({ req, site, url, facts, now }: Passage, session: Visit['session']): string | null {
  const own = session.id === null ? null : cookieHeader(session.data, url, facts.fetchSite === 'cross-site', now())
  return withExposed(own, req.headers.cookie, site.exposed)
}

/** What shows by itself that a request is a sign-in: a rule, or where there is none that a page sent a form. */
function signInAttempt(passage: Passage, session: Visit['session'], form: Form | null): SignInAttempt | null {
  const { site, meaning, now } = passage
  const rule = meaning.login
  if (rule === null) {
    return site.site.formsMaySignIn && isNavigationalForm(passage)
      ? { rule, name: unnamed('absent'), remember: false }
      : null
  }
  const remember = form?.remember === true
  if (rule.user?.remembered === undefined) return { rule, name: form?.name ?? unnamed('absent'), remember }
  const { pending } = session.data
  if (pending === undefined || now() >= pending.until) return { rule, name: unnamed('not-remembered'), remember }
  return { rule, name: { user: pending.user }, remember: remember || pending.remember === true }
}

async function endOldToken(session: Visit['session'], attempt: SignInAttempt): Promise<void> {
  try {
    if (isAnothers(attempt, session.user)) await session.signOut()
    else await session.rotate()
  } catch (error) {
    // It ended a moment ago: then there is nothing left to end.
    if (!(error instanceof SessionError && error.code === 'ERR_SESSION_ENDED')) throw error
  }
}

/**
 * Somebody else signs in, or, where the rule does not ask, nobody knows who: the application must not even see the first
 * one's cookies, or it would make this answer, and perhaps this user's session, out of the first one's data. A request
 * that names nobody where the rule asks is another button of the page, or the work of him who is signed in; should it
 * sign somebody in after all, the answer is thrown away.
 */
function isAnothers({ rule, name }: SignInAttempt, signedIn: string | null): boolean {
  if (rule === null || signedIn === null) return false
  return name.user === null ? rule.user === undefined : name.user !== signedIn
}

/** A form that a page sent: what a sign-in looks like where no rule describes it. */
function isNavigationalForm({ req, method, facts, resumed }: Passage): boolean {
  if (method !== 'POST') return false
  if (facts.fetchMode !== undefined) return facts.fetchMode === 'navigate'
  const type = resumed?.contentType ?? req.headers['content-type'] ?? ''
  return /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)
}
