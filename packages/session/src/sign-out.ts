// Signing out (E2, F4): refused here at once, the cookie deleted, then ended in the store, and loudly so where the
// store does not confirm it.

import type { Hold } from './hold.ts'
import { deleteCookie } from './http/cookie.ts'
import type { SessionToken } from './token.ts'

/** What `session.signOut` does, and throws. */
export async function signOut<Data>(hold: Hold<Data>): Promise<void> {
  const { engine, exchange, held } = hold
  if (held === null) return
  const { key, id, user, links } = held.record
  const presented = engine.key(hold.token as SessionToken)
  const confirmed = [key, presented, ...links].map((ended) => engine.refuse(ended, held.record))
  hold.release({ id, reason: 'signed-out', at: new Date(engine.now()), late: false })
  const { store, site, cookie } = engine.settings
  if (!exchange.headersSent) exchange.setCookie(cookie.name, deleteCookie(cookie))
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
