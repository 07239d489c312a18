/** A cookie jar that keeps to a browser's rules, and that an attacker can copy, read and write by hand. */
import { type Circumstances, type Cookie, isSent, isTrustworthy, parseSetCookie } from './cookie.ts'

export type Pair = [name: string, value: string]

const OWN_NAVIGATION: Circumstances = { crossSite: false, navigation: true, safe: true }

export class Jar {
  #cookies: Cookie[] = []

  /** Takes a Set-Cookie line as a browser does. */
  store(line: string, url: string) {
    const now = Date.now()
    const cookie = parseSetCookie(line, new URL(url), now)
    if (!cookie) return
    const old = this.#cookies.find((other) => isSame(other, cookie))
    // RFC 6265bis §5.7 step 16, "leave Secure cookies alone": http can not overwrite what https has set.
    if (old?.secure && !cookie.secure && !isTrustworthy(new URL(url))) return
    this.#cookies = this.#cookies.filter((other) => other !== old)
    if (cookie.expires === undefined || cookie.expires > now) this.#cookies.push(cookie)
  }

  /** Puts a cookie there as an attacker does who got at the browser: no rule is asked. */
  plant(cookies: Cookie[]) {
    for (const cookie of cookies) {
      this.#cookies = [...this.#cookies.filter((other) => !isSame(other, cookie)), { ...cookie }]
    }
  }

  for(url: string, circumstances = OWN_NAVIGATION): Cookie[] {
    const now = Date.now()
    return this.#cookies.filter((cookie) => isSent(cookie, new URL(url), circumstances, now))
  }

  pairs(url: string): Pair[] {
    return this.for(url).map(({ name, value }) => [name, value])
  }

  /** What `document.cookie` says on that page. */
  forScript(url: string): Pair[] {
    return this.for(url)
      .filter(({ httpOnly }) => !httpOnly)
      .map(({ name, value }) => [name, value])
  }

  /** What is left of it after the browser was closed and opened again. */
  afterClosing(): Jar {
    const jar = new Jar()
    jar.plant(this.#cookies.filter(({ expires }) => expires !== undefined))
    return jar
  }

  /** A copy that nothing changes any more, unless its holder does. */
  copy(): Jar {
    const jar = new Jar()
    jar.plant(this.#cookies)
    return jar
  }

  all(): readonly Cookie[] {
    return this.#cookies
  }
}

function isSame(one: Cookie, other: Cookie): boolean {
  return one.name === other.name && one.domain === other.domain && one.path === other.path
}
