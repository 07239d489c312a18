/**
 * A page is still at work while the victim signs out, and saves its session afterwards. Stores that know only `set` bring
 * the session back (expressjs/session#632, CVE-2025-46336); an answer that sets the cookie again undoes the sign-out in
 * the browser.
 *
 * Where sites lock a session, the sign-out itself may have to wait in the application until the write is done. So what
 * counts is when it was asked for: by the time it is answered it must have taken effect, over the write as well.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { defineAttack, Undecided } from './attack.ts'
import type { Pair } from './lib/jar.ts'
import { at, brief, settle, signOut, spoils, type Victim } from './lib/people.ts'
import type { Target } from './target.ts'

const WRITE_TAKES = 700

export const writeInFlight = defineAttack('F4 write in flight during sign-out', ['slow'], async (target) => {
  const { victim, frozen, order } = await signOutDuringWrite(target)
  const got = await spoils(target, victim, frozen)
  if (got) return { got: true, evidence: `after the write ${got}, to ${brief(frozen)}` }
  if (await isSignedIn(target, victim)) {
    return { got: true, evidence: `the late answer signed ${victim.user.name} in again` }
  }
  return { got: false, evidence: `the write ended${order}, and ${brief(frozen)} opens nothing` }
})

export type SignedOut = { victim: Victim; frozen: Pair[]; order: string }

/** Resolves when both are over: the sign-out, and the page that was at work while it was asked for. */
export async function signOutDuringWrite(target: Target): Promise<SignedOut> {
  const victim = await settle(target)
  const { browser } = victim
  const frozen = browser.jar.pairs(at(target, '/'))
  const from = at(target, '/')
  const writing = browser.load(at(target, target.slow!(WRITE_TAKES)), { from, follow: false })
  await sleep(WRITE_TAKES / 4)
  const askedAt = performance.now()
  await signOut(target, browser)
  const answeredAt = performance.now()
  const written = await writing
  // Where its answer is cut off at the sign-out, the site goes on writing all the same, and nobody hears of it.
  const writtenAt = written.whole ? written.endedAt : askedAt + WRITE_TAKES
  if (!written.whole) await sleep(Math.max(0, writtenAt - performance.now()))
  // A quarter of its time is gone; half of it must still have been to come, or there was no write under way.
  if (writtenAt < askedAt + WRITE_TAKES / 2) throw new Undecided('the write ended before its time')
  const order = `${written.whole ? '' : ', cut off,'} ${writtenAt < answeredAt ? 'before' : 'after'} the sign-out was answered`
  return { victim, frozen, order }
}

export async function isSignedIn(target: Target, { browser, user }: Victim): Promise<boolean> {
  const who = await browser.load(at(target, target.whoami))
  return who.body.includes(user.name)
}
