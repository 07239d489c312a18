/** OWASP, seed 003: "the same browser also sharing the same session ID in a multi user environment". */
import { defineAttack } from './attack.ts'
import { at, settle, signIn } from './lib/people.ts'

export const otherUser = defineAttack('F3 next user on the same browser', [], async (target) => {
  const { browser, card, user } = await settle(target)
  const { other } = target.users
  await signIn(target, browser, other)

  const page = await browser.load(at(target, target.secret.path))
  const got = page.body.includes(card)
  const what = got ? `shows ${user.name}'s card ${card}` : `shows nothing of ${user.name}'s`
  return { got, evidence: `${other.name} signed in after ${user.name}, and ${target.secret.path} ${what}` }
})
