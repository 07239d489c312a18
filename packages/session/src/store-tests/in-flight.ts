// A write is under way when its session ends: it is dropped, its caller is told, and nothing comes back (E1).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Session } from '../session.ts'
import type { Limit } from '../store.ts'
import { meanwhile } from '../testing/around.ts'
import { FakeBrowser } from '../testing/fake-exchange.ts'
import { addOne, type Basket, code } from '../testing/site.ts'
import type { SessionId } from '../token.ts'
import { type Arena, arena, signedIn } from './arena.ts'
import { HOUR, MINUTE } from './fixtures.ts'
import type { OpenStore } from './under-test.ts'

type End = (arena: Arena, browser: FakeBrowser) => Promise<unknown>

const ONE: Limit = { max: 1, policy: 'end-oldest' }

const ENDS: readonly (readonly [how: string, end: End])[] = [
  ['signed out', ({ there }, browser) => browser.visit(there, (session) => session.signOut())],
  ['rotated', ({ there }, browser) => browser.visit(there, (session) => session.rotate())],
  ['rotated by a sign-in of the same user', ({ there }, browser) => browser.visit(there, (s) => s.signIn('alice'))],
  ['rotated by a sign-in of another user', ({ there }, browser) => browser.visit(there, (s) => s.signIn('bob'))],
  ['revoked by its id', async ({ there }, browser) => there.end((await browser.visit(there)).id as SessionId)],
  ['revoked with all of the user’s', ({ there }) => there.endAll('alice')],
  ['ended by the limit', ({ there }) => signedIn(there)],
  ['exposed on plain http', ({ there }, browser) => browser.copy().visit(there, () => {}, { secure: false })],
]

