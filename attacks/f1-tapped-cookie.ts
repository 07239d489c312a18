/**
 * Q274149, seed 000: "if the user goes from an HTTPS connection, and then back to HTTP, the cookie is readable", and
 * whoever replays it reads the card on the order confirmation page.
 */
import { defineAttack } from './attack.ts'
import { Browser } from './lib/browser.ts'
import { harvest, withTap } from './lib/doors.ts'
import { settle } from './lib/people.ts'

export const tappedCookie = defineAttack('F1 tapped after sign-in over https', ['doors'], (target) =>
  withTap(target, async (tap, tapped, https) => {
    const browser = new Browser(target.address)
    // An old http bookmark first: what http gives her before sign-in must not become the https session either.
    await browser.load(`${tapped}/`)
    const victim = await settle(https, browser)
    const page = await browser.load(`${tapped}/`)
    await browser.load(tapped + target.image, { from: page.url, dest: 'image' })
    await browser.load(tapped + target.secret.path)
    return harvest(tap, https, victim)
  }),
)
