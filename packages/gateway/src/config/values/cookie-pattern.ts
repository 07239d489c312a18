// Names of cookies, of which the end may be open: WordPress adds a hash of its address to `wordpress_logged_in_`.

import { parseCookieName } from './name.ts'
import { type Refused, refused } from './refused.ts'

export function parseCookiePattern(text: string): string | Refused {
  const open = text.endsWith('*')
  if (text === '*') return refused('names every cookie', 'write what the name begins with: wordpress_logged_in_*')
  if (text.slice(0, -1).includes('*')) {
    return refused('has "*" inside', 'put it at the end, for any rest: wordpress_logged_in_*')
  }
  const name = parseCookieName(open ? text.slice(0, -1) : text)
  return typeof name === 'string' && open ? `${name}*` : name
}

/** @example matchesCookie('wordpress_logged_in_*', 'wordpress_logged_in_5c0') // true */
export function matchesCookie(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}
