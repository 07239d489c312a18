/** Signing in and out, with the faults F3 and F4. */
import { deletedSessionCookie } from './cookies.ts'
import type { Session } from './sessions.ts'
import { issueCookie, type Shop, type Visit } from './visit.ts'

const passwords = new Map([
  ['alice', 'wonderland'],
  ['bob', 'builder'],
])

export function passwordFits(user: string, password: string): boolean {
  return passwords.get(user) === password
}

export function signIn(visit: Visit, user: string) {
  const { session, shop } = visit
  if (!shop.options.keepData && session.user !== undefined && session.user !== user) {
    session.cart = []
    session.card = undefined
    session.reports = 0
  }
  session.user = user
  session.since = Date.now()
  shop.signedOut.delete(user)
  if (!shop.options.fixed) shop.sessions.renew(session)
  // F3: with a fixed id there is nothing to send, the browser has its cookie already. (Where KB 900111's mark was about
  // to delete it, it is sent again.)
  if (!shop.options.fixed || visit.setCookies.length > 0) issueCookie(visit)
}

/** Returns the Set-Cookie line that makes the browser forget. */
export function signOut(shop: Shop, session: Session | undefined): string {
  if (session?.user !== undefined && shop.options.signOutMark === 'user') shop.signedOut.add(session.user)
  if (session && !shop.options.cookieOnlySignOut) shop.sessions.end(session)
  return deletedSessionCookie(shop.options)
}
