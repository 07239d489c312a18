/**
 * Sliding for ever, seed 004: "you should also use absolute expiration instead of sliding expiration". Somebody with a
 * copy of the cookie asks for a page now and then, takes whatever new cookies come, and stays as long as he likes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { defineAttack, Undecided } from './attack.ts'
import { Browser } from './lib/browser.ts'
import { at, settle } from './lib/people.ts'

export const sliding = defineAttack('F4 sliding for ever', ['lifetime'], async (target) => {
  const { idle, absolute } = target.lifetime!
  // Her session began somewhere between the two; a slow site takes seconds to sign in.
  const notBefore = performance.now()
  const victim = await settle(target)
  const notAfter = performance.now()
  const thief = new Browser(target.address, victim.browser.jar.copy())
  const age = (from = notAfter) => (performance.now() - from) / 1000
  const isIn = async () => (await thief.load(at(target, target.whoami))).body.includes(victim.user.name)

  // Longer than the absolute lifetime, and longer than idle: else it would prove nothing to be still there.
  const end = Math.max(absolute, idle) + 0.6
  while (age() < end) {
    await sleep((idle * 1000) / 4)
    const before = age(notBefore)
    if (await isIn()) continue
    if (before < Math.min(absolute, idle)) throw new Undecided(`signed out already after ${before.toFixed(1)} s`)
    return { got: false, evidence: `over after ${before.toFixed(1)} s, although used all the time` }
  }
  return { got: true, evidence: `still ${victim.user.name} after ${age().toFixed(1)} s; ${absolute} s were the limit` }
})
