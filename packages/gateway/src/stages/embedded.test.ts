// A site that others show in a frame.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { startApplication, valuesOf } from '../testing/application.ts'
import type { Sending } from '../testing/browser.ts'
import { startTestGateway } from '../testing/gateway.ts'
import { SIGN_IN, sets, withMembers } from '../testing/members.ts'

const POLICY = "frame-ancestors 'self' https://lms.example"
const FRAME: Sending = { from: 'cross-site', headers: { 'Sec-Fetch-Dest': 'iframe' } }
const LAUNCH: Sending = { from: 'cross-site', headers: { 'Sec-Fetch-Dest': 'iframe', Origin: 'https://lms.example' } }

async function start(t: TestContext, site: string) {
  const app = withMembers(await startApplication(t)).on('/set', sets('app=1'))
  return { app, gateway: await startTestGateway(t, app.port, { https: true, site: `${SIGN_IN}, ${site}` }) }
}

test('R1: in a frame a session begins, with a partitioned cookie; elsewhere it does not', async (t) => {
  const { gateway } = await start(t, 'embedded: [https://lms.example]')
  const { setCookies } = await gateway.secureBrowser().visit('/set', FRAME)
  assert.match(setCookies[0]!, /; HttpOnly; SameSite=None; Partitioned$/)
  assert.deepEqual((await gateway.secureBrowser().image('/set', { from: 'cross-site' })).setCookies, [])
  const other = await start(t, '')
  assert.deepEqual((await other.gateway.secureBrowser().visit('/set', FRAME)).setCookies, [])
})

test('R1: every answer says who may frame it, the application’s, public ones and the gateway’s own', async (t) => {
  const { app, gateway } = await start(t, 'embedded: [https://lms.example], public: [/open]')
  const said = ['Content-Security-Policy', "default-src 'self'", 'X-Frame-Options', 'DENY']
  for (const path of ['/page', '/open']) app.on(path, (_req, res) => res.writeHead(200, said).end())
  const browser = gateway.secureBrowser()
  for (const path of ['/page', '/open']) {
    const { headers } = await browser.visit(path, FRAME)
    assert.equal(headers['content-security-policy'], `default-src 'self', ${POLICY}`, path)
    assert.equal(headers['x-frame-options'], undefined, path)
  }
  await browser.submit('/login', { user: 'alice', password: 'right' })
  const refused = await browser.submit('/', {}, { from: 'same-site' })
  assert.equal(refused.status, 403)
  assert.ok(String(refused.headers['content-security-policy']).endsWith(POLICY))
})

test('R1: what is not embedded keeps its own framing headers, and gets none', async (t) => {
  const { app, gateway } = await start(t, '')
  app.on('/page', (_req, res) => res.writeHead(200, ['X-Frame-Options', 'DENY']).end())
  const { headers } = await gateway.secureBrowser().visit('/page')
  assert.equal(headers['x-frame-options'], 'DENY')
  assert.equal(headers['content-security-policy'], undefined)
})

test('R1: another site’s image or script is answered as to a stranger, though the cookie came', async (t) => {
  const { app, gateway } = await start(t, 'embedded: [https://lms.example]')
  const browser = gateway.secureBrowser()
  await browser.submit('/login', { user: 'alice', password: 'right' })
  const headers = { Cookie: `__Host-Http-sid=${browser.token}` }
  await browser.image('/', { from: 'cross-site', headers })
  assert.equal(app.lastCookies, undefined)
  await browser.visit('/', { ...FRAME, headers: { ...FRAME.headers, ...headers } })
  assert.equal(app.lastCookies, 'auth=alice')
})

test('R6: a form that an embedding page sends with the cookie is refused', async (t) => {
  const { app, gateway } = await start(t, 'embedded: [https://lms.example]')
  const browser = gateway.secureBrowser()
  await browser.submit('/login', { user: 'alice', password: 'right' })
  const before = app.arrived.length
  const headers = { ...LAUNCH.headers, Cookie: `__Host-Http-sid=${browser.token}` }
  assert.equal((await browser.submit('/', {}, { ...LAUNCH, headers })).status, 403)
  assert.equal(app.arrived.length, before)
})

test('R8: a launch into a frame (LTI) is kept and resumed there, with a session of its own', async (t) => {
  const { app, gateway } = await start(t, 'embedded: [https://lms.example], callbacks: [/login]')
  const browser = gateway.secureBrowser()
  const posted = await browser.submit('/login', { user: 'alice', password: 'right' }, LAUNCH)
  assert.equal(posted.status, 303)
  const answer = await browser.visit(posted.headers.location as string, FRAME)
  assert.equal(answer.status, 302)
  assert.match(answer.setCookies[0]!, /SameSite=None; Partitioned$/)
  assert.deepEqual(valuesOf(app.arrived[0]!, 'sec-fetch-dest'), ['iframe'])
  assert.equal((await browser.visit('/', { from: 'same-origin' })).body, 'auth=alice')
})

test('R1, G2: an exposed cookie of an embedded site comes into its frame too', async (t) => {
  const { app, gateway } = await start(t, 'embedded: [https://lms.example], expose: [theme]')
  app.on('/theme', sets('theme=dark; Path=/'))
  const { setCookies } = await gateway.secureBrowser().visit('/theme', FRAME)
  assert.deepEqual(setCookies, ['theme=dark; Path=/; Secure; SameSite=None; Partitioned'])
})
