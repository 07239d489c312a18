/** An id that nobody issued: the attacker makes one up, and the site adopts it. */
import { defineAttack } from './attack.ts'
import { Browser } from './lib/browser.ts'
import type { Cookie } from './lib/cookie.ts'
import type { Pair } from './lib/jar.ts'
import { at, brief, settle, spoils } from './lib/people.ts'
import { cookieNames, invent, visitAsStranger } from './lib/plant.ts'

export const neverIssued = defineAttack('F3 an id that nobody issued', [], async (target) => {
  const seen = (await visitAsStranger(target)).jar.pairs(at(target, '/'))
  const invented = cookieNames(target, seen).map((name): Pair => [name, invent(seen.find(([n]) => n === name)?.[1])])
  const browser = new Browser(target.address)
  browser.jar.plant(invented.map(([name, value]) => byHand(name, value, new URL(target.url))))
  const victim = await settle(target, browser)
  if (invented.length === 0) return { got: false, evidence: 'no name is known under which to invent an id' }

  const got = await spoils(target, victim, invented)
  if (got) return { got: true, evidence: `${got}, to an invented ${brief(invented)}` }
  return { got: false, evidence: `the invented ${brief(invented)} was not adopted` }
})

/** A cookie as the site itself would set it: the attack is about the server, not about getting it into the jar. */
function byHand(name: string, value: string, url: URL): Cookie {
  const secure = name.startsWith('__') || url.protocol === 'https:'
  const rest = { hostOnly: true, path: '/', httpOnly: true, sameSite: 'lax', expires: undefined } as const
  return { name, value, domain: url.hostname, secure, created: Date.now(), ...rest }
}
