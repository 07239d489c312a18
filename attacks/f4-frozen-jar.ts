/** KB 900111, seed 004: "that cookie can be used to authenticate to the server after SignOut has been called". */
import { defineAttack } from './attack.ts'
import { at, brief, settle, signOut, spoils } from './lib/people.ts'

export const frozenJar = defineAttack('F4 frozen jar after sign-out', [], async (target) => {
  const victim = await settle(target)
  const frozen = victim.browser.jar.pairs(at(target, '/'))
  await signOut(target, victim.browser)

  const got = await spoils(target, victim, frozen)
  if (got) return { got: true, evidence: `after sign-out ${got}, to the copied ${brief(frozen)}` }
  return { got: false, evidence: `after sign-out ${brief(frozen)} opens nothing` }
})
