// What an application does with a session: update, sign in, rotate, renew, sign out.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memory } from './stores/memory.ts'
import { loseAnswer, watched } from './testing/around.ts'
import { FakeBrowser } from './testing/fake-exchange.ts'
import { addOne, type Basket, code, eventsOf, FakeClock, type Site, siteOn } from './testing/site.ts'
import type { SessionId } from './token.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const COOKIE = '__Host-Http-sid'

function setUp(options: Parameters<typeof siteOn>[2] = {}) {
  const clock = new FakeClock()
  const watch = watched(memory())
  const site = siteOn(watch.store, clock, options)
  return { clock, watch, site, events: eventsOf(site), browser: new FakeBrowser() }
}

test('E2: an update may alter its copy or return another, and resolves to what a later read returns', async () => {
  const { site, browser } = setUp()
  await browser.visit(site, async (session) => {
    await session.update((data) => void data.items.push('book'))
    await session.update((data) => ({ ...data, n: 7 }))
    assert.deepEqual(session.data, { n: 7, items: ['book'] })
  })
  assert.deepEqual((await browser.visit(site)).data, { n: 7, items: ['book'] })
})

test('E2: data that is not written by an update cannot be changed', async () => {
  const { site, browser } = setUp()
  const session = await browser.visit(site, (opened) => opened.update(addOne))
  assert.throws(() => void (session.data as Basket).items.push('book'), TypeError)
  await assert.rejects(session.update((async () => {}) as never), code('ERR_ARGUMENT'))
})

for (const [what, value] of [
  ['a Date', new Date()],
  ['a Map', new Map()],
  ['NaN', Number.NaN],
  ['a function', () => {}],
  ['a hole', new Array(1)],
] as const) {
  test(`E2: what JSON would change is refused, not changed: ${what}`, async () => {
    const { site, browser } = setUp()
    await browser.visit(site, async (session) => {
      const update = session.update((data) => void (data.items as unknown[]).push(value))
      await assert.rejects(update, code('ERR_DATA'))
      assert.deepEqual(session.data.items, [])
    })
  })
}

test('E3: every sign-in mints a token, keeps the id of the same visitor and moves the absolute end', async () => {
  const { clock, site, browser } = setUp()
  const tokens = new Set<string>()
  const anonymous = await browser.visit(site, (session) => session.update(addOne))
  tokens.add(browser.token)
  for (const methods of [['pwd'], ['pwd', 'otp']]) {
    clock.advance(10 * MINUTE)
    const session = await browser.visit(site, (opened) => opened.signIn('alice', { methods }))
    tokens.add(browser.token)
    assert.deepEqual([session.id, session.methods, session.data.n], [anonymous.id, methods, 1])
    assert.equal(session.authenticatedAt?.getTime(), clock.now)
    assert.equal(session.endsAt?.getTime(), clock.now + 12 * HOUR)
  }
  await browser.visit(site, (session) => session.rotate())
  tokens.add(browser.token)
  assert.equal(tokens.size, 4)
})

test('E5: a rotation that is no authentication leaves the absolute end where it is', async () => {
  const { clock, site, browser, events } = setUp()
  const first = await browser.visit(site, (session) => session.signIn('alice', { methods: ['pwd'] }))
  clock.advance(20 * MINUTE)
  const second = await browser.visit(site, (session) => session.rotate())
  assert.deepEqual([second.endsAt, second.authenticatedAt], [first.endsAt, first.authenticatedAt])
  assert.deepEqual([second.user, second.methods, second.id], ['alice', ['pwd'], first.id])
  assert.deepEqual(events.at(-1), { type: 'rotated', id: first.id })
})

for (const [carry, expected] of [
  [true, { n: 1, items: ['book'] }],
  [false, { n: 0, items: [] }],
  [['items'], { n: 0, items: ['book'] }],
] as const) {
  test(`E3: of what an anonymous visitor stored, carry ${JSON.stringify(carry)} takes along what it says`, async () => {
    const { site, browser } = setUp()
    await browser.visit(site, (session) => session.update(() => ({ n: 1, items: ['book'] })))
    const session = await browser.visit(site, (opened) => opened.signIn('alice', { carry }))
    assert.deepEqual(session.data, expected)
  })
}

