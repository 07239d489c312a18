// Whether an answer shows that a sign-in succeeded, and whose it is (G3). Only a rule can say so; a ticket that is new
// shows that somebody is.

import { randomUUID } from 'node:crypto'
import { SessionError } from '@coatcheck/session'
import type { SuccessSign } from '../config/config.ts'
import { compilePathPattern } from '../config/values/path-pattern.ts'
import { headerValue } from '../headers.ts'
import type { Passage, SignInAttempt, Visit } from '../passage.ts'
import { parseSetCookie } from '../vault/set-cookie.ts'
import type { Vault } from '../vault/vault.ts'

/** The user whom the answer signs in; null where it shows no success, or no rule says what success is. */
export function signInUser(
  { rule, user }: SignInAttempt,
  status: number,
  headers: readonly string[],
  setCookies: readonly string[],
  now: number,
): string | null {
  if (rule === null || !succeeded(rule.success, status, headers, setCookies, now)) return null
  // Somebody is signed in, but nobody knows who: a name of his own, so that he is never taken for another (G3).
  return user ?? `unknown:${randomUUID()}`
}

/** Whether an answer's cookies bring the application's sign-in cookie to a vault that had none. */
export function bringsTicket({ site, now }: Passage, vault: Vault, setCookies: readonly string[]): boolean {
  return site.site.authCookies.some(
    (name) =>
      !vault.cookies.some((cookie) => cookie.name === name && cookie.value !== '') &&
      setCookies.some((line) => sets(line, name, now())),
  )
}

/**
 * The engine refuses a sign-in (too many sessions, all just ended, no answer of the store) that the application may have
 * granted already, to an id that it gave out before and that is in the vault: that vault must not open again (E12).
 */
export async function undoSignIn(visit: Visit | null, error: unknown): Promise<never> {
  // Not confirmed by the store, the end is an end here all the same, and has been reported.
  const refused = error instanceof SessionError && error.code !== 'ERR_SESSION_ENDED'
  if (visit?.attempt && refused) await visit.session.signOut().catch(() => {})
  throw error
}

function succeeded(
  sign: SuccessSign,
  status: number,
  headers: readonly string[],
  setCookies: readonly string[],
  now: number,
): boolean {
  if (sign.status !== undefined && !sign.status.includes(status)) return false
  if (sign.setsCookie !== undefined && !setCookies.some((line) => sets(line, sign.setsCookie as string, now)))
    return false
  if (sign.location !== undefined) {
    const location = headerValue(headers, 'location')
    const path = location === undefined ? undefined : URL.parse(location, 'http://site')?.pathname
    if (path === undefined || !compilePathPattern(sign.location).test(path)) return false
  }
  return true
}

function sets(line: string, name: string, now: number): boolean {
  const cookie = parseSetCookie(line, now)
  return (
    cookie !== null && cookie.name === name && cookie.value !== '' && (cookie.expires === null || cookie.expires > now)
  )
}
