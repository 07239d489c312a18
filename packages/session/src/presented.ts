// The token that a request presents, and its key.
//
// A browser presents the same token with every request of a connection. What was found out about it, its form and the two
// hashes of SHA-256's blocks, is kept with the connection, and goes with it; a request that presents another one, as those
// of many browsers do behind a proxy, costs a comparison more. Nothing is remembered of what the token opens.

import { type SessionKey, SessionToken, sessionKey } from './token.ts'

export interface Presented {
  readonly token: SessionToken
  readonly key: SessionKey
}

const PRESENTED = Symbol('coatcheck.presented')

interface Connection {
  [PRESENTED]?: Presented & { readonly site: string }
}

/**
 * The token that `text` spells, and its key on the site; null where it has not the form of one.
 *
 * @param connection - what the request came on, where that is known
 */
export function presented(site: string, text: string, connection: object | undefined): Presented | null {
  const last = (connection as Connection | undefined)?.[PRESENTED]
  if (last !== undefined && last.site === site && last.token.reveal() === text) return last
  const token = SessionToken.parse(text)
  if (token === null) return null
  const found = { site, token, key: sessionKey(site, token) }
  if (connection !== undefined) (connection as Connection)[PRESENTED] = found
  return found
}
