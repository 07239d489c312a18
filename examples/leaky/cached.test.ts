import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { header } from '../../attacks/lib/http.ts'
import { leaky, tight } from './options.ts'
import { setCookie, withShop } from './test-shop.ts'

describe('F2 cached', { concurrency: true }, () => {
  for (const path of ['/', '/greeting', '/images/cup.svg']) {
    it(`reissue on: ${path} carries the cookie again once it is old enough, and not before`, () =>
      withShop({ ...tight, reissue: 0.6 }, async (_, person) => {
        await person.signIn()
        assert.equal(setCookie(await person.get(path)), '')
        await sleep(650)
        assert.match(setCookie(await person.get(path)), /^shopsid=./)
      }))

    it(`reissue off: ${path} never carries the cookie of a session that goes on`, () =>
      withShop({ ...leaky, reissue: false }, async (_, person) => {
        await person.signIn()
        await sleep(50)
        assert.equal(setCookie(await person.get(path)), '')
      }))
  }

  it('cacheable on: a page that greets the user by name is public', () =>
    withShop({ ...tight, cacheable: true }, async (_, person) => {
      await person.signIn()
      const page = await person.get('/')
      assert.match(page.body, /again, alice/)
      assert.equal(header(page, 'cache-control'), 'public, max-age=60')
    }))

  it('cacheable off: pages are private, and images are public only without a cookie', () =>
    withShop({ ...leaky, cacheable: false, reissue: 0.6 }, async (_, person) => {
      await person.signIn()
      assert.equal(header(await person.get('/'), 'cache-control'), 'private, no-store')
      assert.equal(header(await person.get('/images/cup.svg'), 'cache-control'), 'public, max-age=60')
      await sleep(650)
      assert.equal(header(await person.get('/images/cup.svg'), 'cache-control'), 'private, no-store')
    }))
})
