// An origin of another site that may send unsafe requests with a session (R6): an exact one, never a pattern.
//
// Plain http is refused but for loopback: whoever sits on the network can be every http origin.

import { isLoopbackHost } from './endpoint.ts'
import { type Refused, refused } from './refused.ts'

/** An origin that may show the site in a frame (R1, `embedded`): it becomes part of a header. */
export const parseAncestor = (text: string): string | Refused => parseOrigin(text, 'https://lms.example.test')

/** In the form of an Origin header (RFC 6454 §6.2). */
export function parseOrigin(text: string, example = 'https://pay.example.test'): string | Refused {
  if (text.includes('*')) return refused('has a wildcard', `list each origin, for example ${example}`)
  const url = /[\s\\\p{Cc}]/u.test(text) ? null : URL.parse(text)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return refused('is not an origin', `write a scheme and a host, for example ${example}`)
  }
  if (url.href !== `${url.origin}/`) return refused('is more than an origin', `write ${url.origin}`)
  if (/[;,']/.test(url.host)) return refused('is not an origin', 'write the name of a host')
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname.replace(/^\[|\]$/g, ''))) {
    return refused(
      'is an http origin, which anybody on the network can pretend to be',
      `write https://${url.host}, and serve that site over https`,
    )
  }
  return url.origin
}
