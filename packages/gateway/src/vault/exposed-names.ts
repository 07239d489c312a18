// Which cookies are exposed: by their names, or by how names begin (`csrf*`).
//
// A name that a person wrote is meant, whatever the cookie is like. Of those that only begin so, one that page scripts can
// not read (HttpOnly) is none that they need: it stays in the vault.

import { matchesCookie } from '../config/values/cookie-pattern.ts'
import { parseSetCookie } from './set-cookie.ts'

export class ExposedNames {
  readonly #names: ReadonlySet<string>
  readonly #patterns: readonly string[]

  /** @param expose - names, of which the end may be open */
  constructor(expose: readonly string[]) {
    this.#names = new Set(expose.filter((name) => !name.endsWith('*')))
    this.#patterns = expose.filter((name) => name.endsWith('*'))
  }

  get isEmpty(): boolean {
    return this.#names.size === 0 && this.#patterns.length === 0
  }

  has(name: string): boolean {
    return this.#names.has(name) || this.#patterns.some((pattern) => matchesCookie(pattern, name))
  }

  /** @param line - of Set-Cookie, the application's */
  passes(line: string): boolean {
    const cookie = parseSetCookie(line, 0)
    if (cookie === null) return false
    return this.#names.has(cookie.name) || (!cookie.httpOnly && this.has(cookie.name))
  }
}
