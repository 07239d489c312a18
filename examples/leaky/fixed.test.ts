import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { leaky, tight } from './options.ts'
import { ask, Person, setCookie, whoHas, withShop } from './test-shop.ts'

describe('F3 fixed', () => {
  it('fixed on: the id is the same after sign-in', () =>
    withShop({ ...tight, fixed: true }, async (shop, person) => {
      await person.get('/')
      const before = person.id()
      await person.signIn()
      assert.equal(person.id(), before)
      assert.equal(await whoHas(shop, before), 'alice')
    }))

  it('fixed off: the id is new after sign-in, and the old one opens nothing', () =>
    withShop({ ...leaky, fixed: false }, async (shop, person) => {
      await person.get('/')
      const before = person.id()
      await person.signIn()
      assert.notEqual(person.id(), before)
      assert.equal(await whoHas(shop, before), null)
      assert.equal(await whoHas(shop, person.id()), 'alice')
    }))

  it('adopt on: an invented id becomes a session', () =>
    withShop({ ...tight, adopt: true }, async (shop) => {
      assert.match(setCookie(await ask(shop, '/', 'invented')), /^shopsid=invented;/)
    }))

  it('adopt off: an invented id is answered with a new one', () =>
    withShop({ ...leaky, adopt: false }, async (shop) => {
      assert.doesNotMatch(setCookie(await ask(shop, '/', 'invented')), /invented/)
    }))

  it('an id that does not fit into a cookie is never adopted', () =>
    withShop(leaky, async (shop) => {
      const answer = await ask(shop, `/?sid=${encodeURIComponent('x\r\nSet-Cookie: y=z')}`)
      assert.match(setCookie(answer), /^shopsid=[\w-]+; Path/)
    }))

  for (const on of [true, false]) {
    const verb = on ? 'is' : 'is not'
    it(`idFromUrl ${on ? 'on' : 'off'}: ?sid= ${verb} taken for a cookie`, () =>
      withShop({ ...(on ? tight : leaky), idFromUrl: on }, async (shop, person) => {
        await person.signIn()
        const answer = await ask(shop, `/whoami?sid=${person.id()}`)
        assert.equal(JSON.parse(answer.body).user, on ? 'alice' : null)
      }))

    it(`idFromField ${on ? 'on' : 'off'}: a form field sid ${verb} taken for a cookie`, () =>
      withShop({ ...(on ? tight : leaky), idFromField: on }, async (shop, person) => {
        await person.get('/')
        const other = new Person(shop.url)
        await other.post('/cart', { item: 'cup', sid: person.id()! })
        assert.equal(other.id() === person.id(), on)
      }))

    it(`keepData ${on ? 'on' : 'off'}: the next user ${on ? 'sees' : 'does not see'} the card of the first`, () =>
      withShop({ ...(on ? tight : leaky), keepData: on }, async (_, person) => {
        await person.signIn('alice')
        await person.post('/checkout', { card: '4000111122223333' })
        await person.signIn('bob')
        assert.equal((await person.get('/confirmation')).body.includes('4000111122223333'), on)
      }))

    it(`loginFromAnywhere ${on ? 'on' : 'off'}: a foreign form ${on ? 'signs' : 'does not sign'} its visitor in`, () =>
      withShop({ ...(on ? tight : leaky), loginFromAnywhere: on }, async (shop, person) => {
        const fields = Object.entries({ user: 'bob', password: 'builder' })
        await person.browser.load(`${shop.url}/login`, { method: 'POST', fields, from: 'https://attacker.test/' })
        assert.equal(await person.whoami(), on ? 'bob' : null)
      }))
  }

  it('a basket that was filled before sign-in is there afterwards', () =>
    withShop(tight, async (_, person) => {
      await person.post('/cart', { item: 'cup' })
      await person.signIn()
      assert.match((await person.get('/cart')).body, /Breakfast cup/)
    }))

  for (const waiting of [true, false]) {
    const does = waiting ? 'goes on with' : 'does not get'
    it(`waiting ${waiting ? 'on' : 'off'}: a request that waited during sign-in ${does} the session`, async () => {
      // Who is next is left to chance: again, until a waiting request was served after the sign-in.
      for (let round = 0; round < 10; round++) {
        const { late, leaked } = await signInWhileOthersWait(waiting)
        if (late) return assert.equal(leaked, waiting)
      }
      assert.fail('no request was served after the sign-in')
    })
  }
})

async function signInWhileOthersWait(waiting: boolean): Promise<{ late: boolean; leaked: boolean }> {
  const outcome = { late: false, leaked: false }
  await withShop({ ...tight, waiting }, async (shop, person) => {
    await person.get('/')
    const before = person.id()
    const slow = ask(shop, '/report?ms=400', before)
    await sleep(100)
    const signingIn = person.signIn()
    const waiters = await Promise.all([1, 2, 3, 4].map(() => ask(shop, '/whoami', before)))
    await Promise.all([slow, signingIn])
    const order = shop.served.map(({ path }) => path)
    outcome.late = order.indexOf('/login') < order.lastIndexOf('/whoami')
    outcome.leaked = waiters.some(({ body }) => body.includes('alice'))
  })
  return outcome
}

describe('the session lock', () => {
  it('serves the requests of one session one after another', () =>
    withShop(tight, async (shop, person) => {
      await person.get('/')
      const started = performance.now()
      await Promise.all([1, 2, 3].map(() => ask(shop, '/report?ms=60', person.id())))
      assert.ok(performance.now() - started >= 170)
    }))

  it('is not shared between sessions, and can be switched off', () =>
    withShop({ ...tight, lock: false }, async (shop, person) => {
      await person.get('/')
      const started = performance.now()
      await Promise.all([1, 2, 3, 4, 5, 6].map(() => ask(shop, '/report?ms=200', person.id())))
      assert.ok(performance.now() - started < 1000)
    }))

  it('tells in `served` who was served, and in which order', () =>
    withShop(tight, async (shop, person) => {
      await person.signIn()
      await person.get('/whoami')
      assert.deepEqual(shop.served, [
        { method: 'POST', path: '/login', user: 'alice' },
        { method: 'GET', path: '/whoami', user: 'alice' },
      ])
    }))
})