export function inFlightTests(open: OpenStore): void {
  for (const [how, end] of ENDS) {
    test(`E1: a write in flight while its session is ${how} is dropped, and the caller is told`, async (t) => {
      const all = await arena(t, open, { limit: ONE })
      const { here, there, watch, settled } = all
      const browser = await signedIn(here)
      const late = browser.copy()
      const { session } = await late.open(here)
      watch.next(
        'replace',
        meanwhile(() => end(all, browser)),
      )
      await assert.rejects(session.update(addOne), code('ERR_SESSION_ENDED'))
      await settled()
      for (const site of [here, there]) {
        const again = await late.copy().visit(site)
        assert.equal(again.id, null)
        assert.notEqual(again.ended, null)
        // What took its place, if anything did, has none of it.
        assert.notEqual((await browser.visit(site)).data.n, 2)
      }
      await assert.rejects(session.update(addOne), code('ERR_SESSION_ENDED'))
    })
  }

  for (const [how, time, reason] of [
    ['idle end', 31 * MINUTE, 'idle'],
    ['absolute end', 13 * HOUR, 'absolute'],
  ] as const) {
    test(`E10: a write whose session comes to its ${how} meanwhile is dropped, and the session ended`, async (t) => {
      const { clock, here, there, settled } = await arena(t, open)
      const browser = await signedIn(here)
      const { session } = await browser.open(here)
      const update = session.update((data) => {
        clock.advance(time)
        data.n++
      })
      await assert.rejects(update, code('ERR_SESSION_ENDED'))
      assert.equal(session.ended?.reason, reason)
      await settled()
      assert.equal((await browser.copy().visit(there)).ended?.reason, reason)
    })
  }

  test('E1: a write whose session was swept after its end begins no new one in its place', async (t) => {
    const { clock, here, store } = await arena(t, open)
    const browser = await signedIn(here)
    const { session, exchange } = await browser.open(here)
    clock.advance(13 * HOUR)
    await store.sweep(clock.now, 100)
    await assert.rejects(session.update(addOne), code('ERR_SESSION_ENDED'))
    assert.equal(session.id, null)
    assert.equal(exchange.setCookies.size, 0)
  })

  test('E3: a write in flight while its session is renewed is applied, once', async (t) => {
    const { clock, here, there, watch, settled } = await arena(t, open, { renew: '1m' })
    const browser = await signedIn(here)
    const { session } = await browser.open(here, { fetchMode: 'cors' })
    clock.advance(MINUTE)
    watch.next(
      'replace',
      meanwhile(() => browser.visit(there)),
    )
    await session.update(addOne)
    await settled()
    assert.equal((await browser.visit(here)).data.n, 2)
    assert.equal((await browser.visit(there)).data.n, 2)
  })

  test('E1: a sign-out in flight ends the session also where it was renewed meanwhile', async (t) => {
    const { clock, here, there, watch, settled } = await arena(t, open, { renew: '1m' })
    const browser = await signedIn(here)
    const { session } = await browser.open(here, { fetchMode: 'cors' })
    clock.advance(MINUTE)
    watch.next(
      'end',
      meanwhile(() => browser.visit(there)),
    )
    await session.signOut()
    await settled()
    assert.equal((await browser.visit(there)).ended?.reason, 'signed-out')
  })

  test('G3: a long request goes on through some renewals, but not past the end of its session', async (t) => {
    for (const renewals of [1, 4, 5, 16, 17]) {
      const { clock, here, there, settled } = await arena(t, open, { renew: '1m', idle: 'off' })
      const browser = await signedIn(here)
      const { session } = await browser.open(here)
      for (let renewal = 0; renewal < renewals; renewal++) {
        clock.advance(MINUTE)
        await browser.visit(there)
      }
      await settled()
      assert.equal(await session.isLive(), renewals <= 16, `after ${renewals} renewals`)
      await browser.visit(there, (opened) => opened.signOut())
      await settled()
      assert.equal(await session.isLive(), false, `signed out after ${renewals} renewals`)
    }
  })

  test('E1: a sign-out in flight ends the session also where its token was rotated meanwhile', async (t) => {
    const { here, there, watch } = await arena(t, open)
    const browser = await signedIn(here)
    const other = browser.copy()
    const { session } = await browser.open(here)
    watch.next(
      'end',
      meanwhile(() => other.visit(there, (opened) => opened.rotate())),
    )
    await session.signOut()
    assert.equal((await other.visit(there)).ended?.reason, 'signed-out')
  })

  test('E3: a sign-out in flight with a token from before a sign-in does not sign out who signed in', async (t) => {
    const { here, there, watch } = await arena(t, open)
    const browser = new FakeBrowser()
    await browser.visit(here, (opened) => opened.update(addOne))
    const { session } = await browser.copy().open(here)
    watch.next(
      'end',
      meanwhile(() => browser.visit(there, (opened) => opened.signIn('alice'))),
    )
    await session.signOut()
    assert.equal((await browser.visit(there)).user, 'alice')
  })

  for (const swept of [false, true]) {
    test(`E3: a sign-out after the link’s ten seconds (${swept ? 'swept' : 'not swept'}) ends the session`, async (t) => {
      const { clock, here, there, store, settled } = await arena(t, open, { renew: '1m' })
      const browser = await signedIn(here)
      const slow = browser.copy()
      const { session } = await slow.open(here, { fetchMode: 'cors' })
      clock.advance(MINUTE)
      await browser.visit(there)
      await browser.visit(there)
      clock.advance(11_000)
      if (swept) await store.sweep(clock.now, 100)
      await session.signOut()
      await settled()
      assert.equal((await browser.visit(there)).ended?.reason, 'signed-out')
    })
  }

  for (const call of ['rotate', 'replace'] as const) {
    const act = (session: Session<Basket>) => (call === 'rotate' ? session.rotate() : session.update(addOne))

    test(`E1: after a write (${call}) found the session signed out, a sign-in begins afresh`, async (t) => {
      const { here, there, watch } = await arena(t, open)
      const browser = await signedIn(here)
      const { session, exchange } = await browser.open(here)
      watch.next(
        call,
        meanwhile(() => browser.copy().visit(there, (other) => other.signOut())),
      )
      await assert.rejects(act(session), code('ERR_SESSION_ENDED'))
      assert.equal(exchange.setCookies.size, 0)
      await session.signIn('alice')
      assert.equal(session.data.n, 0)
      browser.receive(exchange)
      assert.equal((await browser.visit(here)).user, 'alice')
    })
  }
}
