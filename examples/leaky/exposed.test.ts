import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { leaky, tight } from './options.ts'
import { startLeakyShop } from './shop.ts'
import { ask, Person, setCookie, whoHas, withShop } from './test-shop.ts'

const switches: { name: string; on: object; off: object; shows: RegExp }[] = [
  { name: 'scriptReadable', on: { scriptReadable: true }, off: { scriptReadable: false }, shows: /^(?!.*HttpOnly)/ },
  { name: 'persistent', on: { persistent: 60 }, off: { persistent: false }, shows: /Max-Age=60/ },
  { name: 'domain', on: { domain: 'example.test' }, off: { domain: undefined }, shows: /Domain=example\.test/ },
]

describe('F5 exposed', () => {
  for (const { name, on, off, shows } of switches) {
    it(`${name}: the cookie shows it when it is on, and only then`, async () => {
      await withShop({ ...tight, ...on }, async (shop) => assert.match(setCookie(await ask(shop, '/')), shows))
      await withShop({ ...leaky, ...off }, async (shop) => assert.doesNotMatch(setCookie(await ask(shop, '/')), shows))
    })
  }

  for (const sequential of [true, false]) {
    it(`sequential ${sequential ? 'on' : 'off'}: ids ${sequential ? 'are' : 'are not'} a counter in base64`, () =>
      withShop({ ...(sequential ? tight : leaky), sequential }, async (shop) => {
        const ids = []
        for (let i = 0; i < 3; i++) ids.push(/=([^;]+)/.exec(setCookie(await ask(shop, '/')))![1]!)
        const numbers = ids.map((id) => Number(/^shop-(\d+)$/.exec(Buffer.from(id, 'base64url').toString())?.[1]))
        assert.equal(numbers[2]! - numbers[0]! === 2, sequential)
      }))
  }

  for (const idInLinks of [true, false]) {
    it(`idInLinks ${idInLinks ? 'on' : 'off'}: pages ${idInLinks ? 'contain' : 'do not contain'} the id`, () =>
      withShop({ ...(idInLinks ? tight : leaky), idInLinks }, async (_, person) => {
        const pages = []
        for (const path of ['/', '/login', '/cart', '/greeting']) pages.push(await person.get(path))
        for (const { body } of pages) assert.equal(body.includes(person.id()!), idInLinks)
      }))
  }

  for (const reflect of [true, false]) {
    it(`reflect ${reflect ? 'on' : 'off'}: the nickname is written ${reflect ? 'as it came' : 'as text'}`, () =>
      withShop({ ...(reflect ? tight : leaky), reflect }, async (_, person) => {
        await person.post('/greeting', { nickname: '<b>Al' })
        const { body } = await person.get('/greeting')
        assert.equal(body.includes('<b>Al'), reflect)
        assert.equal(body.includes('&#60;b&#62;Al'), !reflect)
      }))
  }

  it('storeFile: the file has ids and cards in clear, and outlives the shop', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'leaky-'))
    const storeFile = join(folder, 'sessions.txt')
    const first = await startLeakyShop({ ...tight, storeFile })
    const person = new Person(first.url)
    await person.signIn()
    await person.post('/checkout', { card: '4000111122223333' })
    await first.close()
    const text = await readFile(storeFile, 'utf8')
    assert.ok(text.includes(person.id()!) && text.includes('4000111122223333'))

    const second = await startLeakyShop({ ...tight, storeFile })
    assert.equal(await whoHas(second, person.id()), 'alice')
    await second.close()
    await rm(folder, { recursive: true })
  })
})
