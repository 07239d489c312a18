/**
 * The request that waited. Sites that lock a session serve its requests one after another, so an attacker with a planted
 * token can have requests waiting *inside the application* while the victim signs in. A new token at the answer comes
 * too late for them: when the sign-in lets go of the lock, they are served, with the victim's page.
 *
 * Who is served after whom is up to the application. The attack knows the order by the clock, because every waiting
 * request needs PACE ms of the lock to itself: one whose answer comes at least that long after the sign-in's answer began
 * after it. It tries again until one was served after the sign-in, and says *undecided* where that never came.
 */
import { defineAttack, Undecided } from './attack.ts'
import { Browser } from './lib/browser.ts'
import type { Response } from './lib/http.ts'
import { at, attackerGets, settle } from './lib/people.ts'
import { visitAsStranger } from './lib/plant.ts'
import type { Target } from './target.ts'

const PACE = 100
const WAITERS = 4
const ROUNDS = 12

export const waitingRequest = defineAttack('F3 request waiting during sign-in', ['slow'], async (target) => {
  const { user } = await settle(target)
  const stranger = await visitAsStranger(target)
  if (stranger.jar.all().length === 0)
    return { got: false, evidence: 'a stranger gets no cookie that could be planted' }
  for (let round = 1; round <= ROUNDS; round++) {
    const { late, pages } = await playRound(target)
    const stolen = pages.find(({ body }) => body.includes(user.name))
    const when = `round ${round}: ${late} of ${WAITERS} waiting requests were served after the sign-in`
    if (stolen) return { got: true, evidence: `${when}, and one brought ${user.name}'s page` }
    if (late > 0) return { got: false, evidence: `${when}, and none brought ${user.name}'s page` }
  }
  throw new Undecided(`in ${ROUNDS} rounds no waiting request was served after the sign-in`)
})

async function playRound(target: Target): Promise<{ late: number; pages: Response[] }> {
  const attacker = await visitAsStranger(target)
  const planted = attacker.jar.pairs(at(target, '/'))
  const browser = new Browser(target.address)
  browser.jar.plant([...attacker.jar.all()])
  // The sign-in form is open before the lock is taken: its page would have to wait as well.
  const form = await browser.prepare(target.url, target.signIn(target.users.victim))

  // The first one takes the lock and keeps it long enough for the others and the sign-in to queue up behind it.
  const ask = (ms: number) => attackerGets(target, at(target, target.slow!(ms)), planted)
  const first = ask(PACE * 6)
  await pause(PACE / 2)
  const waiters = Array.from({ length: WAITERS }, () => ask(PACE))
  await pause(PACE)
  const signingIn = browser.load(form.action, { ...form.how, follow: false })
  const pages = await Promise.all([first, ...waiters])
  const answer = await signingIn
  const who = await browser.load(at(target, target.whoami))
  if (!who.body.includes(target.users.victim.name)) throw new Undecided('the victim could not sign in')
  // 0.7: a timer may fire early, and answers may travel at different speeds.
  const late = pages.filter(({ firstByteAt }) => firstByteAt - answer.firstByteAt >= PACE * 0.7).length
  return { late, pages }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
