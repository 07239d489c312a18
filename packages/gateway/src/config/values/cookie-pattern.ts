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

/** So that nobody exposes what he did not think of: `s*` is half of an application's cookies. */
const LEAST = 3

/** A cookie to be exposed, of which the end may be open too. */
export function parseExposed(text: string): string | Refused {
  const pattern = parseCookiePattern(text)
  if (typeof pattern !== 'string' || !pattern.endsWith('*') || pattern.length > LEAST) return pattern
  return refused(`begins with fewer than ${LEAST} characters`, 'name each cookie, or write more of it: csrf*')
}

/** Whether some name is covered by both. */
export function patternsMeet(a: string, b: string): boolean {
  if (!a.endsWith('*')) return matchesCookie(b, a)
  return b.endsWith('*') ? a.startsWith(b.slice(0, -1)) || b.startsWith(a.slice(0, -1)) : matchesCookie(a, b)
}

/** @example matchesCookie('wordpress_logged_in_*', 'wordpress_logged_in_5c0') // true */
export function matchesCookie(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}
