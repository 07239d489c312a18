// Stage 6, where the answer opens a WebSocket (RFC 6455 over HTTP/1.1): `receive` for a 101.
//
// An answer of status 1xx carries no cookie (R2), so none can be said here: no session begins, nobody is signed in.

import { answerHeaders, headerValue } from '../headers.ts'
import type { Passage, Visit } from '../passage.ts'
import { Refusal } from '../refusal.ts'
import { merge } from '../vault/vault.ts'
import { assertLive, drop, observed, reportMerge, signsOut, withheld } from './receive.ts'
import { bringsTicket } from './sign-in.ts'

/** @throws Refusal 400 where the request is no handshake, or one that signs in or out */
export function assertHandshake({ req, meaning }: Passage): void {
  if (req.headers['content-length'] !== undefined || req.headers['transfer-encoding'] !== undefined) {
    throw new Refusal(400, 'This request cannot be read in one way', 'A WebSocket handshake has no body.')
  }
  // Its answer can bring no token (R2).
  if (meaning.login !== null || meaning.logout) {
    throw new Refusal(400, 'Nobody signs in or out by a WebSocket', 'Send a form.')
  }
}

/**
 * The headers of the application's 101. Its cookies go into the vault, where there is one; none passes to the browser,
 * and no session begins, since no cookie could say so (R2).
 *
 * @throws Refusal where the session is over, or the answer is no WebSocket's
 */
export async function acceptUpgrade(passage: Passage, visit: Visit | null, raw: readonly string[]): Promise<string[]> {
  if (headerValue(raw, 'upgrade')?.toLowerCase() !== 'websocket') {
    throw new Refusal(502, 'The application gave no proper answer', 'Try again in a moment.')
  }
  const { kept, setCookies } = answerHeaders(raw)
  if (passage.site.observer !== null) return observed(passage, 101, kept, setCookies)
  if (visit === null) drop(passage, setCookies, 'public')
  else {
    await assertLive(passage, visit)
    if (setCookies.length > 0) await keepCookies(passage, visit, setCookies)
  }
  return kept
}

async function keepCookies(passage: Passage, { session }: Visit, setCookies: readonly string[]): Promise<void> {
  const { site, url, now } = passage
  if (session.id === null || bringsTicket(passage, session.data, setCookies)) {
    drop(passage, setCookies, 'websocket')
    return
  }
  const merged = merge(session.data, setCookies, url, now())
  reportMerge(passage, merged)
  if (signsOut(merged, site.site.authCookies)) {
    await session.signOut()
    throw withheld(passage)
  }
  if (merged.vault !== session.data) await session.update((vault) => merge(vault, setCookies, url, now()).vault)
}
