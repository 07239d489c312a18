// Which cookies are exposed: by their names, or by how names begin (`csrf*`).
//
// A name that a person wrote is meant, whatever the cookie is like. Of those that only begin so, one that page scripts can
// not read (HttpOnly) is none that they need: it stays in the vault. And a browser is not asked for it, once the application
// was seen to set it for anybody: who has none of it yet, or has it for another path, may have been given a planted one.

import { matchesCookie } from '../config/values/cookie-pattern.ts'
import { parseSetCookie } from './set-cookie.ts'

/** Applications have few names; whoever could make one invent more changes nothing for those that were seen. */
const MOST_KEPT = 1000

export class ExposedNames {
  readonly #names: ReadonlySet<string>
  readonly #patterns: readonly string[]
  /** Names that only begin so, of cookies that no script can read. */
  readonly #kept = new Set<string>()

  /** @param expose - names, of which the end may be open */
  constructor(expose: readonly string[]) {
    this.#names = new Set(expose.filter((name) => !name.endsWith('*')))
    this.#patterns = expose.filter((name) => name.endsWith('*'))
  }

  get isEmpty(): boolean {
    return this.#names.size === 0 && this.#patterns.length === 0
  }

  has(name: string): boolean {
    if (this.#names.has(name)) return true
    return !this.#kept.has(name) && this.#patterns.some((pattern) => matchesCookie(pattern, name))
  }

  /** @param line - of Set-Cookie, the application's */
  passes(line: string): boolean {
    const cookie = parseSetCookie(line, 0)
    if (cookie === null) return false
    if (this.#names.has(cookie.name)) return true
    if (!this.has(cookie.name)) return false
    // An empty one is a deletion, which says little of what it deletes.
    if (cookie.httpOnly && cookie.value !== '' && this.#kept.size < MOST_KEPT) this.#kept.add(cookie.name)
    return !cookie.httpOnly
  }
}
