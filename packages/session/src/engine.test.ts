// The engine between a request and its store: what it serves from its cache, and what it does when the store fails.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Events } from './events.ts'
import { Housekeeping } from './housekeeping.ts'
import type { Session } from './session.ts'
import type { Lookup, SessionRecord } from './store.ts'
import { memory } from './stores/memory.ts'
import { type Around, afterwards, watched } from './testing/around.ts'
import { FakeBrowser } from './testing/fake-exchange.ts'
import { addOne, type Basket, code, eventsOf, FakeClock, siteOn } from './testing/site.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

async function signedIn(options: Parameters<typeof siteOn>[2] = {}) {
  const clock = new FakeClock()
  const watch = watched(memory())
  const site = siteOn(watch.store, clock, options)
  const browser = new FakeBrowser()
  await browser.visit(site, (session) => session.signIn('alice'))
  return { clock, watch, site, browser, events: eventsOf(site) }
}

/** The store answers, but its record is another than was written. */
function altered(change: Partial<SessionRecord>): Around {
  return async (call) => {
    const lookup = (await call()) as Lookup & { state: 'live' }
    return { ...lookup, record: { ...lookup.record, ...change } }
  }
}

const unreachable: Around = async () => {
  throw new Error('connect ECONNREFUSED')
}

test('E8: a warm read asks the store for nothing but its proof', async () => {
  const { watch, site, browser } = await signedIn()
  await browser.visit(site)
  const before = watch.calls.get('read') ?? 0
  for (let n = 0; n < 5; n++) assert.equal((await browser.visit(site)).user, 'alice')
  assert.equal(watch.calls.get('read') ?? 0, before)
})

test('E8: asked strictly, the store is read every time', async () => {
  const { watch, site, browser } = await signedIn({ freshness: 'strict' })
  const before = watch.calls.get('read') ?? 0
  for (let n = 0; n < 5; n++) assert.equal((await browser.visit(site)).user, 'alice')
  assert.equal(watch.calls.get('read'), before + 5)
})

test('E8: the proof is compared at each read: no pause, however long or short, lets a stale entry through', async () => {
  const { clock, watch, site, browser } = await signedIn({ idle: 'off' })
  const another = siteOn(watch.store, clock)
  await browser.visit(site)
  clock.advance(HOUR)
  // No turn of the event loop lies between the change and the read.
  const revoking = another.endAll('alice')
  const reading = browser.visit(site)
  assert.equal((await reading).ended?.reason, 'revoked')
  await revoking
})

test('E8: what changed while it was being read is not kept', async () => {
  const { clock, watch, browser } = await signedIn()
  const cold = siteOn(watch.store, clock)
  const another = siteOn(watch.store, clock)
  watch.next(
    'read',
    afterwards(() => another.endAll('alice')),
  )
  assert.equal((await browser.copy().visit(cold)).user, 'alice', 'it was asked for before the end')
  assert.equal((await browser.copy().visit(cold)).ended?.reason, 'revoked')
})

test('E9: where the store does not answer, a visitor is unknown, never anonymous, and keeps his cookie', async () => {
  const { watch, site, browser } = await signedIn({ freshness: 'strict' })
  const exchange = browser.request()
  watch.next('read', unreachable)
  await assert.rejects(site.openExchange(exchange), code('ERR_STORE_UNAVAILABLE'))
  assert.equal(exchange.setCookies.size, 0)
  const { session } = await browser.open(site)
  watch.next('read', unreachable)
  await assert.rejects(session.isLive(), code('ERR_STORE_UNAVAILABLE'))
  watch.next('read', unreachable)
  await assert.rejects(session.update(addOne), code('ERR_STORE_UNAVAILABLE'))
  watch.next('list', unreachable)
  await assert.rejects(site.list('alice'), code('ERR_STORE_UNAVAILABLE'))
  assert.equal((await browser.visit(site)).user, 'alice')
})

