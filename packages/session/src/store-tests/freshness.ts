// What one process ends or changes, another that has it cached does not serve (E8).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Session } from '../session.ts'
import type { FakeBrowser } from '../testing/fake-exchange.ts'
import type { Basket, Site } from '../testing/site.ts'
import type { SessionId } from '../token.ts'
import { arena, signedIn } from './arena.ts'
import { HOUR, MINUTE, SECOND } from './fixtures.ts'
import type { OpenStore } from './under-test.ts'

type End = (there: Site, browser: FakeBrowser, session: Session<Basket>) => Promise<unknown>

const ENDS: readonly (readonly [how: string, end: End])[] = [
  ['signs out', (there, browser) => browser.visit(there, (session) => session.signOut())],
  ['rotates', (there, browser) => browser.visit(there, (session) => session.rotate())],
  ['signs in anew', (there, browser) => browser.visit(there, (session) => session.signIn('alice'))],
  ['is revoked', (there, _, { id }) => there.end(id as SessionId)],
  ['is revoked with all others', (there) => there.endAll('alice')],
  ['is revoked with all but another', (there) => there.endAll('alice', { except: 'another' as SessionId })],
  ['is one too many', (there) => signedIn(there)],
]

export function freshnessTests(open: OpenStore): void {
  for (const [how, end] of ENDS) {
    test(`E8: a session that ${how} in one process opens nothing in another that has it cached`, async (t) => {
      const { here, there, settled } = await arena(t, open, { limit: { max: 1, policy: 'end-oldest' } })
      const browser = await signedIn(here)
      const frozen = browser.copy()
      await settled()
      for (let n = 0; n < 3; n++) assert.equal((await frozen.visit(here)).user, 'alice')
      const long = await frozen.open(here)
      await end(there, browser, long.session)
      await settled()
      const session = await frozen.copy().visit(here)
      assert.deepEqual([session.user, session.id], [null, null])
      assert.notEqual(session.ended, null)
      assert.equal(await long.session.isLive(), false)
    })
  }

  test('E8: what one process wrote is read in another that has older data cached', async (t) => {
    const { here, there, settled } = await arena(t, open)
    const browser = await signedIn(here)
    await browser.visit(there)
    await browser.visit(here, (session) => session.update((data) => void data.items.push('book')))
    await settled()
    assert.deepEqual((await browser.visit(there)).data.items, ['book'])
  })

  test('E8: asked strictly, the store is read every time and no bound is needed', async (t) => {
    const { here, there } = await arena(t, open, { freshness: 'strict' })
    const browser = await signedIn(here)
    const frozen = browser.copy()
    await frozen.visit(there)
    await browser.visit(here, (session) => session.signOut())
    assert.equal((await frozen.visit(there)).ended?.reason, 'signed-out')
  })

  test('E5: a request in one process keeps the session alive in the other', async (t) => {
    const { clock, here, there } = await arena(t, open)
    const browser = await signedIn(here)
    for (let n = 0; n < 5; n++) {
      clock.advance(20 * MINUTE)
      const [active, other] = n % 2 ? [here, there] : [there, here]
      assert.equal((await browser.visit(active)).user, 'alice')
      await active.list('alice') // writes down what is pending
      clock.advance(20 * MINUTE)
      assert.equal((await browser.visit(other)).user, 'alice')
      await other.list('alice')
    }
  })

  test('E5: no request keeps a session alive beyond its absolute end, in any process', async (t) => {
    const { clock, here, there } = await arena(t, open, { renew: '10m' })
    const browser = await signedIn(here)
    let hours = 0
    for (; hours < 13 && (await browser.visit(here)).user === 'alice'; hours += 1 / 3) {
      await browser.visit(there, (session) => session.update((data) => void data.n++))
      await here.list('alice')
      await there.list('alice')
      clock.advance(HOUR / 3)
    }
    assert.equal(Math.round(hours), 12)
  })

  test('E3: a renewed token is honoured in every process until ten seconds after the new one was presented', async (t) => {
    const { clock, here, there, settled } = await arena(t, open, { renew: '1m' })
    const browser = await signedIn(here)
    const old = browser.copy()
    await old.visit(there)
    clock.advance(MINUTE)
    await browser.visit(here)
    assert.notEqual(browser.token, old.token)
    await settled()
    clock.advance(20 * SECOND)
    for (const site of [here, there]) assert.equal((await old.copy().visit(site)).user, 'alice')
    await browser.visit(there)
    await settled()
    clock.advance(10 * SECOND - 1)
    for (const site of [here, there]) assert.equal((await old.copy().visit(site)).user, 'alice')
    clock.advance(1)
    for (const site of [here, there]) assert.equal((await old.copy().visit(site)).ended?.reason, 'renewed')
    assert.equal((await browser.visit(here)).user, 'alice')
  })
}
