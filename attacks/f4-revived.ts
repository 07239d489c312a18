/**
 * The remedy of KB 900111 revives the dead. Its mark "signed out" belongs to the *user* and must be cleared "when the
 * customer eventually signs in again", and from then on the cookie from before is good again.
 */
import { defineAttack } from './attack.ts'
import { at, brief, enterCard, settle, signIn, signOut, spoils } from './lib/people.ts'

export const revived = defineAttack('F4 old cookie after the next sign-in', [], async (target) => {
  const victim = await settle(target)
  const frozen = victim.browser.jar.pairs(at(target, '/'))
  await signOut(target, victim.browser)
  const between = await spoils(target, victim, frozen)
  const notes = [`while she was away the cookie opened ${between ? 'everything' : 'nothing'}`]

  await signIn(target, victim.browser, victim.user)
  await enterCard(target, victim)
  const got = await spoils(target, victim, frozen)
  const evidence = got ? `${got}, to ${brief(frozen)} of the visit before` : `${brief(frozen)} stays dead`
  return { got: got !== undefined, evidence: `after sign-out and a new sign-in ${evidence}`, notes }
})
