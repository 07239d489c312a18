// Opening a request's session: what a cookie opens, what one that ended opens, and what never begins.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionId } from './index.ts'
import type { SessionsOptions } from './options.ts'
import { memory } from './stores/memory.ts'
import { watched } from './testing/around.ts'
import { CROSS_SITE_POST, FakeBrowser, FakeExchange } from './testing/fake-exchange.ts'
import { addOne, type Basket, code, eventsOf, FakeClock, type Site, siteOn } from './testing/site.ts'

const MINUTE = 60_000
const COOKIE = '__Host-Http-sid'

function setUp(options: Partial<SessionsOptions<Basket>> = {}) {
  const clock = new FakeClock()
  const watch = watched(memory())
  const site = siteOn(watch.store, clock, options)
  return { clock, watch, site, events: eventsOf(site), browser: new FakeBrowser() }
}

async function signIn(site: Site, browser: FakeBrowser): Promise<void> {
  await browser.visit(site, (session) => session.signIn('alice'))
}

test('E6: a visitor without a cookie costs no store access and gets no cookie until something is stored', async () => {
  const { watch, site, events, browser } = setUp()
  const { session, exchange } = await browser.open(site)
  assert.deepEqual([session.id, session.user, session.ended, session.data], [null, null, null, { n: 0, items: [] }])
  assert.equal(await session.isLive(), true)
  await session.rotate()
  await session.signOut()
  assert.equal(watch.calls.size, 0)
  assert.equal(exchange.setCookies.size, 0)
  assert.deepEqual(events, [])
  await session.update(addOne)
  assert.equal(exchange.setCookies.size, 1)
})

test('R3: a request that looked for a session has a personal answer, found or not', async () => {
  const { site, browser } = setUp()
  assert.equal((await browser.open(site)).exchange.isPersonal, true)
})

for (const value of [
  '',
  'x',
  'A'.repeat(42),
  'A'.repeat(44),
  `${'A'.repeat(42)}B`,
  `"${'A'.repeat(43)}"`,
  '%41'.repeat(43),
]) {
  test(`E6: a cookie that no token ever was (${value.slice(0, 12)}…, ${value.length} characters) is not looked up`, async () => {
    const { watch, site } = setUp()
    const session = await site.openExchange(new FakeExchange(`${COOKIE}=${value}`))
    assert.deepEqual([session.id, session.ended], [null, null])
    assert.equal(watch.calls.size, 0)
  })
}

test('E4: a token that was never issued is not adopted, and is no event', async () => {
  const { site, events } = setUp()
  const planted = 'A'.repeat(43)
  const exchange = new FakeExchange(`${COOKIE}=${planted}`)
  const session = await site.openExchange(exchange)
  assert.deepEqual([session.id, session.ended], [null, null])
  assert.deepEqual(events, [])
  await session.update(addOne)
  assert.ok(!exchange.setCookies.get(COOKIE)?.includes(planted))
})

test('E4: a token of another site on the same store is one that never existed', async () => {
  const { clock, watch, site, browser } = setUp()
  await signIn(site, browser)
  const shop = siteOn(watch.store, clock, { site: 'another' })
  const session = await browser.visit(shop)
  assert.deepEqual([session.user, session.ended], [null, null])
  assert.deepEqual(await shop.list('alice'), [])
  assert.equal(await shop.endAll('alice'), 0)
  assert.equal((await browser.visit(site)).user, 'alice')
})

test('R7: of two cookies of our name neither is used, and it is reported', async () => {
  const { watch, site, events, browser } = setUp()
  await signIn(site, browser)
  const before = watch.calls.get('read')
  const session = await site.openExchange(new FakeExchange(`${browser.cookies}; ${COOKIE}=${'A'.repeat(43)}`))
  assert.equal(session.id, null)
  assert.equal(watch.calls.get('read'), before)
  assert.deepEqual(events.at(-1), { type: 'duplicate-cookie', count: 2, address: '192.0.2.1' })
})

test('E4: a token that was signed out says so: late within a minute, then a replay', async () => {
  const { clock, site, events, browser } = setUp()
  await signIn(site, browser)
  const frozen = browser.copy()
  const { id } = await browser.visit(site)
  const at = new Date(clock.now)
  await browser.visit(site, (session) => session.signOut())
  clock.advance(MINUTE - 1)
  const late = await frozen.open(site)
  assert.deepEqual(late.session.ended, { id, reason: 'signed-out', signedIn: true, at, late: true })
  assert.deepEqual(events.at(-1), { type: 'late', id, reason: 'signed-out' })
  clock.advance(1)
  const replay = await frozen.open(site)
  assert.deepEqual(replay.session.ended, { id, reason: 'signed-out', signedIn: true, at, late: false })
  assert.deepEqual(events.at(-1), { type: 'replay', id, reason: 'signed-out', address: '192.0.2.1' })
})

