import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApplication } from '../testing/application.ts'
import { HOST, startTestGateway } from '../testing/gateway.ts'
import { sets } from '../testing/members.ts'
import { ExposedNames } from '../vault/vault.ts'
import { deletions, leftoverNames } from './leftovers.ts'

const AT_ROOT = /^[^=]+=; Path=\/; Secure; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT$/

test('G2: of what a browser brings, the application’s own cookies are left over, and no others', () => {
  const own = { patterns: ['auth', 'wp_in_*'], plainCookie: 'plain-sid', exposed: new ExposedNames(['theme']) }
  const vault = {
    cookies: [
      { name: 'lang', value: 'x', host: 'a.test' },
      { name: 'theme', value: 'x', host: 'a.test' },
    ],
  }
  const header = 'theme=1; auth=2;wp_in_5c=3 ; lang=4; auth=5; _ga=6; bare; =x; wp_in_\xe4=7; wp_in_ x=8'
  assert.deepEqual(leftoverNames(header, own, vault), ['auth', 'wp_in_5c', 'lang'])
})

test('G2: our own cookies are never left over, whatever the site calls its own', () => {
  const patterns = ['__Host-Http-*', '__host-http-*', 'plain-*']
  const own = { patterns, exposed: new ExposedNames([]), plainCookie: 'plain-sid' }
  assert.deepEqual(leftoverNames('__Host-Http-sid=1; __host-http-x=2; plain-sid=3', own, { cookies: [] }), [])
})

test('G2: a deletion is tried for the host and those above it, and for each folder that leads to the page', () => {
  const lines = deletions(['auth'], { host: 'shop.example.test', path: '/app/list', secure: true })
  const places = lines.map((line) => /Path=([^;]*)(?:; Domain=([^;]*))?/.exec(line)!.slice(1))
  assert.deepEqual(places.slice(0, 6), [
    ['/', undefined],
    ['/', 'shop.example.test'],
    ['/', 'example.test'],
    ['/app', undefined],
    ['/app', 'shop.example.test'],
    ['/app', 'example.test'],
  ])
  assert(places.some(([path]) => path === '/app/'))
  assert(places.some(([path]) => path === '/app/list'))
  assert(lines.every((line) => / Secure; Max-Age=0; /.test(line)))
})

test('G2: deletions never fill an answer, and promise what a prefixed name promises', () => {
  const names = Array.from({ length: 50 }, (_, i) => `auth${i}`)
  assert.equal(deletions(names, { host: 'a.b.c.d.test', path: '/1/2/3/4/5/6', secure: true }).length, 20)
  assert.equal(deletions(['__Host-a'], { host: 'shop.test', path: '/x/y', secure: true }).length, 1)
  assert.equal(deletions(['a'], { host: '10.0.0.1', path: '/', secure: true }).length, 1)
  assert.doesNotMatch(deletions(['a'], { host: 'a.test', path: '/x;Domain=evil.test/y', secure: true }).join(), /evil/)
})

test('G2: what the browser has of the application’s cookies is deleted on a page load, and reported by name', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { site: 'preset: aspnet, authCookies: [wp_in_*]' })
  const browser = gateway.browser()
  browser.jar.set('.ASPXAUTH', 'secret').set('wp_in_5c', 'secret').set('_ga', 'theirs')
  assert.deepEqual((await browser.fetch('/data')).setCookies, [], 'a script’s request is no occasion')
  const { body, setCookies, headers } = await browser.visit('/')
  assert.equal(body, '')
  assert.deepEqual([...browser.jar.keys()], ['_ga'])
  assert(setCookies.length > 0 && setCookies.every((line) => AT_ROOT.test(line)), setCookies.join('\n'))
  assert.equal(headers['cache-control'], 'private, no-store')
  const events = gateway.heard('leftover-deleted').map(({ cookies }) => cookies)
  assert.deepEqual(events, [['.ASPXAUTH', 'wp_in_5c']])
  assert.doesNotMatch(JSON.stringify(gateway.events), /secret/)
  assert.deepEqual((await browser.visit('/')).setCookies, [])
})

test('G2: a cookie of which the vault has one is left over in the browser; three answers of a session try', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port)
  const browser = gateway.browser()
  await browser.visit('/set')
  for (let i = 0; i < 5; i++) {
    browser.jar.set('app', 'stubborn')
    const { body, setCookies } = await browser.visit('/')
    assert.equal(body, 'app=1')
    assert.equal(
      setCookies.some((line) => line.startsWith('app=;')),
      i < 3,
      `page ${i}`,
    )
  }
})

test('G2: leftovers stay where the site says so, on public paths, and over plain http', async (t) => {
  const app = await startApplication(t)
  const rules = 'authCookies: [auth], public: [/images/*]'
  const kept = await startTestGateway(t, app.port, { site: `${rules}, leftovers: keep` })
  const other = await startTestGateway(t, app.port, { https: true, site: `${rules}, http: tiered` })
  const answers = [
    await visit(kept.browser(), '/'),
    await visit(other.browser(), '/images/a'),
    await visit(other.browser(HOST), '/'),
  ]
  for (const { status, setCookies } of answers) assert.deepEqual([status, setCookies], [200, []])
  assert.equal((await visit(other.secureBrowser(), '/')).setCookies.length, 3, 'for the host, and two Domains')

  function visit(browser: ReturnType<typeof kept.browser>, path: string) {
    browser.jar.set('auth', 'old')
    return browser.visit(path)
  }
})
