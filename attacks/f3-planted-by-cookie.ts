/**
 * Seed 002: "cookie values do not change between unauthenticated pages and authenticated application area". The
 * attacker takes a cookie, puts it into the victim's browser (a sibling host, a borrowed machine, a script), waits
 * until she signs in, and comes in with the same cookie.
 */
import { defineAttack } from './attack.ts'
import { Browser } from './lib/browser.ts'
import { at, brief, settle, spoils } from './lib/people.ts'
import { visitAsStranger } from './lib/plant.ts'

export const plantedByCookie = defineAttack('F3 planted token, by cookie', [], async (target) => {
  const attacker = await visitAsStranger(target)
  const planted = attacker.jar.pairs(at(target, '/'))
  const browser = new Browser(target.address)
  browser.jar.plant([...attacker.jar.all()])
  const victim = await settle(target, browser)
  if (planted.length === 0) return { got: false, evidence: 'a stranger gets no cookie that could be planted' }

  const got = await spoils(target, victim, planted)
  if (got) return { got: true, evidence: `${got}, to the cookie that was there before sign-in: ${brief(planted)}` }
  return { got: false, evidence: `after sign-in ${brief(planted)} opens nothing` }
})
