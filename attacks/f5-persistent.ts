/** "Persistent cookies are stored on a user's hard disk": the browser is closed, and the next person opens it. */
import { defineAttack } from './attack.ts'
import { Browser } from './lib/browser.ts'
import { at, brief, settle } from './lib/people.ts'

export const persistent = defineAttack('F5 cookie outlives the browser window', [], async (target) => {
  const victim = await settle(target)
  const reopened = new Browser(target.address, victim.browser.jar.afterClosing())
  const left = brief(reopened.jar.pairs(at(target, '/')))
  const who = await reopened.load(at(target, target.whoami))
  const got = who.body.includes(victim.user.name)
  const whom = got ? `is ${victim.user.name}` : 'is nobody'
  return { got, evidence: `whoever opens the browser again ${whom}, with ${left || 'no cookie left'}` }
})
