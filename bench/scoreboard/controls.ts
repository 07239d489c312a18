// A2: what must be so before any verdict counts. Nobody, somebody with an id that was never issued, and another user with
// his own cookies do not get the victim's page; the victim does, the other user gets his own, and none when he signed out.

import { Undecided } from '../../attacks/attack.ts'
import { Browser } from '../../attacks/lib/browser.ts'
import type { Pair } from '../../attacks/lib/jar.ts'
import { at, settle, signIn, signOut, spoils } from '../../attacks/lib/people.ts'
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
  await signOut(target, other)
  const who = await other.load(at(target, target.whoami))
  if (who.body.includes(target.users.other.name)) throw new Undecided('a control failed: who signs out stays signed in')
}

async function nothing(got: Promise<string | undefined>, when: string): Promise<void> {
  const what = await got
  if (what !== undefined) throw new Undecided(`${when} ${what}`)
}
