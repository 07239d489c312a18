// Stage 2: how the request came, and whether that will do (R5).

import type { Site } from '../config/config.ts'
import { Refusal } from '../refusal.ts'
import type { Target } from './canonical.ts'

/**
 * What keeps a request that came over plain http from being served; null where nothing does. The most that a visitor has
 * there is an anonymous session of its own (`tiered`).
 *
 * @param isSignIn - whether the request is known to carry credentials
 * @param httpsPort - the port on which browsers reach the site by https; null where there is none
 * @returns Refusal 308 to https, or 403
 */
export function transport(
  site: Site,
  target: Target,
  method: string,
  isSignIn: boolean,
  httpsPort: number | null,
): Refusal | null {
  const safe = method === 'GET' || method === 'HEAD'
  // Without a rule nobody can tell a sign-in from another form, so none is taken.
  if (site.http === 'tiered' && !isSignIn && (safe || !site.formsMaySignIn)) return null
  if (httpsPort !== null && safe && site.http !== 'refuse') {
    return new Refusal(308, 'This site is served over https', 'Follow the link to its https address.', [
      ['Location', httpsAddress(target, httpsPort)],
    ])
  }
  return new Refusal(
    403,
    'This site takes nothing over plain http',
    httpsPort === null
      ? 'Nobody vouches that this connection is private: use a browser on this machine, an https listener, or a trusted proxy.'
      : 'What was sent could be read on its way. Use its https address.',
  )
}

function httpsAddress({ authority, path, query }: Target, port: number): string {
  const name = authority.replace(/:\d*$/, '')
  return `https://${name}${port === 443 ? '' : `:${port}`}${path}${query}`
}
