// Stage 2: how the request came, and whether that will do (R5).

import type { RequestFacts } from '@coatcheck/session'
import type { Site } from '../config/config.ts'
import { Refusal } from '../refusal.ts'
import type { Target } from './canonical.ts'

/** Whether the request may have a session; over plain http it may not. */
export type Transport = 'secure' | 'without-session'

/**
 * @param httpsPort - the port on which browsers reach the site by https; null where there is none
 * @throws Refusal 308 to https, 403
 */
export function transport(facts: RequestFacts, site: Site, target: Target, httpsPort: number | null): Transport {
  if (facts.secure) return 'secure'
  const safe = facts.method === 'GET' || facts.method === 'HEAD'
  if (site.http === 'redirect' && httpsPort !== null && safe) {
    throw new Refusal(308, 'This site is served over https', 'Follow the link to its https address.', [
      ['Location', httpsAddress(target, httpsPort)],
    ])
  }
  if (site.http === 'refuse' || !safe || httpsPort !== null) {
    throw new Refusal(
      403,
      'This site takes no data over plain http',
      httpsPort === null
        ? 'Nobody vouches that this connection is private: use a browser on this machine, an https listener, or a trusted proxy.'
        : 'What was sent could be read on its way. Use its https address.',
    )
  }
  return 'without-session'
}

function httpsAddress({ authority, path, query }: Target, port: number): string {
  const name = authority.replace(/:\d*$/, '')
  return `https://${name}${port === 443 ? '' : `:${port}`}${path}${query}`
}
