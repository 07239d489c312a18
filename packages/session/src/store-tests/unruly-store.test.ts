import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storeTests } from '../store-tests.ts'
import { FakeBrowser } from '../testing/fake-exchange.ts'
import { addOne, FakeClock, siteOn } from '../testing/site.ts'
import { signedIn } from './arena.ts'
import { BOUND, type Loss, UnrulyServer } from './unruly-store.ts'

storeTests('an unruly store', () => {
  const server = new UnrulyServer()
  return {
    store: server.connect(),
    another: async () => server.connect(),
    settled: async () => server.settle(),
  }
})

const LOSSES: readonly Loss[] = ['answer', 'request', 'late']

/** Loses every third write, in every way: sent again, none is lost so often that nobody can say what became of it. */
function everyThird(n: number): Loss | null {
  return n % 3 === 0 ? (LOSSES[(n / 3) % 3] as Loss) : null
}

test('E2: N updates by two processes are N updates, whatever gets lost', async () => {
  const server = new UnrulyServer({ lose: everyThird })
  const clock = new FakeClock()
  const sites = [siteOn(server.connect(), clock), siteOn(server.connect(), clock)] as const
  const browser = new FakeBrowser()
  await browser.visit(sites[0], (session) => session.update(addOne))
  const requests = await Promise.all(Array.from({ length: 30 }, (_, n) => browser.copy().open(sites[n % 2 ? 1 : 0])))
  await Promise.all(requests.map(({ session }) => session.update(addOne)))
  server.settle()
  for (const site of sites) assert.equal((await browser.visit(site)).data.n, 31)
})

for (const first of [0, 1, 2]) {
  test(`E2: sign-ins and sign-outs are what they are, whatever gets lost (from write ${first})`, async () => {
    const server = new UnrulyServer({ lose: (n) => everyThird(n + first) })
    const clock = new FakeClock()
    const site = siteOn(server.connect(), clock, { limit: { max: 1, policy: 'refuse' } })
    const elsewhere = siteOn(server.connect(), clock)
    for (let n = 0; n < 6; n++) {
      const browser = new FakeBrowser()
      await browser.visit(site, (session) => session.update(addOne))
      const planted = browser.copy()
      await browser.visit(site, (session) => session.signIn('alice'))
      server.settle()
      const session = await browser.visit(elsewhere)
      assert.deepEqual([session.user, session.data.n], ['alice', 1])
      assert.equal((await planted.visit(elsewhere)).ended?.reason, 'rotated')
      const frozen = browser.copy()
      await browser.visit(site, (opened) => opened.signOut())
      server.settle()
      for (const process of [site, elsewhere]) {
        assert.equal((await frozen.copy().visit(process)).ended?.reason, 'signed-out')
      }
      assert.deepEqual(await elsewhere.list('alice'), [])
      clock.advance(1000)
    }
  })
}

test('E8: a process paused for longer than the bound serves nothing from its cache before it has asked', async () => {
  const clock = new FakeClock()
  const server = new UnrulyServer({ now: () => clock.now })
  const paused = siteOn(server.connect(), clock)
  const busy = siteOn(server.connect(), clock)
  const browser = await signedIn(busy)
  const frozen = browser.copy()
  server.settle()
  for (let n = 0; n < 3; n++) await frozen.visit(paused)
  await browser.visit(busy, (session) => session.signOut())
  // No heartbeat and no invalidation came through.
  clock.advance(BOUND)
  assert.equal((await frozen.visit(paused)).ended?.reason, 'signed-out')
})

test('E8: what this process ended it never serves, though no invalidation ever comes', async () => {
  const server = new UnrulyServer()
  const clock = new FakeClock()
  const site = siteOn(server.connect(), clock)
  const browser = await signedIn(site)
  const frozen = browser.copy()
  for (let n = 0; n < 3; n++) await frozen.visit(site)
  const [, late] = await Promise.all([browser.visit(site, (session) => session.signOut()), frozen.copy().visit(site)])
  assert.ok(late.user === 'alice' || late.ended?.reason === 'signed-out')
  assert.equal((await frozen.copy().visit(site)).ended?.reason, 'signed-out')
})
