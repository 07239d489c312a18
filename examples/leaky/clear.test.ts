import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCertificate } from '../../attacks/lib/certificate.ts'
import { header, send } from '../../attacks/lib/http.ts'
import { leaky, tight } from './options.ts'
import { Person, setCookie, whoHas, withShop } from './test-shop.ts'

const https = { port: 0, ...createCertificate(['shop.example.test']) }

describe('F1 clear', () => {
  it('on: the session of https opens on http, and its cookie has no Secure', () =>
    withShop({ ...tight, clear: true, https }, async (shop) => {
      const person = new Person(shop.httpsUrl!)
      assert.doesNotMatch(setCookie(await person.get('/')), /secure/i)
      await person.signIn()
      assert.equal(await whoHas(shop, person.id()), 'alice')
    }))

  it('off: the cookie has Secure, and http does nothing but redirect', () =>
    withShop({ ...leaky, clear: false, https }, async (shop, onHttp) => {
      const person = new Person(shop.httpsUrl!)
      assert.match(setCookie(await person.get('/')), /; Secure/)
      const answer = await onHttp.get('/whoami')
      assert.equal(answer.status, 308)
      assert.match(header(answer, 'location')!, /^https:.*\/whoami$/)
      assert.equal(setCookie(answer), '')
    }))

  it('off, without https: only this machine is served', () =>
    withShop({ ...leaky, clear: false }, async (shop) => {
      const answer = await send({ url: shop.url.replace('127.0.0.1', 'shop.example.test'), address: '127.0.0.1' })
      assert.equal(answer.status, 403)
    }))
})
