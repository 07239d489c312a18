/** Which of a user's cookies are the ones that matter: those without which the page does not open. */
import { Undecided } from '../attack.ts'
import type { Target } from '../target.ts'
import type { Cookie } from './cookie.ts'
import type { Pair } from './jar.ts'
import { at, attackerGets, type Victim } from './people.ts'

export async function openingCookies(target: Target, victim: Victim): Promise<Cookie[]> {
  const cookies = victim.browser.jar.for(at(target, target.secret.path))
  const opens = async (tried: Cookie[]) => {
    const pairs = tried.map(({ name, value }): Pair => [name, value])
    return (await attackerGets(target, at(target, target.secret.path), pairs)).body.includes(victim.card)
  }
  if (!(await opens(cookies))) throw new Undecided('the cookies of the victim do not open her page')
  const needed: Cookie[] = []
  for (const cookie of cookies) if (!(await opens(cookies.filter((other) => other !== cookie)))) needed.push(cookie)
  // Where each of two cookies is enough by itself, none is needed, and both matter.
  return needed.length > 0 ? needed : cookies
}
