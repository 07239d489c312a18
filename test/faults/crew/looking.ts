// What tokens open and whom users have, as the library says.

import { SessionError } from '@coatcheck/session'
import type { Looked, Seen } from './protocol.ts'
import { type Site, withToken } from './site.ts'

export async function lookAt(
  site: Site,
  tokens: readonly string[],
  users: readonly string[] = [],
  passive = true,
): Promise<Looked> {
  const seen: Record<string, Seen> = {}
  const listed: Record<string, readonly string[]> = {}
  for (const token of tokens) seen[token] = await look(site, token, passive)
  for (const user of users) listed[user] = (await site.list(user)).map(({ id }) => id)
  return { tokens: seen, users: listed }
}

async function look(site: Site, token: string, passive: boolean): Promise<Seen> {
  try {
    const session = await site.openExchange(withToken(token), { passive })
    const { id, user, ended, data } = session
    if (id !== null) return { state: 'live', id, user, n: data.n, nonces: data.nonces }
    return ended === null ? { state: 'none' } : { state: 'ended', reason: ended.reason }
  } catch (error) {
    const code = error instanceof SessionError ? error.code : ''
    return { state: 'error', code, message: (error as Error).message }
  }
}
