// F3, Paladion 2007: the cookie from before the sign-in, planted; and the requests that wait for the sign-in.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Pair } from '../../../../attacks/lib/jar.ts'
import { Attacker, Visitor } from './people.ts'
import { type Act, BrokenOff, type Scene } from './script.ts'
import type { Site } from './stage.ts'
import { ownerOf, short } from './wire.ts'

/** Many, so that the sign-in is hardly ever the last one that the shop gets to. */
const REQUESTS = 64
/** Milliseconds for which each of them keeps the session's lock. */
const PACE = 10
const ROUNDS = 6

export const fixed: Act = {
  failure: 'F3',
  name: 'fixed',
  source: 'Paladion 2007, ASP session cookies',
  about:
    'Cookie values "do not change" at sign-in. So the attacker fetches a cookie, plants it in the browser of his ' +
    'victim, and lets her sign in with it.',
  way: ['alice and attacker', 'shop'],

  async play(scene) {
    const site = await scene.open()
    const { alice, planted } = await untilSomeWaited(scene, site)
    return scene.step('alice orders, and the attacker comes back with the cookie that he planted.', async () => {
      await alice.order()
      const got = await new Attacker(scene, site).opens(planted, alice)
      scene.turn(got, "The attacker reads alice's card.", 'The planted cookie opens nothing.')
      return got ? 'planted cookie reads the card' : 'planted cookie opens nothing'
    })
  },
}

type Round = { alice: Visitor; planted: Pair[]; waited: boolean }

/** Who is served next is left to chance in the shop, as it is on ASP.NET and PHP: perhaps the sign-in comes last. */
async function untilSomeWaited(scene: Scene, site: Site): Promise<Round> {
  for (let i = 0; i < ROUNDS; i++) {
    const round = await playRound(scene, site)
    if (round.waited) return round
    scene.again('By chance the shop served the sign-in last, so that no request waited for it. Once more:')
  }
  throw new BrokenOff(`in ${ROUNDS} rounds no request waited for the sign-in`)
}

async function playRound(scene: Scene, site: Site): Promise<Round> {
  const alice = new Visitor(scene, site, 'alice')
  const stranger = new Visitor(scene, site, 'attacker')
  const { page: signIn, fields } = site.signIn(site.users.victim)

  const planted = await scene.step('The attacker opens the sign-in page, and gets a cookie.', async () => {
    await stranger.get(signIn)
    scene.must(stranger.cookies().length > 0, 'a stranger gets a cookie')
    return stranger.cookies()
  })
  const form = await scene.step("He plants it in alice's browser. She opens the sign-in page.", () => {
    alice.browser.jar.plant([...stranger.browser.jar.all()])
    return alice.get(signIn)
  })
  const begun = { served: site.served.length, reported: site.reported.length }
  const { answers } = await scene.step(
    'He sends requests with it, which wait in the shop: a session is served one request at a time.',
    async () => {
      const answers = new Attacker(scene, site).many(REQUESTS, site.slow!(PACE), planted)
      await sleep(PACE * 10) // until all of them have arrived
      return { answers }
    },
  )
  await scene.atOnce('alice signs in meanwhile.', async () => {
    scene.answer(await alice.fillIn(form, fields, 'user'))
    const same = short(alice.cookies()) === short(planted)
    scene.turn(same, 'Her cookie is the one from before.', `Her cookie is a new one: ${short(alice.cookies())}`)
  })
  const waited = await scene.atOnce('The requests that waited are answered.', async () => {
    const pages = await answers
    scene.answers(pages)
    pages.forEach((page) => {
      scene.mustWork(page)
    })
    const late = servedAfterSignIn(site.served.slice(begun.served))
    if (late.length === 0) return false
    const stolen = pages.filter((page) => ownerOf(page).user === alice.name).length
    const made = late.filter(({ user }) => user === alice.name).length
    const withheld = site.reported.slice(begun.reported).filter(({ type }) => type === 'answer-withheld').length
    scene.turn(
      stolen > 0,
      `He was sent a page for alice: ${stolen === 1 ? 'once' : `${stolen} times`}.`,
      withheld > 0
        ? `The shop made ${made} of them for alice; coatcheck withheld ${withheld}, hers among them.`
        : 'None of them brought a page for alice.',
    )
    return true
  })
  return { alice, planted, waited }
}

/** By the shop's own log: which of the requests that came before the sign-in were served after it. */
function servedAfterSignIn(log: Site['served']): Site['served'] {
  const signIn = log.findIndex(({ method, path }) => method === 'POST' && path === '/login')
  return log.slice(signIn + 1).filter(({ path }) => path === '/report')
}
