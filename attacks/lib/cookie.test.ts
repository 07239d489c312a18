import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isSent, parseSetCookie } from './cookie.ts'
import { Jar } from './jar.ts'

const now = Date.now()

describe('what a browser takes', () => {
  const cases: [sentence: string, line: string, url: string, taken: boolean][] = [
    ['an ordinary cookie', 'a=1; Path=/', 'http://shop.example.test/', true],
    ['Secure over https', 'a=1; Secure', 'https://shop.example.test/', true],
    ['Secure over http to the own machine', 'a=1; Secure', 'http://127.0.0.1:8080/', true],
    ['no Secure over other http', 'a=1; Secure', 'http://shop.example.test/', false],
    ['a parent domain', 'a=1; Domain=.example.test', 'https://shop.example.test/', true],
    ['no foreign domain', 'a=1; Domain=other.test', 'https://shop.example.test/', false],
    ['a sound __Host- cookie', '__Host-a=1; Secure; Path=/', 'https://shop.example.test/', true],
    [
      'no __Host- cookie with Domain',
      '__Host-a=1; Secure; Path=/; Domain=example.test',
      'https://a.example.test/',
      false,
    ],
    ['no __Host- cookie without Secure', '__Host-a=1; Path=/', 'https://shop.example.test/', false],
    [
      'no __Host-Http- cookie that scripts can read',
      '__Host-Http-a=1; Secure; Path=/',
      'https://a.example.test/',
      false,
    ],
    ['no SameSite=None without Secure', 'a=1; SameSite=None', 'https://shop.example.test/', false],
  ]
  for (const [sentence, line, url, taken] of cases) {
    it(sentence, () => assert.equal(parseSetCookie(line, new URL(url), now) !== undefined, taken))
  }
})

describe('what a browser sends', () => {
  const typed = { crossSite: false, navigation: true, safe: true }
  const foreignLink = { crossSite: true, navigation: true, safe: true }
  const foreignForm = { crossSite: true, navigation: true, safe: false }
  const foreignImage = { crossSite: true, navigation: false, safe: true }
  const cases: [sentence: string, line: string, url: string, how: typeof typed, sent: boolean][] = [
    ['no host-only cookie to a sibling', 'a=1', 'https://blog.example.test/', typed, false],
    ['a Domain cookie to a sibling', 'a=1; Domain=example.test', 'https://blog.example.test/', typed, true],
    ['the same cookie to another port', 'a=1', 'https://shop.example.test:8443/', typed, true],
    ['a cookie of https on http', 'a=1', 'http://shop.example.test/', typed, true],
    ['no Secure cookie on http', 'a=1; Secure', 'http://shop.example.test/', typed, false],
    ['Lax with a foreign link', 'a=1; SameSite=Lax', 'https://shop.example.test/', foreignLink, true],
    ['no Lax with a foreign form', 'a=1; SameSite=Lax', 'https://shop.example.test/', foreignForm, false],
    ['no Lax with a foreign image', 'a=1; SameSite=Lax', 'https://shop.example.test/', foreignImage, false],
    ['no Strict with a foreign link', 'a=1; SameSite=Strict', 'https://shop.example.test/', foreignLink, false],
    ['a new cookie without SameSite with a foreign form', 'a=1', 'https://shop.example.test/', foreignForm, true],
    ['nothing outside its path', 'a=1; Path=/cart', 'https://shop.example.test/cartoon', typed, false],
  ]
  for (const [sentence, line, url, how, sent] of cases) {
    it(sentence, () => {
      const cookie = parseSetCookie(line, new URL('https://shop.example.test/'), now)!
      assert.equal(isSent(cookie, new URL(url), how, now), sent)
    })
  }
})

describe('the jar', () => {
  const url = 'https://shop.example.test/'

  it('replaces, deletes, and leaves Secure cookies alone where http sets them', () => {
    const jar = new Jar()
    jar.store('a=1; Path=/; Secure', url)
    jar.store('a=2; Path=/', 'http://shop.example.test/')
    assert.deepEqual(jar.pairs(url), [['a', '1']])
    jar.store('a=3; Path=/; Secure', url)
    assert.deepEqual(jar.pairs(url), [['a', '3']])
    jar.store('a=; Path=/; Secure; Max-Age=0', url)
    assert.deepEqual(jar.pairs(url), [])
  })

  it('keeps a copy as it was, hides HttpOnly from scripts, forgets session cookies at closing', () => {
    const jar = new Jar()
    jar.store('a=1; HttpOnly', url)
    jar.store('b=2; Max-Age=60', url)
    const copy = jar.copy()
    jar.store('a=9', url)
    assert.deepEqual(copy.pairs(url).sort(), [
      ['a', '1'],
      ['b', '2'],
    ])
    assert.deepEqual(copy.forScript(url), [['b', '2']])
    assert.deepEqual(copy.afterClosing().pairs(url), [['b', '2']])
  })
})
