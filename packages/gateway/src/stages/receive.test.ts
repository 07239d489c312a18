// Who may keep an answer, and where it may lead.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApplication } from '../testing/application.ts'
import { startTestGateway } from '../testing/gateway.ts'
import { SIGN_IN, withMembers } from '../testing/members.ts'
import { sendRaw } from '../testing/wire.ts'

const PUBLIC = { 'Cache-Control': 'public, max-age=60, s-maxage=60', Expires: 'Thu, 01 Jan 2099 00:00:00 GMT' }
const SHARED = { 'X-Accel-Expires': '60', 'Surrogate-Control': 'max-age=60', 'CDN-Cache-Control': 'max-age=60' }

test('R2: every answer that sets our cookie is no-store, whatever the application said', async (t) => {
  const app = withMembers(await startApplication(t))
  for (const [path, cookie] of [
    ['/set', 'app=1'],
    ['/delete', 'auth=; Max-Age=0'],
  ] as const) {
    app.on(path, (_req, res) => res.writeHead(200, { ...PUBLIC, ...SHARED, 'Set-Cookie': cookie, ETag: '"1"' }).end())
  }
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
  const browser = gateway.browser()
  const answers = [
    await browser.visit('/set'),
    await browser.submit('/login', { user: 'alice', password: 'wrong' }),
    await browser.submit('/login', { user: 'alice', password: 'right' }),
    await browser.visit('/delete'),
  ]
  for (const { headers, setCookies } of answers) {
    assert.match(setCookies.join(), /^__Host-Http-sid=/)
    assert.equal(headers['cache-control'], 'private, no-store')
    assert.equal(headers.pragma, 'no-cache')
    assert.equal(headers.expires, '0')
    for (const name of Object.keys(SHARED)) assert.equal(headers[name.toLowerCase()], undefined)
  }
})

const caching: [sentence: string, status: number, said: Record<string, string>, leaves: string][] = [
  ['nothing said', 200, {}, 'private, no-store'],
  ['public', 200, { ...PUBLIC, ...SHARED }, 'private, max-age=60'],
  ['a bare lifetime', 200, { 'Cache-Control': 'max-age=60' }, 'private, max-age=60'],
  ['a qualified private', 200, { 'Cache-Control': 'private="set-cookie", max-age=60' }, 'private, max-age=60'],
  ['only Expires', 200, { Expires: PUBLIC.Expires }, 'private, no-store'],
  ['only Last-Modified', 200, { 'Last-Modified': 'Thu, 01 Jan 2026 00:00:00 GMT' }, 'private, no-store'],
  ['a redirect', 302, { ...PUBLIC, Location: '/x' }, 'private, max-age=60'],
  ['a permanent redirect', 301, { Location: '/x' }, 'private, no-store'],
  ['not found', 404, PUBLIC, 'private, max-age=60'],
  ['an error', 500, {}, 'private, no-store'],
  ['not modified', 304, PUBLIC, 'private, max-age=60'],
  ['no content', 204, PUBLIC, 'private, max-age=60'],
]

for (const signedIn of [false, true]) {
  test(`R3: every answer is private on every status, ${signedIn ? 'with' : 'even without'} a session`, async (t) => {
    const app = withMembers(await startApplication(t))
    const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
    const browser = gateway.browser()
    if (signedIn) await browser.submit('/login', { user: 'alice', password: 'right' })
    for (const [sentence, status, said, leaves] of caching) {
      await t.test(sentence, async () => {
        app.on('/page', (_req, res) => res.writeHead(status, said).end())
        for (const method of ['GET', 'HEAD']) {
          const { headers } = await browser.fetch('/page', { method })
          assert.equal(headers['cache-control'], leaves, method)
          assert.equal(headers.expires, undefined)
          for (const name of Object.keys(SHARED)) assert.equal(headers[name.toLowerCase()], undefined)
          if (leaves.includes('max-age')) assert.equal(headers.vary, 'Cookie')
        }
      })
    }
    const [removed] = gateway.heard('caching-removed')
    assert.deepEqual([removed?.path, removed?.directives], ['/page', ['public', 's-maxage=60']])
  })
}

test('R3: two Cache-Control lines are one, and leave as one', async (t) => {
  const app = await startApplication(t)
  app.on('/page', (_req, res) =>
    res.setHeader('Cache-Control', ['public', 'max-age=60']).setHeader('Vary', 'Accept').end(),
  )
  const gateway = await startTestGateway(t, app.port)
  const head = 'GET /page HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: none\r\nConnection: close\r\n\r\n'
  const answer = await sendRaw(gateway.port, head)
  assert.deepEqual(answer.head.match(/^cache-control: .*$/gim), ['Cache-Control: private, max-age=60'])
  assert.deepEqual(answer.head.match(/^vary: .*$/gim), ['Vary: Accept, Cookie'])
})

test('R3: an image that can be asked about again may be kept by the browser, a page may not', async (t) => {
  const app = await startApplication(t)
  app.on('/a.png', (_req, res) => res.setHeader('ETag', '"1"').end())
  const gateway = await startTestGateway(t, app.port)
  const browser = gateway.browser()
  assert.equal((await browser.image('/a.png')).headers['cache-control'], 'private, no-cache')
  assert.equal((await browser.visit('/a.png')).headers['cache-control'], 'private, no-store')
})

test('a redirect to the application’s own address stays on the site', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port)
  const other = `http://127.0.0.1:${app.port + 1}/x`
  const locations: [said: string, leaves: string][] = [
    [`${app.origin}/in?a=b#c`, '/in?a=b#c'],
    [app.origin, '/'],
    [app.origin.toUpperCase(), '/'],
    [`//127.0.0.1:${app.port}/in`, '/in'],
    ['/in', '/in'],
    ['in?x', 'in?x'],
    ['https://pay.example/x', 'https://pay.example/x'],
    [other, other],
    [`http://localhost:${gateway.port}/in`, '/in'],
  ]
  for (const [said, leaves] of locations) {
    app.on('/go', (_req, res) => res.writeHead(302, { Location: said }).end())
    const { headers } = await gateway.browser().visit('/go')
    assert.equal(headers.location, leaves, said)
  }
})

test('a redirect to the application’s own address never leads to another site', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port)
  for (const path of ['//evil.test/', '/\\evil.test/', '/%2f/..//evil.test', '/..//evil.test', '///evil.test']) {
    app.on('/go', (_req, res) => res.writeHead(302, { Location: app.origin + path }).end())
    const { location = '' } = (await gateway.browser().visit('/go')).headers
    assert.equal(new URL(location, 'http://localhost').host, 'localhost', path)
  }
})

test('a redirect on a public path stays on the site too', async (t) => {
  const app = await startApplication(t)
  app.on('/images/', (_req, res) => res.writeHead(301, { Location: `${app.origin}/images/x` }).end())
  const gateway = await startTestGateway(t, app.port, { site: 'public: [/images/*]' })
  assert.equal((await gateway.browser().image('/images/')).headers.location, '/images/x')
})

test('the gateway’s own answers are no-store, and say nothing that the client sent', async (t) => {
  const gateway = await startTestGateway(t, 1, { site: 'public: [/images/*]' })
  const { headers, body } = await gateway.browser().visit('/images/?<script>alert(1)</script>')
  assert.equal(headers['cache-control'], 'private, no-store')
  assert.match(String(headers['content-security-policy']), /default-src 'none'/)
  assert.doesNotMatch(body, /script|alert/)
})
