// Taking over the application's own cookies from browsers that were signed in before the gateway came (`insecureAdopt`),
// so that nobody is signed out on the day.
//
// It is insecure, as its name says: while it lasts, an id that was planted in the browser (F3) or tapped before (F1) is
// adopted as the real one would be. What limits it:
//
// - The window is a span of time from the first start with the key, kept in the store: no restart makes it longer.
// - Over https alone, and only where a session may begin (R8), for a request that brings no cookie of ours: whose session
//   ended is not signed in again by what he brings.
// - Each cookie is taken once, whoever brings it, remembered by its hash in the store. A copy that comes second gets
//   nothing, and is reported. Should the thief be first, the owner is signed out, and it is reported as well.
// - The request of a sign-in rule adopts nothing: a sign-in begins with an empty vault (E3).
//
// Visitors who were not signed in are not taken over, where the site says by which cookies it knows the others. Nobody knows
// who was signed in, so the session gets a user of its own: his name is unknown, but he is nobody else, so that the next
// sign-in gets nothing of what is in this vault (G3).

import { randomUUID } from 'node:crypto'
import { type Claim, claim, mayCreateSession, type Store } from '@coatcheck/session'
import type { Site } from '../config/config.ts'
import { matchesCookie } from '../config/values/cookie-pattern.ts'
import type { Passage, Visit } from '../passage.ts'
import type { Report } from '../report.ts'
import { isReserved } from '../vault/prefix.ts'
import type { StoredCookie } from '../vault/vault.ts'

/** More cookies of the application than this are somebody's invention. */
const MAX_COOKIES = 8
/** RFC 6265bis §4.1.1, or bytes beyond ASCII: what every server reads as one value. */
const ONE_VALUE = /^("?)[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e\x80-\xff]+\1$/
/** For so long what comes after an adoption is taken for the same browser's requests, which were under way (R4). */
const UNDER_WAY = 60_000
/** The moment of the first start is kept for good. */
const FOR_EVER = Date.UTC(2999, 0)

/** What became of the cookies that a request brought. */
export interface Adoption {
  /** `overtaken`: another request of this browser was faster; its answer begins nothing. `replayed`: a copy. */
  readonly outcome: 'adopted' | 'overtaken' | 'replayed'
  readonly names: readonly string[]
}

export class AdoptionWindow {
  readonly #site: Site
  readonly #store: Store
  /** Closed until the store has said since when it is open. */
  #until = Number.NEGATIVE_INFINITY

  constructor(site: Site, store: Store) {
    this.#site = site
    this.#store = store
  }

  /**
   * Finds out until when it is open; the first start opens it.
   *
   * @throws SessionError where the store does not answer
   */
  async open(span: number, now: number, report: Report): Promise<void> {
    const { at } = await this.#claim('adoption', now, FOR_EVER)
    this.#until = at + span
    report({ type: 'adoption-window', site: this.#site.name, until: new Date(this.#until), open: this.isOpen(now) })
  }

  isOpen(now: number): boolean {
    return now < this.#until
  }

  /** Takes a cookie for good: for as long as one could be adopted. */
  take({ name, value }: Brought, now: number): Promise<Claim> {
    return this.#claim(`cookie\0${name}\0${value}`, now, this.#until)
  }

  #claim(what: string, at: number, until: number): Promise<Claim> {
    return claim(this.#store, { site: this.#site.name, what, at, until })
  }
}

/**
 * Takes over what a request brings, if it may. The session begins with it.
 *
 * @throws SessionError where the store does not answer
 */
export async function adopt(passage: Passage, session: Visit['session']): Promise<Adoption | null> {
  const { site, req, facts, url, meaning, report, now, exchange, target } = passage
  if (site.adoption === null || !site.adoption.isOpen(now())) return null
  // A WebSocket's 101 could bring no cookie (R2), so nothing begins with it.
  if (passage.upgrade !== null) return null
  if (!facts.secure || session.id !== null || session.ended !== null || meaning.login !== null) return null
  const { authCookies, sessionCookies } = site.site
  const brought = broughtCookies(req.headers.cookie, [...authCookies, ...sessionCookies])
  if (brought === null || !mayCreateSession(facts, site.trustedOrigins)) return null
  const [tickets, others] = apart(brought, authCookies)
  if (tickets.length === 0) return null
  const names = brought.map(({ name }) => name)
  // One after the other, and no further than the first that is gone: of two requests at once, one gets them all.
  for (const ticket of tickets) {
    const { taken, at } = await site.adoption.take(ticket, now())
    if (taken) continue
    if (now() - at < UNDER_WAY) return { outcome: 'overtaken', names }
    const { address } = exchange.client
    report({ type: 'adoption-replayed', site: site.site.name, path: target.path, cookies: names, address })
    return { outcome: 'replayed', names }
  }
  const adopted = [...tickets]
  for (const other of others) if ((await site.adoption.take(other, now())).taken) adopted.push(other)
  const cookies: StoredCookie[] = adopted.map((cookie) => ({ ...cookie, host: url.host, adopted: true }))
  await session.signIn(`unknown:${randomUUID()}`)
  await session.update((vault) => ({ ...vault, cookies }))
  report({ type: 'cookies-adopted', site: site.site.name, id: session.id, cookies: adopted.map(({ name }) => name) })
  return { outcome: 'adopted', names }
}

interface Brought {
  readonly name: string
  readonly value: string
}

/** Which of the site's own cookies a request brings, by name; null where that is none, or cannot be told. */
export function broughtCookies(header: string | undefined, patterns: readonly string[]): Brought[] | null {
  if (header === undefined) return null
  const brought = new Map<string, string>()
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    const name = equals === -1 ? '' : pair.slice(0, equals).trim()
    // Whoever had a session of ours is not taken over, whatever became of it.
    if (isReserved(name)) return null
    if (name === '' || !patterns.some((pattern) => matchesCookie(pattern, name))) continue
    const value = pair.slice(equals + 1).trim()
    // Of two, somebody may have planted one (R7).
    if (brought.has(name) || !ONE_VALUE.test(value)) return null
    brought.set(name, value)
  }
  if (brought.size === 0 || brought.size > MAX_COOKIES) return null
  return Array.from(brought, ([name, value]) => ({ name, value })).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * The cookies that may say who is signed in, and the rest. A site that names none of them may mean any. The rest comes
 * along, but for what was taken before: it may be the same for everybody, or the session of another.
 */
function apart(brought: readonly Brought[], authCookies: readonly string[]): [tickets: Brought[], others: Brought[]] {
  if (authCookies.length === 0) return [[...brought], []]
  const isTicket = ({ name }: Brought) => authCookies.some((pattern) => matchesCookie(pattern, name))
  return [brought.filter(isTicket), brought.filter((cookie) => !isTicket(cookie))]
}
