// What a report means: which cookies the vault would keep, which page scripts use, which paths could be public, and what
// looks like the sign-in. Guesses, each with its reason; a person decides.

import type { Site } from '../config/config.ts'
import { matchesCookie } from '../config/values/cookie-pattern.ts'
import { parsePathPattern } from '../config/values/path-pattern.ts'
import { Refused } from '../config/values/refused.ts'
import { isReserved } from '../vault/prefix.ts'
import type { Observed, ObservedCookie, ObservedPlace } from './observed.ts'

export interface Summary {
  readonly cookies: readonly CookieSummary[]
  readonly places: readonly PlaceSummary[]
  readonly login: LoginSummary | null
  readonly logout: LogoutSummary | null
}

export interface CookieSummary {
  readonly name: string
  /** `keep`: in the vault. `expose`: page scripts use it. `drop`: no answer set it, so it would reach nobody. */
  readonly verdict: 'keep' | 'expose' | 'drop'
  readonly why: string
}

export interface PlaceSummary {
  readonly pattern: string
  readonly requests: number
  readonly why: string
}

export interface LoginSummary {
  readonly method: string
  readonly path: string
  readonly userField: string | null
  readonly status: readonly number[]
  readonly setsCookie: string
}

export interface LogoutSummary {
  readonly method: string
  readonly path: string
}

type Known = Pick<Site, 'expose' | 'authCookies' | 'sessionCookies'>

export function summarise(observed: Observed, known: Known): Summary {
  const login = loginOf(observed)
  const signs = [...known.authCookies, ...known.sessionCookies, ...(login === null ? [] : [login.setsCookie])]
  const isTicket = (name: string) => signs.some((pattern) => matchesCookie(pattern, name))
  const cookies = Object.entries(observed.cookies).map(([name, cookie]) => judge(name, cookie, isTicket(name), known))
  const logout = logoutOf(observed, isTicket)
  const closed = [login?.path, logout?.path, ...Object.keys(observed.signIns).map((place) => place.split(' ')[1])]
  return { cookies, places: publicPlaces(observed.places, closed), login, logout }
}

function judge(name: string, cookie: ObservedCookie, isTicket: boolean, known: Known): CookieSummary {
  if (known.expose.some((pattern) => matchesCookie(pattern, name)))
    return { name, verdict: 'expose', why: 'exposed already, by the preset or the site' }
  if (isReserved(name)) return { name, verdict: 'drop', why: 'a name that is ours' }
  if (isTicket) return { name, verdict: 'keep', why: `says who is signed in${careless(cookie)}` }
  if (cookie.copiedTo.length > 0) {
    return { name, verdict: 'expose', why: `a script copies it into ${cookie.copiedTo.join(', ')}` }
  }
  if (cookie.set === 0) return { name, verdict: 'drop', why: 'browsers send it, and no answer set it' }
  if (cookie.written > 0 && cookie.readable > 0) return { name, verdict: 'expose', why: 'a script seems to write it' }
  if (cookie.readable === 0) return { name, verdict: 'keep', why: `no script can read it${careless(cookie)}` }
  return { name, verdict: 'keep', why: `scripts could read it, and none was seen to${careless(cookie)}` }
}

function careless({ set, insecure, readable, persistent, wide }: ObservedCookie): string {
  if (set === 0) return ''
  const lacks = [
    ...(insecure > 0 ? ['no Secure'] : []),
    ...(readable > 0 ? ['no HttpOnly'] : []),
    ...(wide > 0 ? ['a Domain'] : []),
    ...(persistent > 0 ? ['kept on disk'] : []),
  ]
  return lacks.length === 0 ? '' : ` (now: ${lacks.join(', ')})`
}

/** A folder, or where only a part of it will do, the folders in it. */
function publicPlaces(places: Observed['places'], closed: readonly (string | undefined)[]): PlaceSummary[] {
  const good = Object.entries(places).flatMap(([pattern, place]): PlaceSummary[] => {
    const why = publicBecause(place)
    const covers = closed.some((path) => path !== undefined && (path === pattern || path.startsWith(stem(pattern))))
    if (why === null || covers || parsePathPattern(pattern) instanceof Refused) return []
    return [{ pattern, requests: place.requests, why }]
  })
  const outer = new Set(good.map(({ pattern }) => pattern))
  return good
    .filter(({ pattern }) => !outer.has(pattern.replace(/^(\/[^/]+)\/[^/]+\/\*$/, '$1/*')) || !isInner(pattern))
    .sort((a, b) => b.requests - a.requests)
}

function isInner(pattern: string): boolean {
  return /^\/[^/]+\/[^/]+\/\*$/.test(pattern)
}

/** What every path of a pattern begins with; a path that is no folder covers itself alone. */
function stem(pattern: string): string {
  return pattern.endsWith('*') ? pattern.slice(0, -1) : `${pattern}\0`
}

function publicBecause(place: ObservedPlace): string | null {
  const { requests, unsafe, setsCookies, personal, different } = place
  if (requests === 0 || unsafe + setsCookies + personal + different > 0) return null
  if (place.public === requests) return 'says public'
  if (place.assets === requests) {
    return place.alike > 0 ? 'pictures, styles, scripts; the same for everybody' : 'pictures, styles, scripts'
  }
  return null
}

/** The form with a password whose answers set a cookie that few others set. */
function loginOf({ signIns, cookies }: Observed): LoginSummary | null {
  const candidates = Object.entries(signIns).flatMap(([place, { sets, userField, requests }]) => {
    const rarity = (name: string) => cookies[name]?.set ?? 0
    const [best] = Object.entries(sets).sort(([a], [b]) => rarity(a) - rarity(b))
    const { method, path } = parts(place)
    if (best === undefined || !/^[!#$%&'+.^_`|~0-9A-Za-z-]+$/.test(best[0])) return []
    return [{ method, path, userField, status: best[1], setsCookie: best[0], requests }]
  })
  const [first] = candidates.sort((a, b) => b.requests - a.requests)
  if (first === undefined) return null
  const { requests: _, ...login } = first
  return login
}

function logoutOf({ signOuts }: Observed, isTicket: (name: string) => boolean): LogoutSummary | null {
  const candidates = Object.entries(signOuts)
    .filter(([, { deletes }]) => deletes.some(isTicket))
    .sort(([, a], [, b]) => b.requests - a.requests)
  return candidates[0] === undefined ? null : parts(candidates[0][0])
}

function parts(place: string): { method: string; path: string } {
  const space = place.indexOf(' ')
  return { method: place.slice(0, space), path: place.slice(space + 1) }
}
