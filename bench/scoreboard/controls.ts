// A2: what must be so before any verdict counts. Nobody, somebody with an id that was never issued, and another user with
// his own cookies do not get the victim's page; the victim does, and the other user gets his own.

import { Undecided } from '../../attacks/attack.ts'
import { Browser } from '../../attacks/lib/browser.ts'
import type { Pair } from '../../attacks/lib/jar.ts'
import { at, settle, signIn, spoils } from '../../attacks/lib/people.ts'
import { invent } from '../../attacks/lib/plant.ts'
import type { Target } from '../../attacks/target.ts'

/** @throws Undecided that says which control failed */
export async function controls(target: Target): Promise<void> {
  const victim = await settle(target) // and nobody
  const cookies = victim.browser.jar.pairs(at(target, '/'))
  const invented = cookies.map(([name, value]): Pair => [name, invent(value)])
  await nothing(spoils(target, victim, invented), 'a control failed: with invented cookies')
  const other = new Browser(target.address)
  await signIn(target, other, target.users.other)
  await nothing(
    spoils(target, victim, other.jar.pairs(at(target, '/'))),
    'a control failed: with the other user’s cookies',
  )
}

async function nothing(got: Promise<string | undefined>, when: string): Promise<void> {
  const what = await got
  if (what !== undefined) throw new Undecided(`${when} ${what}`)
}
