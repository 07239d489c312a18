/** What the three planted tokens of F3 share: where the attacker gets one, and the doors he then tries it on. */
import type { Target } from '../target.ts'
import { Browser } from './browser.ts'
import type { Pair } from './jar.ts'
import { at, brief, spoils, type Victim } from './people.ts'

/** What a site gives to a stranger who looks at its front page and at its sign-in form. */
export async function visitAsStranger(target: Target): Promise<Browser> {
  const browser = new Browser(target.address)
  await browser.load(at(target, '/'))
  await browser.load(at(target, target.signIn(target.users.victim).page))
  return browser
}

/** A value that nobody issued, as long as the sample and of the same letters. */
export function invent(sample = 'A'.repeat(43)): string {
  const pattern = 'Chosen-by-the-attacker-'
  return [...sample].map((char, i) => (/[a-z0-9]/i.test(char) ? letterAt(pattern, i) : char)).join('')
}

function letterAt(pattern: string, i: number): string {
  return pattern[i % pattern.length]!.replace('-', '0')
}

/** The names under which the site, or the application behind it, may read an id from a cookie. */
export function cookieNames(target: Target, seen: Pair[]): string[] {
  return [...new Set([...seen.map(([name]) => name), ...(target.applicationCookies ?? [])])]
}

/** Tries one value on every door: as each cookie, and as each query parameter. */
export async function tryDoors(target: Target, victim: Victim, value: string, names: string[]) {
  for (const name of names) {
    const got = await spoils(target, victim, [[name, value]])
    if (got) return `${got}, to whoever sends Cookie: ${brief([[name, value]])}`
  }
  for (const name of target.idParameters ?? []) {
    const query = `${name}=${encodeURIComponent(value)}`
    const got = await spoils(target, victim, [], query)
    if (got) return `${got}, to whoever asks for it with ?${brief([[name, value]])}`
  }
  return undefined
}
