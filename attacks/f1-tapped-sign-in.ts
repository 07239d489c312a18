/** The victim's bookmark of the sign-in page is an http one, and she signs in wherever the site shows her the form. */
import { defineAttack } from './attack.ts'
import { Browser } from './lib/browser.ts'
import { harvest, withTap } from './lib/doors.ts'
import { settle, type Victim } from './lib/people.ts'
import type { Target } from './target.ts'

export const tappedSignIn = defineAttack('F1 tapped at sign-in from http', ['doors'], (target) =>
  withTap(target, async (tap, tapped, https) => {
    const browser = new Browser(target.address)
    const page = await browser.load(tapped + target.signIn(target.users.victim).page)
    const shownAt = new URL(page.url).origin
    const victim = await settleWhereShown({ ...target, url: shownAt }, https, browser)
    const outcome = await harvest(tap, https, victim)
    return { ...outcome, notes: [`the sign-in form was shown over ${shownAt.split(':')[0]}`] }
  }),
)

/** A site may show the form over http and let nobody in there: then she goes to https. */
async function settleWhereShown(shown: Target, https: Target, browser: Browser): Promise<Victim> {
  try {
    return await settle(shown, browser)
  } catch (error) {
    if (shown.url === new URL(https.url).origin) throw error
    return settle(https, browser)
  }
}
