// F2, KB 263730: the nine steps of "Steps to Reproduce this Problem", under their numbers.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '../../../../attacks/lib/browser.ts'
import { storableFor } from '../../../../attacks/lib/cache-rules.ts'
import { header } from '../../../../attacks/lib/http.ts'
import { isHit } from '../../../../attacks/lib/shared-cache.ts'
import { Visitor } from './people.ts'
import type { Act } from './script.ts'
import { ownerOf, short } from './wire.ts'

/** Seconds; 60 in the article. */
const REISSUE = 0.3
const SHOWN = ['x-cache', 'set-cookie']
const IMAGE = '/images/cup.svg'

export const cached: Act = {
  failure: 'F2',
  name: 'cached',
  source: 'KB 263730, Microsoft Site Server, 2002',
  about:
    'A cache on the way keeps a page together with its Set-Cookie, and hands both to the next visitor, "even when ' +
    'the user has not attempted to log on". Client A is alice, client B is bob.',
  way: ['alice and bob', 'cache', 'shop'],

  async play(scene) {
    const site = await scene.open({ cache: true, faults: { reissue: REISSUE, fixed: false } })
    const alice = new Visitor(scene, site, 'alice')
    const bob = new Visitor(scene, site, 'bob')

    const asked = await scene.step('Client A requests a page that is for signed-in users.', () =>
      alice.ask(site.secret.path),
    )
    const form = await scene.step('Client A is led to the sign-in page.', () => {
      scene.answer(asked)
      const location = header(asked, 'location')
      scene.must(location !== undefined, 'a stranger is sent to the sign-in page')
      return alice.get(location!)
    })
    const signedIn = await scene.step('Client A enters name and password.', () =>
      alice.fillIn(form, site.signIn(site.users.victim).fields, 'user'),
    )
    await scene.step('The server sets the cookie, and leads Client A back to the page.', async () => {
      scene.answer(signedIn)
      await alice.order()
    })
    const pages = await scene.step(
      `Client A browses. With the content the shop issues the cookie again, every ${REISSUE} s (there: 60 s).`,
      async () => {
        const found: Page[] = []
        for (const ask of [() => alice.ask('/'), () => alice.image(IMAGE)]) {
          await sleep(REISSUE * 1000 + 20)
          found.push(await ask())
          scene.answer(found.at(-1)!)
        }
        const carrying = found.filter((page) => header(page, 'set-cookie') !== undefined).length
        scene.turn(carrying > 0, `${carrying} of ${found.length} answers carry it.`, 'No answer carries a cookie.')
        return found
      },
    )
    await scene.atOnce('The cache on the way keeps what it may, and Set-Cookie does not hinder it.', () => {
      for (const page of pages) {
        const seconds = storableFor('GET', [], page)
        const what = `${new URL(page.url).pathname} says ${header(page, 'cache-control')}`
        scene.note(`${what}: ${seconds > 0 ? `kept for ${seconds} s` : 'not kept'}`)
      }
    })
    const home = await scene.atOnce('Client B, behind the same cache, requests the same content.', () => bob.ask('/'))
    await scene.atOnce('The cache answers: what it kept, it returns as it is.', async () => {
      scene.answer(home, SHOWN)
      const image = await bob.image(IMAGE)
      scene.answer(image, SHOWN)
      scene.must(isHit(image), 'a picture, which is for everybody, comes from the cache')
      scene.turn(
        ownerOf(home).user === alice.name,
        `bob is shown alice's page, and takes her cookie: ${short(bob.cookies())}`,
        'bob gets a page of his own; the picture still comes from the cache.',
      )
    })
    return scene.step('Client B makes requests of its own, with the cookie that it was given.', async () => {
      const page = await bob.get(site.secret.path, SHOWN)
      scene.mustWork(page)
      const { user, card } = ownerOf(page)
      const isAlice = user === alice.name || card === alice.card
      scene.turn(isAlice, 'bob never signed in. He is alice, and reads her card.', 'bob is nobody.')
      return isAlice ? 'bob is alice, never signed in' : 'bob is nobody'
    })
  },
}