for (const [what, change] of [
  ['of format 2', { format: 2 }],
  ['of format 2 and past its end, as this release reads it', { format: 2, absoluteEnd: 0 }],
  ['whose data fails its tag', { sealed: new Uint8Array(64) }],
  ['whose data key fails its tag', { wrappedKey: new Uint8Array(64) }],
  ['whose data is cut off', { sealed: new Uint8Array(3) }],
] as const) {
  test(`E9, E11: a record ${what} is unreadable, not ended and not absent`, async () => {
    const { watch, site, browser, events } = await signedIn({ freshness: 'strict' })
    watch.next('read', altered(change))
    const exchange = browser.request()
    await assert.rejects(site.openExchange(exchange), code('ERR_RECORD_UNREADABLE'))
    assert.equal(exchange.setCookies.size, 0)
    assert.equal(watch.calls.get('end'), undefined)
    assert.deepEqual(events, [])
    assert.equal((await browser.visit(site)).user, 'alice')
  })
}

test('E5: a session is refused between idle − throttle and idle after the last request, never later', async () => {
  const idle = 60 * SECOND
  const throttle = idle / 20
  const gaps = fc.array(fc.oneof(fc.integer({ min: 0, max: 2 * throttle }), fc.integer({ min: 50_000, max: 61_000 })))
  await fc.assert(
    fc.asyncProperty(gaps, async (chosen) => {
      const { clock, site, browser } = await signedIn({ idle: 60 })
      for (const gap of chosen) {
        clock.advance(gap)
        const { user } = await browser.visit(site)
        if (gap <= idle - throttle) assert.equal(user, 'alice')
        if (gap >= idle) assert.equal(user, null)
        if (user === null) return
      }
    }),
    { numRuns: 200 },
  )
})

const JUDGED: readonly (readonly [string, (session: Session<Basket>) => Promise<void>])[] = [
  ['an update', (session) => session.update(addOne)],
  ['a rotation', (session) => session.rotate()],
  ['a sign-in', (session) => session.signIn('alice')],
]

for (const [what, act] of JUDGED) {
  test(`E5: ${what} is judged by the last request, though it is not written down yet`, async () => {
    const { clock, site, browser } = await signedIn({ idle: 60 })
    const { id } = await browser.visit(site)
    clock.advance(50 * SECOND)
    const { session } = await browser.open(site)
    clock.advance(50 * SECOND)
    await act(session)
    assert.equal(session.id, id)
  })
}

test('E5: a read and a sweep, too, count a request that is not written down yet', async () => {
  const { clock, watch, site, browser } = await signedIn({ idle: 60, freshness: 'strict' })
  clock.advance(50 * SECOND)
  await browser.visit(site)
  clock.advance(50 * SECOND)
  assert.equal((await browser.visit(site)).user, 'alice')

  const [listed] = await site.list('alice') // writes down what is pending
  const housekeeping = new Housekeeping(watch.store, () => clock.now, new Events())
  clock.advance(50 * SECOND)
  housekeeping.seen(listed?.id ?? assert.fail(), clock.now)
  clock.advance(50 * SECOND)
  await housekeeping.sweep()
  assert.equal((await watch.store.list('default', 'alice', clock.now)).length, 1)
  await housekeeping.stop()
})

test('E5: touches that could not be written are written with the next', async () => {
  const { clock, watch, site, browser } = await signedIn()
  clock.advance(5 * MINUTE)
  await browser.visit(site)
  watch.next('touch', unreachable)
  await assert.rejects(site.list('alice'), code('ERR_STORE_UNAVAILABLE'))
  const [listed] = await site.list('alice')
  assert.equal(listed?.lastSeenAt.getTime(), clock.now)
})

test('E5: a cached last-seen time proves life, never expiry: the store is asked before a session is refused', async () => {
  const { clock, watch, site, browser } = await signedIn({ idle: 60 })
  const elsewhere = siteOn(watch.store, clock, { idle: 60 })
  await browser.visit(site)
  clock.advance(50 * SECOND)
  await browser.visit(elsewhere)
  await elsewhere.list('alice') // writes down what is pending
  clock.advance(50 * SECOND)
  assert.equal((await browser.visit(site)).user, 'alice')
})