test('E4: a token that timed out is expired, which is no replay', async () => {
  const { clock, site, events, browser } = setUp()
  await signIn(site, browser)
  const { id } = await browser.visit(site)
  clock.advance(31 * MINUTE)
  const session = await browser.visit(site)
  assert.deepEqual([session.user, session.ended?.reason], [null, 'idle'])
  assert.deepEqual(events.at(-1), { type: 'expired', id, reason: 'idle' })
})

test('E4: signing out and in again does not revive the old token', async () => {
  const { site, browser } = setUp()
  await signIn(site, browser)
  const frozen = browser.copy()
  await browser.visit(site, (session) => session.signOut())
  await signIn(site, browser)
  assert.equal((await frozen.visit(site)).ended?.reason, 'signed-out')
  assert.equal((await browser.visit(site)).user, 'alice')
})

test('R4: a late request gets no deletion and begins no session, but a verified sign-in mints', async () => {
  const { site, browser } = setUp()
  await browser.visit(site, (session) => session.update(addOne))
  const frozen = browser.copy()
  await signIn(site, browser)
  const { session, exchange } = await frozen.open(site)
  await assert.rejects(session.update(addOne), code('ERR_SESSION_ENDED'))
  await session.rotate()
  assert.equal(exchange.setCookies.size, 0)
  await session.signIn('alice')
  assert.deepEqual([session.user, session.data.n, session.ended], ['alice', 0, null])
  assert.equal(exchange.setCookies.size, 1)
})

test('R4: a token that was ended from elsewhere is cleared at once, and so is one after its minute', async () => {
  const { clock, site, browser } = setUp()
  await signIn(site, browser)
  const frozen = browser.copy()
  await site.endAll('alice')
  await browser.visit(site)
  assert.equal(browser.cookies, undefined)
  clock.advance(MINUTE)
  await frozen.visit(site, (session) => session.update(addOne))
  assert.equal((await frozen.visit(site)).data.n, 1)
})

test('R5: a token that came over plain http is ended and reported, and opens nothing on https', async () => {
  const { site, events, browser } = setUp()
  await signIn(site, browser)
  const { id } = await browser.visit(site)
  const { session, exchange } = await browser.open(site, { secure: false })
  assert.deepEqual([session.user, session.ended?.reason], [null, 'exposed'])
  assert.equal(exchange.setCookies.size, 0)
  assert.deepEqual(events.at(-1), { type: 'exposed', id, address: '192.0.2.1' })
  assert.equal((await browser.visit(site)).ended?.reason, 'exposed')
})

test('R5: of several tokens that came over plain http each is ended, though none is used', async () => {
  const { site, events, browser } = setUp()
  await signIn(site, browser)
  const planted = new FakeBrowser()
  await planted.visit(site, (session) => session.update(addOne))
  const both = new FakeExchange(`${browser.cookies}; ${planted.cookies}; ${browser.cookies}`, { secure: false })
  const session = await site.openExchange(both)
  assert.deepEqual([session.id, session.user], [null, null])
  assert.deepEqual(
    events.filter(({ type }) => type === 'duplicate-cookie' || type === 'exposed').map(({ type }) => type),
    ['duplicate-cookie', 'exposed', 'exposed', 'exposed'],
  )
  for (const copy of [browser, planted]) assert.equal((await copy.visit(site)).ended?.reason, 'exposed')
})

test('R4: a sign-out whose token another request has just rotated ends the session that goes on', async () => {
  for (const renewed of [false, true]) {
    const { clock, site, events, browser } = setUp({ idle: 'off' })
    await signIn(site, browser)
    const overtaken = browser.copy()
    if (renewed) {
      clock.advance(60 * MINUTE)
      await browser.visit(site) // renews
      await browser.visit(site) // confirms
      clock.advance(10_000)
    } else await browser.visit(site, (session) => session.rotate())
    const session = await overtaken.visit(site, (opened) => opened.signOut())
    assert.equal(session.ended?.reason, renewed ? 'renewed' : 'rotated')
    assert.equal(overtaken.cookies, undefined)
    assert.equal(events.at(-1)?.type, 'ended')
    assert.equal((await browser.visit(site)).ended?.reason, 'signed-out')
    assert.deepEqual(await site.list('alice'), [])
  }
})