test('E3: signing in as another user starts empty, whatever carry says', async () => {
  const { site, browser, events } = setUp()
  const alice = await browser.visit(site, async (session) => {
    await session.signIn('alice')
    await session.update(addOne)
  })
  const { id } = alice
  const bob = await browser.visit(site, (session) => session.signIn('bob', { carry: true }))
  assert.deepEqual([bob.user, bob.data.n], ['bob', 0])
  assert.notEqual(bob.id, id)
  assert.ok(events.some((event) => event.type === 'ended' && event.id === id && event.user === 'alice'))
})

test('E3: a page load renews the token every `renew`; other requests do not, and nothing else changes', async () => {
  const { clock, site, browser, events } = setUp({ renew: '10m' })
  const first = await browser.visit(site, (session) => session.signIn('alice'))
  const { token } = browser
  clock.advance(10 * MINUTE)
  await browser.visit(site, () => {}, { fetchMode: 'cors', fetchDest: 'empty' })
  assert.equal(browser.token, token)
  const second = await browser.visit(site)
  assert.notEqual(browser.token, token)
  assert.deepEqual([second.id, second.endsAt, second.user], [first.id, first.endsAt, 'alice'])
  assert.deepEqual(events.at(-1), { type: 'renewed', id: first.id })
})

test('E3: of two page loads at once one renews; the other goes on with the token that it has', async () => {
  const { clock, site, browser } = setUp({ renew: '10m' })
  await browser.visit(site, (session) => session.signIn('alice'))
  clock.advance(10 * MINUTE)
  const [first, second] = await Promise.all([browser.open(site), browser.copy().open(site)])
  assert.equal(first.exchange.setCookies.size + second.exchange.setCookies.size, 1)
  await Promise.all([first.session.update(addOne), second.session.update(addOne)])
  assert.equal((await browser.visit(site)).data.n, 2)
})

for (const [how, end] of [
  ['a sign-out', (site: Site, browser: FakeBrowser) => browser.visit(site, (session) => session.signOut())],
  ['a rotation', (site: Site, browser: FakeBrowser) => browser.visit(site, (session) => session.rotate())],
  ['its idle end', (_site: Site, _browser: FakeBrowser, clock: FakeClock) => clock.advance(31 * MINUTE)],
] as const) {
  test(`E3: a request outlives the renewals of its token, and ends with its session by ${how}`, async () => {
    const { clock, site, browser } = setUp({ renew: '10m', idle: '30m' })
    await browser.visit(site, (session) => session.update(addOne))
    const { session: stream } = await browser.open(site)
    for (let renewals = 0; renewals < 20; renewals++) {
      clock.advance(11 * MINUTE)
      await browser.visit(site)
      assert.equal(await stream.isLive(), true)
      await browser.visit(site) // the new token is presented, and the old one's ten seconds begin
      clock.advance(11_000)
      assert.equal(await stream.isLive(), true, `${renewals}`)
    }
    await end(site, browser, clock)
    assert.equal(await stream.isLive(), false)
  })
}

for (const renewals of [1, 17]) {
  for (const how of ['a sign-out', 'endAll', 'end by id'] as const) {
    test(`E3: a request that was silent through ${renewals} renewals, forgotten since, ends by ${how}`, async () => {
      const { watch, clock, site, browser } = setUp({ renew: '10m', idle: 'off' })
      await browser.visit(site, (session) => session.signIn('alice'))
      const [waiting, other] = [await browser.open(site), await browser.open(site)]
      for (let i = 0; i < renewals; i++) {
        clock.advance(11 * MINUTE)
        await browser.visit(site)
        await browser.visit(site) // the new token is presented, and the old one's ten seconds begin
        clock.advance(11_000)
        await watch.store.sweep(clock.now, 1000)
      }
      assert.equal(await other.session.isLive(), renewals === 1, 'after too many renewals nobody can follow it')
      if (how === 'a sign-out') await browser.visit(site, (session) => session.signOut())
      else if (how === 'endAll') await site.endAll('alice')
      else await site.end(waiting.session.id as SessionId)
      assert.equal(await waiting.session.isLive(), false)
      assert.equal(await other.session.isLive(), false)
    })
  }
}

