// Whether an answer shows that a sign-in succeeded, and whose it is (G3). Only a rule can say so; a ticket that is new
// shows that somebody is.

import { randomUUID } from 'node:crypto'
import { SessionError } from '@coatcheck/session'
import type { SuccessSign } from '../config/config.ts'
import { matchesCookie } from '../config/values/cookie-pattern.ts'
import { compilePathPattern } from '../config/values/path-pattern.ts'
import { headerValue } from '../headers.ts'
import type { Passage, SignInAttempt, Visit } from '../passage.ts'
import { comparable, inOneSpelling } from '../reading/escapes.ts'
import { refuseUnnamed, UnnamedSignIn } from '../unnamed-sign-in.ts'
import { parseSetCookie } from '../vault/set-cookie.ts'
import type { PendingSignIn, Vault } from '../vault/vault.ts'

/** What the headers of an answer say. */
export interface AnswerSigns {
  readonly status: number
  /** Without Set-Cookie. */
  readonly headers: readonly string[]
  readonly setCookies: readonly string[]
}

/**
 * The user whom the answer signs in; null where it shows no success, or no rule says what success is.
 *
 * @throws Refusal where the rule asks for a name, and the request of a success had none that can be read
 */
export function signInUser(passage: Passage, { rule, name }: SignInAttempt, answer: AnswerSigns): string | null {
  if (rule === null || !shows(rule.success, answer, passage)) return null
  if (name.user !== null) return name.user
  // Under a name that nobody knows he could not be found when all of his sessions are ended.
  if (rule.user !== undefined) throw refuseUnnamed(passage, name.why, true)
  // A name of his own, so that he is never taken for another (G3).
  return `unknown:${randomUUID()}`
}

/** For how long, in milliseconds, a second step may take. */
const SECOND_STEP = 600_000

/** What the next step has to know: the user whom this one named, where the answer shows that it was no more than a step. */
export function pendingSignIn(
  passage: Passage,
  { rule, name, remember }: SignInAttempt,
  answer: AnswerSigns,
): PendingSignIn | null {
  if (rule?.continues === undefined || name.user === null || !shows(rule.continues, answer, passage)) return null
  const until = passage.now() + SECOND_STEP
  return remember ? { user: name.user, until, remember } : { user: name.user, until }
}

/** Whether an answer's cookies bring the application's sign-in cookie to a vault that had none. */
export function bringsTicket({ site, now }: Passage, vault: Vault, setCookies: readonly string[]): boolean {
  return site.site.authCookies.some(
    (name) =>
      !vault.cookies.some((cookie) => matchesCookie(name, cookie.name) && cookie.value !== '') &&
      leaves(setCookies, name, now()),
  )
}

/**
 * A sign-in is refused (too many sessions, all just ended, no answer of the store, nobody knows whose) that the application
 * may have granted already, to an id that it gave out before and that is in the vault: that vault must not open again (E12).
 */
export async function undoSignIn(visit: Visit | null, error: unknown): Promise<void> {
  // Not confirmed by the store, the end is an end here all the same, and has been reported.
  const refused =
    error instanceof UnnamedSignIn || (error instanceof SessionError && error.code !== 'ERR_SESSION_ENDED')
  if (visit?.attempt && refused) await visit.session.signOut().catch(() => {})
}

function shows(sign: SuccessSign, { status, headers, setCookies }: AnswerSigns, { target, now }: Passage): boolean {
  if (sign.status !== undefined && !sign.status.includes(status)) return false
  if (sign.setsCookie !== undefined && !leaves(setCookies, sign.setsCookie, now())) return false
  if (sign.location !== undefined) {
    const location = headerValue(headers, 'location')
    // Relative to the page that answers (RFC 9110 §10.2.2): Classic ASP writes `default.asp` alone.
    const path = location === undefined ? undefined : URL.parse(location, `http://site${target.path}`)?.pathname
    if (path === undefined || !compilePathPattern(sign.location).test(comparable(inOneSpelling(path), false)))
      return false
  }
  return true
}

/**
 * Whether an answer leaves such a cookie behind. Of the lines that speak of one cookie the last counts: an application
 * signs in, and a part of it that wants a second factor takes the ticket back in the same answer.
 */
function leaves(setCookies: readonly string[], pattern: string, now: number): boolean {
  const left = new Map<string, boolean>()
  for (const line of setCookies) {
    const cookie = parseSetCookie(line, now)
    if (cookie === null || !matchesCookie(pattern, cookie.name)) continue
    const isGood = cookie.value !== '' && (cookie.expires === null || cookie.expires > now)
    left.set(`${cookie.name};${cookie.domain ?? ''};${cookie.path ?? ''}`, isGood)
  }
  return [...left.values()].includes(true)
}