test('E5: touches are throttled, set no cookie, and passive requests do not touch', async () => {
  const { clock, watch, site, browser } = await signedIn()
  for (let n = 0; n < 100; n++) {
    clock.advance(SECOND / 2)
    await browser.visit(site)
  }
  await site.list('alice')
  assert.equal(watch.calls.get('touch'), undefined)
  clock.advance(MINUTE)
  await browser.open(site, {}, { passive: true })
  await site.list('alice')
  assert.equal(watch.calls.get('touch'), undefined)
  const { exchange } = await browser.open(site)
  await site.list('alice')
  assert.equal(watch.calls.get('touch'), 1)
  assert.equal(exchange.setCookies.size, 0)
})

test('E5: passive requests do not keep a session alive', async () => {
  const { clock, site, browser } = await signedIn()
  for (let n = 0; n < 30; n++) {
    clock.advance(MINUTE)
    await browser.copy().open(site, {}, { passive: true })
  }
  assert.equal((await browser.visit(site)).ended?.reason, 'idle')
})

test('E5: use never extends the absolute lifetime, and idle off leaves it standing', async () => {
  const { clock, site, browser } = await signedIn({ idle: 'off', absolute: '2h' })
  clock.advance(2 * HOUR - 1)
  assert.equal((await browser.visit(site, (session) => session.update(addOne))).user, 'alice')
  clock.advance(1)
  assert.equal((await browser.visit(site)).ended?.reason, 'absolute')
})

test('E10: a clock that steps back revives nothing', async () => {
  const { clock, site, browser } = await signedIn()
  clock.advance(31 * MINUTE)
  assert.equal((await browser.copy().visit(site)).ended?.reason, 'idle')
  clock.advance(-20 * MINUTE)
  assert.equal((await browser.copy().visit(site)).ended?.reason, 'idle')
  await browser.visit(site, (session) => session.signIn('alice'))
  clock.advance(-HOUR)
  assert.equal((await browser.visit(site)).user, 'alice')
})

test('E10: what was over once is over, though nobody met it before the clock stepped back', async () => {
  const { clock, site, browser } = await signedIn()
  clock.advance(31 * MINUTE)
  await new FakeBrowser().visit(site)
  clock.advance(-20 * MINUTE)
  assert.equal((await browser.visit(site)).ended?.reason, 'idle')
})

test('E10: whoever finds a session expired ends it in the store before answering', async () => {
  const { clock, watch, site, browser } = await signedIn()
  clock.advance(31 * MINUTE)
  assert.equal((await browser.copy().visit(site)).ended?.reason, 'idle')
  assert.equal(watch.calls.get('end'), 1)
  const lookups: Lookup[] = []
  watch.next('read', async (call) => {
    lookups.push((await call()) as Lookup)
    return lookups[0]
  })
  assert.equal((await browser.copy().visit(site)).ended?.reason, 'idle')
  assert.deepEqual(
    lookups.map(({ state }) => state),
    ['ended'],
  )
})

test('E10: the store’s time counts, and never goes back when the difference is measured anew', async () => {
  const clock = new FakeClock()
  const inner = memory()
  let skew = 0
  const store = new Proxy(inner, {
    get(target, name) {
      if (name === 'skew') return () => skew
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const site = siteOn(store, clock)
  const browser = new FakeBrowser()
  await browser.visit(site, (session) => session.signIn('alice'))
  const before = (await browser.visit(site)).endsAt?.getTime() ?? 0
  skew = 5 * MINUTE
  const later = await browser.visit(site, (session) => session.signIn('alice'))
  assert.equal(later.endsAt?.getTime(), before + 5 * MINUTE)
  skew = 0
  const again = await browser.visit(site, (session) => session.signIn('alice'))
  assert.equal(again.endsAt?.getTime(), before + 5 * MINUTE)
})
