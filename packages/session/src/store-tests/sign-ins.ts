// Signing in: always a new token, the old one ended in the same step, and never against a revocation (E3, E12).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterwards, meanwhile } from '../testing/around.ts'
import { FakeBrowser } from '../testing/fake-exchange.ts'
import { addOne, code } from '../testing/site.ts'
import { arena, signedIn } from './arena.ts'
import type { OpenStore } from './under-test.ts'

export function signInTests(open: OpenStore): void {
  test('E3: the token from before the sign-in opens nothing after it, and what was stored comes along', async (t) => {
    const { here, there, settled } = await arena(t, open)
    const browser = new FakeBrowser()
    await browser.visit(here, (session) => session.update(addOne))
    const planted = browser.copy()
    await planted.visit(there)
    await browser.visit(here, (session) => session.signIn('alice'))
    await settled()
    for (const site of [here, there]) {
      assert.equal((await planted.copy().visit(site)).ended?.reason, 'rotated')
      const session = await browser.visit(site)
      assert.deepEqual([session.user, session.data.n], ['alice', 1])
    }
  })

  test('E3: of two sign-ins at once on one token, one continues the session and the other begins afresh', async (t) => {
    const { here, there } = await arena(t, open)
    const browser = new FakeBrowser()
    await browser.visit(here, (session) => session.update(addOne))
    const tabs = [browser.copy(), browser.copy()] as const
    const first = await tabs[0].open(here)
    const second = await tabs[1].open(there)
    await Promise.all([first.session.signIn('alice'), second.session.signIn('alice')])
    tabs[0].receive(first.exchange)
    tabs[1].receive(second.exchange)
    assert.notEqual(tabs[0].token, tabs[1].token)
    const sessions = [await tabs[0].visit(here), await tabs[1].visit(there)]
    assert.deepEqual(
      sessions.map(({ user }) => user),
      ['alice', 'alice'],
    )
    assert.deepEqual(sessions.map(({ data }) => data.n).sort(), [0, 1])
    assert.equal((await browser.visit(here)).ended?.reason, 'rotated')
  })

  test('E12: of two sign-ins at once where one may be, one lives', async (t) => {
    const { here, there, settled } = await arena(t, open, { limit: { max: 1, policy: 'end-oldest' } })
    const browsers = await Promise.all([signedIn(here).catch(toNull), signedIn(there).catch(toNull)])
    await settled()
    const users = await Promise.all(browsers.map(async (browser) => (await browser?.visit(here))?.user ?? null))
    assert.deepEqual(users.sort(), ['alice', null])
    assert.equal((await here.list('alice')).length, 1)
  })

  test('E3: another user who signs in over a live session gets none of its data, nor it his', async (t) => {
    const { here, there, settled } = await arena(t, open)
    const browser = await signedIn(here)
    const waiting = await browser.copy().open(there)
    const before = waiting.session.id
    const session = await browser.visit(here, (opened) => opened.signIn('bob'))
    assert.deepEqual([session.user, session.data.n], ['bob', 0])
    assert.notEqual(session.id, before)
    await settled()
    assert.equal(await waiting.session.isLive(), false)
    await assert.rejects(waiting.session.update(addOne), code('ERR_SESSION_ENDED'))
    assert.equal((await browser.visit(there)).data.n, 0)
    assert.deepEqual(await here.list('alice'), [])
  })

  for (const begun of [false, true]) {
    const from = begun ? 'over an anonymous session' : 'without a session'

    test(`E12: an end of all while a sign-in ${from} is under way defeats it`, async (t) => {
      const { clock, here, there, watch, settled } = await arena(t, open)
      const browser = new FakeBrowser()
      if (begun) await browser.visit(here, (session) => session.update(addOne))
      const before = browser.token
      watch.next(
        begun ? 'rotate' : 'create',
        meanwhile(() => there.endAll('alice')),
      )
      await assert.rejects(
        browser.visit(here, (session) => session.signIn('alice')),
        code('ERR_SIGN_IN_REVOKED'),
      )
      assert.equal(browser.token, before)
      assert.deepEqual(await there.list('alice'), [])
      clock.advance(1)
      await browser.visit(here, (session) => session.signIn('alice'))
      await settled()
      assert.equal((await browser.visit(there)).user, 'alice')
      assert.equal((await browser.visit(there)).data.n, begun ? 1 : 0)
    })

    test(`E12: an end of all right after a sign-in ${from} took effect ends it`, async (t) => {
      const { here, there, watch, settled } = await arena(t, open)
      const browser = new FakeBrowser()
      if (begun) await browser.visit(here, (session) => session.update(addOne))
      watch.next(
        begun ? 'rotate' : 'create',
        afterwards(() => there.endAll('alice')),
      )
      await browser.visit(here, (session) => session.signIn('alice'))
      await settled()
      for (const site of [here, there]) assert.equal((await browser.copy().visit(site)).ended?.reason, 'revoked')
    })
  }

  test('E8, E12: an end of all right after a write took effect is not hidden by what the writer remembers', async (t) => {
    const { here, there, watch, settled } = await arena(t, open)
    const browser = await signedIn(here)
    watch.next(
      'replace',
      afterwards(() => there.endAll('alice')),
    )
    await browser.visit(here, (session) => session.update(addOne))
    await settled()
    assert.equal((await browser.visit(here)).ended?.reason, 'revoked')
  })

  test('E12: a request that was opened before an end of all cannot sign in after it', async (t) => {
    const { clock, here, there, watch } = await arena(t, open, { freshness: 'strict' })
    const browser = new FakeBrowser()
    await browser.visit(here, (session) => session.update(addOne))
    // While the store is still being asked for the session.
    watch.next(
      'read',
      afterwards(async () => {
        await there.endAll('alice')
        clock.advance(1000)
      }),
    )
    const { session } = await browser.open(here)
    await assert.rejects(session.signIn('alice'), code('ERR_SIGN_IN_REVOKED'))
  })

  test('E12: all but the asking session are ended, in every process', async (t) => {
    const { here, there, settled } = await arena(t, open)
    const [mine, others] = [await signedIn(here), await signedIn(there)]
    await others.visit(here)
    await mine.visit(here, (session) => here.endAll('alice', { except: session.id }))
    await settled()
    for (const site of [here, there]) {
      assert.equal((await mine.visit(site)).user, 'alice')
      assert.equal((await others.copy().visit(site)).ended?.reason, 'revoked')
    }
  })
}

function toNull(): null {
  return null
}
