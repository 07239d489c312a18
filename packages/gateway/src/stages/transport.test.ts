// Plain http: no session crosses it, and what crossed it opens nothing on https.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Application, startApplication } from '../testing/application.ts'
import { Browser } from '../testing/browser.ts'
import { HOST, startTestGateway, type TestGateway } from '../testing/gateway.ts'
import { SIGN_IN, sets, withMembers } from '../testing/members.ts'
import { sendRaw } from '../testing/wire.ts'

async function start(t: TestContext, site: string, file = ''): Promise<{ app: Application; gateway: TestGateway }> {
  const app = withMembers(await startApplication(t)).on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port, { https: true, site: `${SIGN_IN}, ${site}`, file })
  return { app, gateway }
}

/** A browser on http://shop.example.test, which no browser trusts. */
function plainBrowser(gateway: TestGateway): Browser {
  return new Browser('http', HOST, gateway.port)
}

test('R5: over https a session begins and is kept', async (t) => {
  const { gateway } = await start(t, 'http: redirect')
  const browser = gateway.secureBrowser()
  await browser.visit('/set')
  assert.equal((await browser.visit('/')).body, 'app=1')
  await browser.submit('/login', { user: 'alice', password: 'right' })
  assert.equal((await browser.visit('/')).body, 'app=1; auth=alice')
})

test('R5: plain http is led to https, on the right port, path and query as they were', async (t) => {
  const { app, gateway } = await start(t, 'http: redirect')
  const { status, headers, setCookies } = await plainBrowser(gateway).visit('/a/%7eb?c=%2F&d')
  assert.equal(status, 308)
  assert.equal(headers.location, `https://${HOST}:${gateway.httpsPort}/a/~b?c=%2F&d`)
  assert.equal(headers['cache-control'], 'private, no-store')
  assert.deepEqual(setCookies, [])
  assert.deepEqual(app.arrived, [])
})

test('R5: the public port counts where it is configured, and 443 is not spelt', async (t) => {
  for (const [port, location] of [
    [443, `https://${HOST}/x`],
    [8443, `https://${HOST}:8443/x`],
  ] as const) {
    const { gateway } = await start(t, 'http: redirect', `publicPort: ${port}`)
    assert.equal((await plainBrowser(gateway).visit('/x')).headers.location, location)
  }
})

test('R5: what is sent over plain http is refused, not led on: it was read already', async (t) => {
  const { app, gateway } = await start(t, 'http: redirect')
  const browser = plainBrowser(gateway)
  assert.equal((await browser.submit('/login', { user: 'alice', password: 'right' })).status, 403)
  assert.equal((await browser.fetch('/', { method: 'DELETE' })).status, 403)
  assert.deepEqual(app.arrived, [])
})

test('R5: http: refuse answers 403 to everything', async (t) => {
  const { app, gateway } = await start(t, 'http: refuse')
  const browser = plainBrowser(gateway)
  assert.equal((await browser.visit('/')).status, 403)
  assert.equal((await browser.submit('/login', {})).status, 403)
  assert.deepEqual(app.arrived, [])
})

for (const http of ['redirect', 'refuse', 'tiered']) {
  test(`R5: a token sent in clear is ended and reported, and opens nothing on https afterwards (${http})`, async (t) => {
    const { gateway } = await start(t, `http: ${http}, public: [/images/*]`)
    for (const path of ['/', '/images/a.png']) {
      const browser = gateway.secureBrowser()
      await browser.submit('/login', { user: 'alice', password: 'right' })
      const inClear = plainBrowser(gateway)
      inClear.jar.set('__Host-Http-sid', browser.token as string)
      const answer = await inClear.visit(path)
      assert.doesNotMatch(answer.body, /alice/)
      assert.doesNotMatch(answer.setCookies.join(), /__Host-Http-sid/)
      assert.equal((await browser.visit('/')).body, '', path)
    }
    assert.equal(gateway.heardOfSessions('exposed').length, 2)
  })
}

test('R5: a token that nobody issued, sent in clear, is no error', async (t) => {
  const { gateway } = await start(t, 'http: redirect')
  const browser = plainBrowser(gateway)
  browser.jar.set('__Host-Http-sid', 'A'.repeat(43))
  assert.equal((await browser.visit('/')).status, 308)
})

test('F1: the plain tier has a session of its own, which opens nothing on https, nor the reverse', async (t) => {
  const { gateway } = await start(t, 'http: tiered')
  const plain = plainBrowser(gateway)
  const { setCookies } = await plain.visit('/set')
  assert.equal(setCookies.length, 1)
  assert.doesNotMatch(setCookies[0]!, /__Host|Secure/)
  assert.equal((await plain.visit('/')).body, 'app=1')
  const [[, value]] = [...plain.jar] as [[string, string]]
  for (const name of ['__Host-Http-sid', ...plain.jar.keys()]) {
    const secure = gateway.secureBrowser()
    secure.jar.set(name, value)
    assert.equal((await secure.visit('/')).body, '', name)
  }
  const signIn = await plain.submit('/login', { user: 'alice', password: 'right' })
  assert.equal(signIn.status, 403)
  assert.deepEqual(gateway.heardOfSessions('signed-in'), [])
})

test('R5: on loopback the browser’s word makes plain http secure; without it nothing does', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port)
  assert.match((await gateway.browser().visit('/set')).setCookies.join(), /__Host-Http-sid/)
  const curl = 'GET /set HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
  const answer = await sendRaw(gateway.port, curl)
  assert.equal(answer.status, 403)
  assert.match(answer.body, /https listener, or a trusted proxy/)
})

test('R5: X-Forwarded-Proto from a peer that is not trusted makes nothing secure', async (t) => {
  const { gateway } = await start(t, 'http: redirect')
  const headers = { 'X-Forwarded-Proto': 'https', Forwarded: 'proto=https', 'X-Forwarded-Ssl': 'on' }
  assert.equal((await plainBrowser(gateway).visit('/', { headers })).status, 308)
})

test('R5: behind a trusted proxy its word counts, both ways', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port, { file: 'trustedProxies: [127.0.0.0/8]' })
  const browser = plainBrowser(gateway)
  const led = await browser.visit('/set', { headers: { 'X-Forwarded-Proto': 'http' } })
  assert.equal(led.headers.location, `https://${HOST}/set`)
  const answer = await browser.visit('/set', { headers: { 'X-Forwarded-Proto': 'https' } })
  assert.match(answer.setCookies.join(), /__Host-Http-sid/)
})

test('R5: Strict-Transport-Security goes out over https alone, and an application’s own counts', async (t) => {
  const { app, gateway } = await start(t, 'http: tiered, hsts: 180d')
  const over = async (browser: Browser) => (await browser.visit('/')).headers['strict-transport-security']
  assert.equal(await over(gateway.secureBrowser()), 'max-age=15552000')
  assert.equal(await over(plainBrowser(gateway)), undefined)
  app.on('/', (_req, res) => res.setHeader('Strict-Transport-Security', 'max-age=1').end())
  assert.equal(await over(gateway.secureBrowser()), 'max-age=1')
})
