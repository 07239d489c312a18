// Signing out (E2, F4): refused here at once, the cookie deleted, then ended in the store, and loudly so where the
// store does not confirm it.

import type { Ended } from './engine.ts'
import type { Hold } from './hold.ts'
import { deleteCookie } from './http/cookie.ts'
import { crossOrigin } from './http/origin.ts'
import type { Held } from './read-cache.ts'
import type { SessionToken } from './token.ts'

/** What `session.signOut` does, and throws. */
export async function signOut<Data>(hold: Hold<Data>): Promise<void> {
  if (hold.held !== null) await endHeld(hold, hold.held)
  else if (hold.ended !== null && isOvertaken(hold, hold.ended)) await endOvertaken(hold, hold.ended)
}

async function endHeld<Data>(hold: Hold<Data>, { record }: Held<Data>): Promise<void> {
  const { engine } = hold
  const { key, id, user, links } = record
  const presented = engine.key(hold.token as SessionToken)
  const confirmed = [key, presented, ...links].map((ended) => engine.refuse(ended, record))
  hold.release({ id, reason: 'signed-out', signedIn: user !== null, at: new Date(engine.now()), late: false })
  forgetCookie(hold)
  const { store, site } = engine.settings
  const ending = { reason: 'signed-out', at: engine.now() } as const
  await engine.apply('sign a user out', async () => {
    const tombstone = await store.end(key, ending)
    // Renewed while this request was served, or rotated for the same user: the session goes on under a token that this
    // request never saw. What an anonymous visitor had is not: whoever signed in since is not his to sign out.
    const goesOn = tombstone?.reason === 'renewed' || (tombstone?.reason === 'rotated' && user !== null)
    if (goesOn) await store.endById(site, id, ending)
  })
  for (const done of confirmed) done()
  engine.events.emit({ type: 'ended', id, reason: 'signed-out', user })
}

/**
 * Another request of the same visitor was faster and rotated the token that this one came with: he means the session
 * that goes on. Not so where nobody was signed in under it: whoever planted that token must not sign his victim out.
 */
function isOvertaken<Data>({ engine, exchange }: Hold<Data>, ended: Ended): boolean {
  const goesOn = ended.reason === 'rotated' || ended.reason === 'renewed'
  return (
    goesOn && ended.late && ended.signedIn && crossOrigin(exchange.facts, engine.settings.trustedOrigins) === 'allowed'
  )
}

async function endOvertaken<Data>(hold: Hold<Data>, { id }: Ended): Promise<void> {
  const { engine } = hold
  const { store, site } = engine.settings
  forgetCookie(hold)
  const ending = { reason: 'signed-out', at: engine.now() } as const
  const tombstone = await engine.apply('sign a user out', () => store.endById(site, id, ending))
  if (tombstone !== null) engine.events.emit({ type: 'ended', id, reason: 'signed-out', user: null })
}

function forgetCookie<Data>({ engine, exchange }: Hold<Data>): void {
  const { cookie } = engine.settings
  if (!exchange.headersSent) exchange.setCookie(cookie.name, deleteCookie(cookie))
}
