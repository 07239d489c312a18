import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { leaky, tight } from './options.ts'
import { ask, setCookie, whoHas, withShop } from './test-shop.ts'

describe('F4 replayed', { concurrency: true }, () => {
  for (const method of ['get', 'post'] as const) {
    it(`cookieOnlySignOut on: after ${method} /logout the cookie is deleted, and good`, () =>
      withShop({ ...tight, cookieOnlySignOut: true }, async (shop, person) => {
        await person.signIn()
        const id = person.id()
        assert.match(setCookie(await person[method]('/logout')), /^shopsid=; .*Max-Age=0/)
        assert.equal(person.id(), undefined)
        assert.equal(await whoHas(shop, id), 'alice')
      }))

    it(`cookieOnlySignOut off: after ${method} /logout the cookie is deleted, and dead`, () =>
      withShop({ ...leaky, cookieOnlySignOut: false }, async (shop, person) => {
        await person.signIn()
        const id = person.id()
        await person[method]('/logout')
        assert.equal(person.id(), undefined)
        assert.equal(await whoHas(shop, id), null)
      }))
  }

  for (const resurrect of [true, false]) {
    const does = resurrect ? 'brings' : 'does not bring'
    it(`resurrect ${resurrect ? 'on' : 'off'}: a write in flight ${does} the session back`, () =>
      withShop({ ...(resurrect ? tight : leaky), cookieOnlySignOut: false, resurrect }, async (shop, person) => {
        await person.signIn()
        const id = person.id()
        const writing = ask(shop, '/report?ms=600', id)
        await sleep(60)
        await person.post('/logout')
        assert.equal(await whoHas(shop, id), null)
        await writing
        assert.equal(await whoHas(shop, id), resurrect ? 'alice' : null)
      }))
  }

  it('signOutMark user: the old cookie is refused after sign-out, and revives at the next sign-in', () =>
    withShop({ ...tight, cookieOnlySignOut: true, signOutMark: 'user' }, async (shop, person) => {
      await person.signIn()
      const id = person.id()
      await person.post('/logout')
      assert.equal(await whoHas(shop, id), null)
      await person.signIn()
      assert.notEqual(person.id(), id)
      assert.equal(await whoHas(shop, id), 'alice')
    }))

  it('signOutMark none, with sign-out that ends the session: the old cookie stays dead', () =>
    withShop({ ...leaky, cookieOnlySignOut: false }, async (shop, person) => {
      await person.signIn()
      const id = person.id()
      await person.post('/logout')
      await person.signIn()
      assert.equal(await whoHas(shop, id), null)
    }))

  it('absolute off: a session that is used never ends', () =>
    withShop({ ...tight, absolute: false, idle: 1 }, async (shop, person) => {
      await person.signIn()
      for (let i = 0; i < 6; i++) {
        await sleep(200)
        assert.equal(await whoHas(shop, person.id()), 'alice')
      }
    }))

  it('absolute on: a session ends at its time, however much it is used', () =>
    withShop({ ...leaky, absolute: 0.3 }, async (shop, person) => {
      await person.signIn()
      for (let i = 0; i < 4; i++) await sleep(80).then(() => whoHas(shop, person.id()))
      assert.equal(await whoHas(shop, person.id()), null)
    }))

  it('idle: a session that is not used ends', () =>
    withShop({ ...leaky, idle: 0.1 }, async (shop, person) => {
      await person.signIn()
      await sleep(150)
      assert.equal(await whoHas(shop, person.id()), null)
    }))
})
