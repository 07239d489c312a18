/** The people of an attack: a victim who uses the site in a browser, and an attacker who writes his requests himself. */
import { randomInt } from 'node:crypto'
import { Undecided } from '../attack.ts'
import type { Target, User } from '../target.ts'
import { Browser, type Page, USER_AGENT } from './browser.ts'
import { linksOf } from './form.ts'
import { type Header, type Response, send } from './http.ts'
import type { Pair } from './jar.ts'

export type Victim = { browser: Browser; user: User; card: string }

export function at(target: Target, path: string): string {
  return new URL(path, target.url).href
}

/** Signs a user in, or says that it could not be done. */
export async function signIn(target: Target, browser: Browser, user: User): Promise<Page> {
  const page = await browser.fill(target.url, target.signIn(user))
  const who = await browser.load(at(target, target.whoami))
  if (!who.body.includes(user.name)) throw new Undecided(`${user.name} could not sign in at ${target.url}`)
  return page
}

/**
 * The victim signs in, enters a card of her own and reads it again. Every attack begins with this: if the site does not
 * work for the victim, or shows her page to a stranger, then nothing that the attacker gets or misses proves anything.
 */
export async function settle(target: Target, browser = new Browser(target.address)): Promise<Victim> {
  const victim = { browser, user: target.users.victim, card: newCard() }
  await signIn(target, browser, victim.user)
  await enterCard(target, victim)
  const stranger = await spoils(target, victim, [])
  if (stranger) throw new Undecided(`the site shows it to anybody: ${stranger}`)
  return victim
}

export async function enterCard(target: Target, victim: Victim) {
  await victim.browser.fill(target.url, target.secret.enter(victim.card))
  const page = await victim.browser.load(at(target, target.secret.path))
  if (!page.body.includes(victim.card)) throw new Undecided(`${victim.user.name} can not read the own card`)
}

export function newCard(): string {
  return `4000${String(randomInt(1e12)).padStart(12, '0')}`
}

export async function signOut(target: Target, browser: Browser): Promise<Page> {
  const { method, on } = target.signOut
  const from = at(target, on ?? '/')
  const path = on === undefined ? target.signOut.path : await signOutLink(target, browser, from)
  const page = await browser.load(at(target, path), method === 'POST' ? { method, fields: [], from } : { from })
  return page
}

async function signOutLink({ signOut: { path } }: Target, browser: Browser, from: string): Promise<string> {
  const page = await browser.load(from)
  const link = linksOf(page.body).find((one) => one.startsWith(path) || URL.parse(one)?.href.includes(path))
  if (link === undefined) throw new Undecided(`${from} has no link to ${path}`)
  return link
}

/** A request of the attacker. He chooses the headers, and chooses those of an honest browser. */
export function attackerGets(target: Target, url: string, cookies: Pair[]): Promise<Response> {
  const headers: Header[] = [
    ['User-Agent', USER_AGENT],
    ['Accept', 'text/html,application/xhtml+xml,*/*;q=0.8'],
    ['Sec-Fetch-Site', 'none'],
    ['Sec-Fetch-Mode', 'navigate'],
    ['Sec-Fetch-Dest', 'document'],
    ['Sec-Fetch-User', '?1'],
  ]
  if (cookies.length > 0) headers.push(['Cookie', cookies.map(([name, value]) => `${name}=${value}`).join('; ')])
  return send({ url, headers, address: target.address })
}

/** What these cookies open of the victim's: the card, or at least a page that takes their holder for the victim. */
export async function spoils(target: Target, victim: Victim, cookies: Pair[], query = ''): Promise<string | undefined> {
  const secret = await attackerGets(target, withQuery(at(target, target.secret.path), query), cookies)
  if (secret.body.includes(victim.card)) return `${target.secret.path} shows ${victim.user.name}'s card ${victim.card}`
  const who = await attackerGets(target, withQuery(at(target, target.whoami), query), cookies)
  if (who.body.includes(victim.user.name)) return `${target.whoami} says ${victim.user.name}`
  return undefined
}

export function withQuery(url: string, query: string): string {
  return query ? `${url}${url.includes('?') ? '&' : '?'}${query}` : url
}

/** Cookies for a sentence: enough to tell them apart. */
export function brief(cookies: Pair[]): string {
  const short = (value: string) => (value.length > 16 ? `${value.slice(0, 5)}…${value.slice(-5)}` : value)
  return cookies.map(([name, value]) => `${name}=${short(value)}`).join('; ')
}
