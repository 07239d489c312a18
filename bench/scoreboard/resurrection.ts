// A page is at work while the user signs out, and saves the session afterwards. Where a copy of the cookie is good after
// any sign-out, that it is good after this one says nothing: then only the browser's own cookies count.

import { defineAttack } from '../../attacks/attack.ts'
import { isSignedIn, signOutDuringWrite } from '../../attacks/f4-write-in-flight.ts'
import { at, brief, settle, signOut, spoils } from '../../attacks/lib/people.ts'
import type { Target } from '../../attacks/target.ts'

export const resurrection = defineAttack('F4 resurrection', ['slow'], async (target) => {
  const isGoodAnyway = await opensAfterSignOut(target)
  const { victim, frozen, order } = await signOutDuringWrite(target)
  const got = isGoodAnyway ? undefined : await spoils(target, victim, frozen)
  if (got) return { got: true, evidence: `after the write ${got}, to ${brief(frozen)}` }
  const end = `the write ended${order}`
  if (await isSignedIn(target, victim)) {
    return { got: true, evidence: `${end}, and its answer signed ${victim.user.name} in again` }
  }
  const browser = isGoodAnyway ? 'her browser stayed signed out, though a copy of its cookie is good anyway' : null
  return { got: false, evidence: `${end}, and ${browser ?? `${brief(frozen)} opens nothing`}` }
})

async function opensAfterSignOut(target: Target): Promise<boolean> {
  const victim = await settle(target)
  const frozen = victim.browser.jar.pairs(at(target, '/'))
  await signOut(target, victim.browser)
  return (await spoils(target, victim, frozen)) !== undefined
}