test('E5: lifetimes that were shortened count for sessions that began before, and survive a renewal', async () => {
  const { clock, watch, site, browser } = setUp({ renew: '10m' })
  await browser.visit(site, (session) => session.signIn('alice'))
  const shorter = siteOn(watch.store, clock, { renew: '10m', absolute: '1h' })
  for (let n = 0; n < 5; n++) {
    clock.advance(10 * MINUTE)
    const session = await browser.visit(shorter)
    assert.equal(session.user, 'alice')
    if (n % 2 === 0) await browser.visit(shorter, (opened) => opened.update(addOne))
  }
  clock.advance(10 * MINUTE)
  assert.equal((await browser.visit(shorter)).ended?.reason, 'absolute')
})

test('R1: the cookie is the browser session’s own, unless *remember me* was chosen', async () => {
  const { clock, site, browser } = setUp()
  const { session, exchange } = await browser.open(site)
  await session.signIn('alice')
  const line = exchange.setCookies.get(COOKIE) ?? ''
  assert.match(line, /^__Host-Http-sid=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/)
  await session.signIn('alice', { remember: true })
  const end = new Date(clock.now + 30 * 24 * HOUR)
  assert.ok(exchange.setCookies.get(COOKIE)?.endsWith(`; Expires=${end.toUTCString()}`))
  await session.signOut()
  const deletion = '__Host-Http-sid=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0; Expires='
  assert.ok(exchange.setCookies.get(COOKIE)?.startsWith(deletion))
})

test('R1: reading, touching and updating set no cookie', async () => {
  const { clock, site, browser } = setUp()
  await browser.visit(site, (session) => session.signIn('alice'))
  clock.advance(20 * MINUTE)
  const { session, exchange } = await browser.open(site)
  await session.update(addOne)
  assert.equal(exchange.setCookies.size, 0)
})

test('R2: once the headers are out no token is minted, and a sign-out still ends the session', async () => {
  const { site, browser } = setUp()
  await browser.visit(site, (session) => session.signIn('alice'))
  const { session, exchange } = await browser.open(site)
  exchange.headersSent = true
  await assert.rejects(session.rotate(), code('ERR_HEADERS_SENT'))
  await assert.rejects(session.signIn('alice'), code('ERR_HEADERS_SENT'))
  await session.update(addOne)
  await session.signOut()
  assert.equal(exchange.setCookies.size, 0)
  assert.equal((await browser.visit(site)).ended?.reason, 'signed-out')
})

test('E12: one session too many is refused where the policy says so, and the visitor stays who he was', async () => {
  const { site, browser } = setUp({ limit: { max: 1, policy: 'refuse' } })
  await new FakeBrowser().visit(site, (session) => session.signIn('alice'))
  await browser.visit(site, (session) => session.update(addOne))
  const { token } = browser
  await assert.rejects(
    browser.visit(site, (session) => session.signIn('alice')),
    code('ERR_SESSION_LIMIT'),
  )
  assert.equal(browser.token, token)
  assert.equal((await browser.visit(site)).data.n, 1)
})

test('E2: a sign-out puts its deletion on the answer, ends the session and leaves nothing to read', async () => {
  const { watch, site, browser } = setUp()
  await browser.visit(site, async (session) => {
    await session.signIn('alice')
    await session.update(addOne)
  })
  watch.next('end', loseAnswer)
  const session = await browser.visit(site, (opened) => opened.signOut())
  assert.deepEqual([session.user, session.id, session.data.n], [null, null, 0])
  assert.equal(session.ended?.reason, 'signed-out')
  assert.equal(browser.cookies, undefined)
})

for (const user of ['', 'x'.repeat(513), 'a\0b', undefined, 7]) {
  test(`signIn refuses a user that is none: ${JSON.stringify(user)?.slice(0, 12)}`, async () => {
    const { site, browser } = setUp()
    const { session } = await browser.open(site)
    await assert.rejects(session.signIn(user as string), code('ERR_ARGUMENT'))
  })
}
