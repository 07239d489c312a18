import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { header, send } from '../../attacks/lib/http.ts'
import { leaky, tight } from './options.ts'
import { ask, withShop } from './test-shop.ts'

describe('the leaky shop is a shop', () => {
  for (const [name, options] of Object.entries({ leaky, tight })) {
    it(`sells, charges, and says good-bye (${name})`, () =>
      withShop(options, async (_, person) => {
        assert.match((await person.get('/')).body, /Round teapot/)
        await person.post('/cart', { item: 'teapot' })
        assert.match((await person.get('/cart')).body, /Together 24\.00/)
        assert.match(header(await person.get('/checkout'), 'location')!, /^\/login\?next=%2Fcheckout/)
        assert.equal((await person.post('/login', { user: 'alice', password: 'no' })).status, 401)
        await person.signIn()
        assert.match(
          header(await person.post('/checkout', { card: '4000111122223333' }), 'location')!,
          /^\/confirmation/,
        )
        assert.match((await person.get('/confirmation')).body, /4000111122223333/)
        assert.equal(await person.whoami(), 'alice')
        await person.post('/logout')
        assert.equal(await person.whoami(), null)
      }))
  }

  it('has pictures', () =>
    withShop({}, async (shop) => {
      const image = await ask(shop, '/images/teapot.svg')
      assert.equal(header(image, 'content-type'), 'image/svg+xml; charset=utf-8')
      assert.match(image.body, /^<svg/)
      assert.equal((await ask(shop, '/images/none.svg')).status, 404)
    }))

  it('leads nobody to another site after sign-in', () =>
    withShop({}, async (_, person) => {
      const fields = { user: 'alice', password: 'wonderland', next: '//attacker.test/' }
      assert.match(header(await person.post('/login', fields), 'location')!, /^\/(\?|$)/)
    }))

  it('survives forms that are too long, and addresses that make no sense', () =>
    withShop({}, async (shop, person) => {
      const body = `user=${'x'.repeat(70_000)}`
      const tooLong = await send({ url: `${shop.url}/login`, method: 'POST', body }).catch(() => undefined)
      assert.ok(tooLong === undefined || tooLong.status === 400)
      assert.equal((await ask(shop, '//')).status, 404)
      assert.equal((await person.get('/')).status, 200)
    }))
})