test('E3: a sign-out with a planted token from before the sign-in signs nobody out', async () => {
  const { site, browser } = setUp()
  await browser.visit(site, (session) => session.update(addOne))
  const attacker = browser.copy()
  await signIn(site, browser)
  await attacker.visit(site, (session) => session.signOut())
  assert.equal((await browser.visit(site)).user, 'alice')
})

test('R4: a sign-out with an overtaken token ends nothing where another site asks for it, or after its minute', async () => {
  const { clock, site, browser } = setUp({ idle: 'off' })
  await signIn(site, browser)
  const overtaken = browser.copy()
  await browser.visit(site, (session) => session.rotate())
  await overtaken.copy().visit(site, (session) => session.signOut(), { method: 'POST', fetchSite: 'same-site' })
  assert.equal((await browser.visit(site)).user, 'alice')
  clock.advance(MINUTE)
  await overtaken.visit(site, (session) => session.signOut())
  assert.equal((await browser.visit(site)).user, 'alice')
})

test('R5: over plain http no session begins and nobody signs in, and the error says what to do', async () => {
  const { watch, site, browser } = setUp()
  const { session, exchange } = await browser.open(site, { secure: false })
  await assert.rejects(session.update(addOne), code('ERR_INSECURE_TRANSPORT'))
  await assert.rejects(session.signIn('alice'), /trustedProxies/)
  assert.equal(exchange.setCookies.size, 0)
  assert.equal(watch.calls.size, 0)
})

test('R6: an unsafe request from another site with a session is refused and reported', async () => {
  const { site, events, browser } = setUp()
  await signIn(site, browser)
  const { id } = await browser.visit(site)
  await assert.rejects(browser.open(site, CROSS_SITE_POST), code('ERR_CROSS_ORIGIN'))
  assert.deepEqual(events.at(-1), { type: 'cross-origin', id, origin: 'https://evil.test' })
  assert.equal((await browser.visit(site)).user, 'alice')
})

test('R8: a cross-site POST without the cookie begins nothing, signs nobody in and gets no Set-Cookie', async () => {
  const { watch, site, browser } = setUp()
  const { session, exchange } = await browser.open(site, CROSS_SITE_POST)
  await assert.rejects(session.update(addOne), code('ERR_CROSS_SITE'))
  await assert.rejects(session.signIn('mallory'), code('ERR_CROSS_SITE'))
  assert.equal(exchange.setCookies.size, 0)
  assert.equal(watch.calls.size, 0)
})

test('R8: a cross-site POST with a token that ended gets no Set-Cookie either', async () => {
  const { site, browser } = setUp()
  await signIn(site, browser)
  await site.endAll('alice')
  const { session, exchange } = await browser.open(site, CROSS_SITE_POST)
  assert.equal(session.ended?.reason, 'revoked')
  assert.equal(exchange.setCookies.size, 0)
})

test('E4: sessions are listed and ended by their ids, without a token in sight', async () => {
  const { clock, site, events, browser } = setUp()
  await signIn(site, browser)
  const started = clock.now
  clock.advance(5 * MINUTE)
  await browser.visit(site)
  const [listed, ...others] = await site.list('alice')
  assert.deepEqual(others, [])
  const { id, user, createdAt, lastSeenAt, endsAt, client } = listed ?? assert.fail('nothing is listed')
  assert.deepEqual([user, createdAt.getTime(), lastSeenAt.getTime()], ['alice', started, started + 5 * MINUTE])
  assert.equal(endsAt.getTime(), started + 12 * 60 * MINUTE)
  assert.equal(client.address, '192.0.2.1')
  assert.ok(!JSON.stringify([listed, events]).includes(browser.token))
  assert.equal(await site.end(id), true)
  assert.equal(await site.end(id), false)
  assert.equal(await site.end('nobody' as SessionId), false)
  assert.equal((await browser.visit(site)).ended?.reason, 'revoked')
})

test('E9: after close nothing is answered, rather than answered wrongly', async () => {
  const { site, browser } = setUp()
  await signIn(site, browser)
  const { session } = await browser.open(site)
  await site.close()
  await assert.rejects(browser.open(site), code('ERR_CLOSED'))
  await assert.rejects(new FakeBrowser().open(site), code('ERR_CLOSED'))
  await assert.rejects(session.update(addOne), code('ERR_CLOSED'))
})
