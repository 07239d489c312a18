// Cookies of the application that a browser still holds from before the gateway came (G2). They go nowhere any more, but
// they are live tickets: a script reads them, plain http carries them, and whoever reaches the application past the
// gateway can use them. So they are deleted: those that the site names as the application's own, and those of which the
// vault has one of the same name.
//
// A deletion must name the cookie's host, Domain and Path, and a request says none of them. The Domain is the host or one
// above it; the Path is one that leads to the page asked for, or the cookie would not have come. All are tried, the
// likely ones first, as far as an answer's headers have room: some servers in front take 4 KiB of them.

import { matchesCookie } from '../config/values/cookie-pattern.ts'
import { isReserved } from '../vault/prefix.ts'
import type { BrowserUrl, ExposedNames, Vault } from '../vault/vault.ts'

const MAX_LINES = 20
const MAX_DOMAINS = 3
const MAX_FOLDERS = 3
const NEVER = 'Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT'

/** What a site knows of the cookies of its application. */
export interface OwnCookies {
  /** Names, of which the end may be open. */
  readonly patterns: readonly string[]
  readonly exposed: ExposedNames
  /** The name of our own on the plain http tier. */
  readonly plainCookie: string
}

/** The names of a request's cookies that are left over. */
export function leftoverNames(cookieHeader: string, own: OwnCookies, vault: Vault): string[] {
  const { patterns, exposed, plainCookie } = own
  const names = new Set<string>()
  for (const pair of cookieHeader.split(';')) {
    const equals = pair.indexOf('=')
    const name = equals === -1 ? '' : pair.slice(0, equals).trim()
    if (isReserved(name) || name === plainCookie || exposed.has(name) || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
      continue
    const isOwn = patterns.some((pattern) => matchesCookie(pattern, name))
    if (isOwn || vault.cookies.some((cookie) => cookie.name === name)) names.add(name)
  }
  return [...names]
}

/**
 * The Set-Cookie lines that delete cookies of these names, wherever they may lie.
 *
 * @example
 * deletions(['sid'], { host: 'localhost', path: '/', secure: true })[0]
 * // 'sid=; Path=/; Secure; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT'
 */
export function deletions(names: readonly string[], { host, path }: BrowserUrl): string[] {
  const lines: string[] = []
  const domains = [null, ...domainsOf(host)]
  for (const folder of foldersOf(path)) {
    for (const domain of domains) {
      for (const name of names) {
        // A browser has no such cookie but this one.
        if (/^__host-/i.test(name) && (domain !== null || folder !== '/')) continue
        if (lines.length === MAX_LINES) return lines
        lines.push(`${name}=; Path=${folder}${domain === null ? '' : `; Domain=${domain}`}; Secure; ${NEVER}`)
      }
    }
  }
  return lines
}

/** How many answers of a session may try. What is left then does not go by these means. */
const TRIES = 3
const MAX_SESSIONS = 10_000

/** Which sessions have been sent how many deletions. Forgotten, one is sent a few more: no harm. */
export class Cleaned {
  readonly #tries = new Map<string, number>()

  /** Whether this session's answer may try once more; counts the try. */
  mayTry(id: string): boolean {
    const tries = this.#tries.get(id) ?? 0
    if (tries >= TRIES) return false
    if (this.#tries.size >= MAX_SESSIONS) this.#tries.delete(this.#tries.keys().next().value as string)
    this.#tries.set(id, tries + 1)
    return true
  }
}

function domainsOf(host: string): string[] {
  if (host.startsWith('[') || /^[\d.]+$/.test(host)) return []
  const labels = host.split('.')
  const domains: string[] = []
  for (let from = 0; from < labels.length - 1 && domains.length < MAX_DOMAINS; from++) {
    domains.push(labels.slice(from).join('.'))
  }
  return domains
}

/** With and without a slash at the end: they are two cookies. */
function foldersOf(path: string): string[] {
  const folders = ['/']
  for (let slash = path.indexOf('/', 1); ; slash = path.indexOf('/', slash + 1)) {
    const folder = slash === -1 ? path : path.slice(0, slash)
    if (folder.length > 1 && /^[\x21-\x3a\x3c-\x7e]+$/.test(folder)) {
      folders.push(folder)
      if (slash !== -1) folders.push(`${folder}/`)
    }
    if (slash === -1 || folders.length > 2 * MAX_FOLDERS) return folders
  }
}
