// The connection died after a write was sent. Every write is settled by sending it again, or nobody claims to know (E2).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NotApplied } from '../store.ts'
import { type Around, loseAnswer, loseRequest } from '../testing/around.ts'
import { FakeBrowser } from '../testing/fake-exchange.ts'
import { addOne, code, eventsOf } from '../testing/site.ts'
import type { SessionId } from '../token.ts'
import { type Arena, arena, signedIn } from './arena.ts'
import { MINUTE } from './fixtures.ts'
import type { OpenStore } from './under-test.ts'

const LOSSES: readonly (readonly [what: string, lose: Around])[] = [
  ['answer', loseAnswer],
  ['request', loseRequest],
]

export function lostAnswerTests(open: OpenStore): void {
  for (const [what, lose] of LOSSES) {
    test(`E2: an update whose ${what} got lost is applied exactly once`, async (t) => {
      const { here, watch } = await arena(t, open)
      const browser = await signedIn(here)
      watch.next('replace', lose)
      await browser.visit(here, (session) => session.update(addOne))
      assert.equal((await browser.visit(here)).data.n, 2)
    })

    test(`E2: a first update whose ${what} got lost begins one session`, async (t) => {
      const { here, watch } = await arena(t, open)
      const browser = new FakeBrowser()
      watch.next('create', lose)
      await browser.visit(here, (session) => session.update(addOne))
      assert.equal((await browser.visit(here)).data.n, 1)
    })

    for (const begun of [false, true]) {
      const from = begun ? 'over an anonymous session' : 'without a session'
      test(`E2: a sign-in ${from} whose ${what} got lost yields one working session`, async (t) => {
        const { here, there, watch } = await arena(t, open, { limit: { max: 1, policy: 'refuse' } })
        const browser = new FakeBrowser()
        if (begun) await browser.visit(here, (session) => session.update(addOne))
        const planted = browser.copy()
        watch.next(begun ? 'rotate' : 'create', lose)
        await browser.visit(here, (session) => session.signIn('alice'))
        const session = await browser.visit(there)
        assert.deepEqual([session.user, session.data.n], ['alice', begun ? 1 : 0])
        assert.equal((await there.list('alice')).length, 1)
        assert.equal((await planted.visit(there)).id, null)
      })
    }

    test(`E2: a sign-out whose ${what} got lost is a sign-out`, async (t) => {
      const { here, there, watch, settled } = await arena(t, open)
      const browser = await signedIn(here)
      const frozen = browser.copy()
      await frozen.visit(there)
      watch.next('end', lose)
      await browser.visit(here, (session) => session.signOut())
      await settled()
      assert.equal(browser.cookies, undefined)
      for (const site of [here, there]) assert.equal((await frozen.copy().visit(site)).ended?.reason, 'signed-out')
    })

    test(`E2: an end of all whose ${what} got lost is one`, async (t) => {
      const { here, there, watch, settled } = await arena(t, open)
      const browser = await signedIn(there)
      watch.next('endAll', lose)
      assert.equal(await here.endAll('alice'), 1)
      await settled()
      assert.equal((await browser.visit(there)).ended?.reason, 'revoked')
    })

    test(`E2: an end by id whose ${what} got lost is one`, async (t) => {
      const { here, there, watch, settled } = await arena(t, open)
      const browser = await signedIn(there)
      const { id } = await browser.visit(there)
      watch.next('endById', lose)
      assert.equal(await here.end(id as SessionId), true)
      await settled()
      assert.equal((await browser.visit(there)).ended?.reason, 'revoked')
    })
  }

  test('E2: an update whose answer got lost and whose session was renewed then is applied exactly once', async (t) => {
    const { clock, here, there, watch, settled } = await arena(t, open, { renew: '1m' })
    const browser = await signedIn(here)
    const { session } = await browser.open(here, { fetchMode: 'cors' })
    clock.advance(MINUTE)
    watch.next('replace', async (call) => {
      await call()
      await browser.visit(there)
      throw new Error('the connection was closed before the answer came')
    })
    await session.update(addOne)
    await settled()
    assert.equal((await browser.visit(there)).data.n, 2)
  })

  test('E2: an update whose answer got lost is settled though thirty others came after it', async (t) => {
    const { update, counted } = await lostBefore(await arena(t, open), 31)
    await update
    assert.equal(await counted(), 1 + 1 + 31)
  })

  test('E2: an update whose answer got lost, before so many others that its trace is gone, is unknown', async (t) => {
    const { update, counted } = await lostBefore(await arena(t, open), 32)
    await assert.rejects(update, code('ERR_WRITE_UNKNOWN'))
    assert.equal(await counted(), 1 + 1 + 32)
  })

  test('E2: an update whose answers all got lost is unknown, and no other error', async (t) => {
    const { here, watch } = await arena(t, open)
    const browser = await signedIn(here)
    const events = eventsOf(here)
    for (let n = 0; n < 3; n++) watch.next('replace', loseRequest)
    await browser.visit(here, (session) => assert.rejects(session.update(addOne), code('ERR_WRITE_UNKNOWN')))
    assert.equal(events.filter(({ type }) => type === 'store-error').length, 3)
    await browser.visit(here, (session) => session.update(addOne))
    assert.equal((await browser.visit(here)).data.n, 2)
  })

  test('E2: a write that certainly did not take effect is said so, unless an earlier attempt may have', async (t) => {
    const { here, watch } = await arena(t, open)
    const browser = await signedIn(here)
    const refuse: Around = async () => {
      throw new NotApplied('the server refuses connections')
    }
    watch.next('replace', refuse)
    await browser.visit(here, (session) => assert.rejects(session.update(addOne), code('ERR_STORE_UNAVAILABLE')))
    for (const around of [loseRequest, refuse, refuse]) watch.next('replace', around)
    await browser.visit(here, (session) => assert.rejects(session.update(addOne), code('ERR_WRITE_UNKNOWN')))
    assert.equal((await browser.visit(here)).data.n, 1)
  })

  test('E2: an update whose answers all got lost is done where the record says so', async (t) => {
    const { here, watch } = await arena(t, open)
    const browser = await signedIn(here)
    for (let n = 0; n < 3; n++) watch.next('replace', loseAnswer)
    const session = await browser.visit(here, (opened) => opened.update(addOne))
    assert.equal(session.data.n, 2)
    assert.equal((await browser.visit(here)).data.n, 2)
  })

  test('E2: a sign-out that cannot be confirmed deletes the cookie, is refused here, and fails loudly', async (t) => {
    const { clock, here, there, watch, settled } = await arena(t, open, { renew: '1m' })
    const browser = await signedIn(here)
    const old = browser.copy()
    clock.advance(MINUTE)
    await browser.visit(here) // renewed: the old token is a link
    const frozen = browser.copy()
    for (let n = 0; n < 3; n++) watch.next('end', loseRequest)
    const leaving = browser.visit(here, (session) => session.signOut())
    await assert.rejects(leaving, code('ERR_WRITE_UNKNOWN'))
    assert.equal(browser.cookies, undefined)
    for (const jar of [old, frozen]) {
      const session = await jar.copy().visit(here)
      assert.deepEqual([session.user, session.ended?.reason, session.ended?.late], [null, 'signed-out', true])
    }
    clock.advance(2 * MINUTE)
    const later = await frozen.copy().visit(here)
    assert.deepEqual([later.user, later.ended?.late], [null, false])
    // What another process says depends on whether the store got to know: that is what the error is for.
    await settled()
    assert.equal((await frozen.copy().visit(there)).user, 'alice')
  })
}

/** An update that takes effect; before its answer gets lost, `others` more are made elsewhere. */
async function lostBefore({ here, there, watch, settled }: Arena, others: number) {
  const browser = await signedIn(here)
  watch.next('replace', async (call) => {
    await call()
    for (let n = 0; n < others; n++) await browser.copy().visit(there, (session) => session.update(addOne))
    throw new Error('the connection was closed before the answer came')
  })
  const counted = async () => {
    await settled()
    return (await browser.visit(there)).data.n
  }
  const update = browser.copy().visit(here, (session) => session.update(addOne))
  return { update, counted }
}
