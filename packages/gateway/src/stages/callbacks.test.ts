// Forms that other sites send back: kept, and resumed with the session.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { memory } from '@coatcheck/session'
import { type Application, bodyOf, startApplication, valuesOf } from '../testing/application.ts'
import type { Browser, BrowserAnswer, Sending } from '../testing/browser.ts'
import { startTestGateway, type TestGateway } from '../testing/gateway.ts'
import { ask, fetched, openHttp2 } from '../testing/http2.ts'
import { sets } from '../testing/members.ts'
import { watchedStore } from '../testing/store.ts'
import { sendRaw } from '../testing/wire.ts'

const SITE = `callbacks: [/acs, /u/*/return], login: { path: /acs, user: { field: user }, success: { setsCookie: auth } }`
const CROSS: Sending = { from: 'cross-site', headers: { Origin: 'https://idp.example', 'Sec-Fetch-User': undefined } }

interface Setting {
  readonly app: Application
  readonly gateway: TestGateway
  /** The bodies that reached /acs. */
  readonly bodies: string[]
  readonly clock: { now: number }
}

/** An application that remembers what it asked for in a cookie, and signs in who comes back with it. */
async function start(t: TestContext, site = SITE, options = {}): Promise<Setting> {
  const clock = { now: Date.now() }
  const bodies: string[] = []
  const app = (await startApplication(t)).on('/begin', sets('state=abc')).on('POST /acs', async (req, res) => {
    const body = await bodyOf(req)
    bodies.push(body)
    const form = new URLSearchParams(body)
    const asked = /state=(\w+)/.exec(req.headers.cookie ?? '')?.[1]
    if (asked === undefined || asked !== form.get('state')) res.writeHead(403).end('nobody asked for this')
    else res.writeHead(302, { Location: '/', 'Set-Cookie': `auth=${form.get('user')}` }).end()
  })
  const gateway = await startTestGateway(t, app.port, {
    https: true,
    site,
    options: { clock: () => clock.now, ...options },
  })
  return { app, gateway, bodies, clock }
}

const ANSWER = { user: 'alice', state: 'abc' }

function resumption(answer: BrowserAnswer): string {
  assert.equal(answer.status, 303, answer.body)
  assert.deepEqual(answer.setCookies, [])
  return answer.headers.location as string
}

/** As a browser follows a redirect that another site's form began. */
function follow(browser: Browser, answer: BrowserAnswer): Promise<BrowserAnswer> {
  return browser.visit(resumption(answer), { from: 'cross-site' })
}

test('R8: a form of another site comes back with the session, and signs in under a new token', async (t) => {
  const { app, gateway, bodies } = await start(t)
  const browser = gateway.secureBrowser()
  await browser.visit('/begin')
  const before = browser.token
  const posted = await browser.submit('/acs?tenant=1&x=%2f', ANSWER, CROSS)
  assert.match(resumption(posted), /^\/acs\?tenant=1&x=%2f&coatcheck-resume=[\w-]{43}$/)
  assert.equal(posted.headers['cache-control'], 'private, no-store')
  assert.equal(posted.headers['referrer-policy'], 'no-referrer')
  assert.equal(browser.token, before)
  assert.equal(app.arrived.length, 1, 'nothing is forwarded yet')

  const answer = await follow(browser, posted)
  assert.equal(answer.status, 302)
  assert.equal(answer.headers.location, '/')
  assert.notEqual(browser.token, before)
  assert.deepEqual(bodies, ['user=alice&state=abc'])
  assert.equal((await browser.visit('/')).body, 'state=abc; auth=alice')
  assert.equal(gateway.heardOfSessions('created').length, 1)
  const [signedIn] = gateway.heardOfSessions('signed-in')
  assert.equal(signedIn?.user, 'alice')
  assert.equal(signedIn?.id, gateway.heardOfSessions('created')[0]?.id, 'it is the session of before')
})

test('R8: the application sees the form as it was sent: query, body, and where it came from', async (t) => {
  const { app, gateway } = await start(t)
  const browser = gateway.secureBrowser()
  await follow(browser, await browser.submit('/acs?a=1', ANSWER, CROSS))
  const [arrived] = app.arrived
  assert.equal(arrived!.method, 'POST')
  assert.equal(arrived!.url, '/acs?a=1')
  assert.deepEqual(valuesOf(arrived!, 'origin'), ['https://idp.example'])
  assert.deepEqual(valuesOf(arrived!, 'sec-fetch-site'), ['cross-site'])
  assert.deepEqual(valuesOf(arrived!, 'content-type'), ['application/x-www-form-urlencoded'])
  assert.deepEqual(valuesOf(arrived!, 'content-length'), ['20'])
  assert.doesNotMatch(arrived!.rawHeaders.join('\n'), /coatcheck-resume/)
})

test('R8: bytes of any kind arrive as they were sent', async (t) => {
  const app = await startApplication(t)
  let arrived = Buffer.alloc(0)
  app.on('POST /acs', async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk)
    arrived = Buffer.concat(chunks)
    res.end('taken')
  })
  const gateway = await startTestGateway(t, app.port, { site: 'callbacks: [/acs]' })
  const body = Buffer.from(Array.from({ length: 1024 }, (_, i) => i % 256))
  const head = `POST /acs HTTP/1.1\r\nHost: localhost:${gateway.port}\r\nOrigin: https://idp.example\r\nConnection: close\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: ${body.length}\r\n\r\n`
  const posted = await sendRaw(gateway.port, Buffer.concat([Buffer.from(head), body]))
  const location = /^Location: (.+)\r$/im.exec(posted.head)?.[1] as string
  assert.equal((await gateway.browser().visit(location, { from: 'cross-site' })).body, 'taken')
  assert.deepEqual(arrived, body)
})

test('R8: a reference is good once: not again, not from another browser, not twice at the same moment', async (t) => {
  const { gateway, bodies } = await start(t)
  const browser = gateway.secureBrowser()
  await browser.visit('/begin')
  const location = resumption(await browser.submit('/acs', ANSWER, CROSS))
  const both = await Promise.all([browser.visit(location), browser.visit(location)])
  assert.deepEqual(both.map(({ status }) => status).sort(), [302, 410])
  const again = await browser.visit(location)
  assert.equal(again.status, 410)
  assert.match(again.body, /start there once more/)
  assert.equal((await gateway.secureBrowser().visit(location)).status, 410)
  assert.equal(bodies.length, 1)
  assert.equal(gateway.heard('callback-refused').length, 3)
  assert.doesNotMatch(JSON.stringify(gateway.events), /coatcheck-resume/, 'no reference is reported')
})

test('R8: two processes on one store do not both take it', async (t) => {
  const store = memory()
  const options = { store }
  const site = `name: shop, ${SITE}`
  const one = await start(t, site, options)
  const other = await startTestGateway(t, one.app.port, { https: true, site, options })
  const location = resumption(await one.gateway.secureBrowser().submit('/acs', ANSWER, CROSS))
  const answers = await Promise.all([one.gateway, other].map((gateway) => gateway.secureBrowser().visit(location)))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [403, 410])
  assert.equal(one.bodies.length, 1)
})

test('R8: after a minute it is over', async (t) => {
  const { gateway, bodies, clock } = await start(t)
  const browser = gateway.secureBrowser()
  const location = resumption(await browser.submit('/acs', ANSWER, CROSS))
  clock.now += 60_000
  assert.equal((await browser.visit(location)).status, 410)
  assert.deepEqual(bodies, [])
})

test('R8: it is bound to its path and its site, and what nobody issued opens nothing', async (t) => {
  const app = await startApplication(t)
  const upstream = `upstream: http://127.0.0.1:${app.port}, callbacks: [/acs, /pay]`
  const gateway = await startTestGateway(t, app.port, {
    sites: `sites: [{ hosts: [a.localhost], ${upstream} }, { hosts: [b.localhost], ${upstream} }]`,
  })
  const browser = gateway.browser('a.localhost')
  const location = resumption(await browser.submit('/acs', ANSWER, CROSS))
  assert.equal((await browser.visit(location.replace('/acs', '/pay'))).status, 410)
  assert.equal((await gateway.browser('b.localhost').visit(location)).status, 410)
  assert.equal((await browser.visit(`/acs?coatcheck-resume=${'A'.repeat(43)}`)).status, 410)
  assert.equal((await browser.visit('/acs?coatcheck-resume=')).status, 410)
  assert.deepEqual(app.arrived, [])
  assert.equal((await browser.visit(location)).status, 200, 'the attempts elsewhere did not spend it')
})

test('R8: what is no visit does not spend it, and a session token is no reference', async (t) => {
  const { gateway, bodies } = await start(t)
  const browser = gateway.secureBrowser()
  await browser.visit('/begin')
  const location = resumption(await browser.submit('/acs', ANSWER, CROSS))
  assert.equal((await browser.image(location, { from: 'cross-site' })).status, 400)
  assert.equal((await browser.visit(location, { method: 'HEAD' })).status, 400)
  const frame = { from: 'cross-site' as const, headers: { 'Sec-Fetch-Dest': 'iframe' } }
  assert.equal((await browser.visit(location, frame)).status, 400)
  assert.equal((await browser.visit(`/acs?coatcheck-resume=${browser.token}`)).status, 410)
  assert.deepEqual(bodies, [])
  assert.equal((await browser.visit(location)).status, 302)
})

test('R8: the old token of a sign-in by callback is over before the application sees the form (G3)', async (t) => {
  const { app, gateway } = await start(t)
  const browser = gateway.secureBrowser()
  await browser.visit('/begin')
  const planted = browser.frozenCopy()
  const during: string[] = []
  app.on('POST /acs', async (_req, res) => {
    during.push((await planted.visit('/')).body)
    res.writeHead(302, { Location: '/', 'Set-Cookie': 'auth=alice' }).end()
  })
  await follow(browser, await browser.submit('/acs', ANSWER, CROSS))
  assert.deepEqual(during, [''])
})

const direct: [sentence: string, sending: Sending][] = [
  ['the site’s own form', { from: 'same-origin' }],
  ['an old browser’s own form', { headers: { 'Sec-Fetch-Site': undefined, 'Sec-Fetch-Mode': undefined } }],
]

for (const [sentence, sending] of direct) {
  test(`R8: ${sentence} to a callback carries its session, and goes straight on`, async (t) => {
    const { gateway } = await start(t)
    const browser = gateway.secureBrowser()
    await browser.visit('/begin')
    assert.equal((await browser.submit('/acs?coatcheck-resume=x&a=1', ANSWER, sending)).status, 302)
  })
}

test('R8: a sibling host’s form to a callback is kept too, though its cookie came', async (t) => {
  const { gateway } = await start(t)
  const browser = gateway.secureBrowser()
  await browser.visit('/begin')
  const posted = await browser.submit('/acs', ANSWER, { from: 'same-site' })
  assert.equal((await browser.visit(resumption(posted), { from: 'same-site' })).status, 302)
})

const OLD = { 'Sec-Fetch-Site': undefined, 'Sec-Fetch-Mode': undefined, 'Sec-Fetch-Dest': undefined }

test('R8: an old browser’s foreign form is kept by its Origin', async (t) => {
  const { gateway } = await start(t)
  const browser = gateway.secureBrowser()
  await browser.visit('/begin')
  const posted = await browser.submit('/acs', ANSWER, { from: 'cross-site', headers: OLD })
  assert.equal((await browser.visit(resumption(posted), { from: 'cross-site', headers: OLD })).status, 302)
})

const strangers: [sentence: string, path: string, sending: Sending][] = [
  ['a path that is no callback', '/begin', CROSS],
  ['JSON', '/acs', { ...CROSS, headers: { 'Content-Type': 'application/json' } }],
  ['a script', '/acs', { ...CROSS, headers: { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'empty' } }],
  ['a frame', '/acs', { ...CROSS, headers: { 'Sec-Fetch-Dest': 'iframe' } }],
]

for (const [sentence, path, sending] of strangers) {
  test(`R8: ${sentence} is answered as without callbacks: a stranger’s, without a cookie`, async (t) => {
    const { app, gateway } = await start(t)
    const browser = gateway.secureBrowser()
    await browser.visit('/begin')
    const { token } = browser
    const { status, setCookies } = await browser.submit(path, ANSWER, sending)
    assert.notEqual(status, 303)
    assert.deepEqual(setCookies, [])
    assert.equal(app.lastCookies, undefined)
    assert.equal(browser.token, token)
  })
}

test('R8: a path that some servers read as a callback, and others do not, is refused (G1)', async (t) => {
  const { app, gateway } = await start(t)
  for (const path of ['/acs;v=1', '/u/x%2Fy/return', '/x%2F..%2Facs']) {
    assert.equal((await gateway.secureBrowser().submit(path, ANSWER, CROSS)).status, 400, path)
  }
  assert.deepEqual(app.arrived, [])
})

test('R8: without callbacks the form comes without session, and harms none', async (t) => {
  const { gateway } = await start(t, SITE.replace('callbacks: [/acs, /u/*/return], ', ''))
  const browser = gateway.secureBrowser()
  await browser.visit('/begin')
  const { token } = browser
  const { status, setCookies } = await browser.submit('/acs', ANSWER, CROSS)
  assert.equal(status, 403)
  assert.deepEqual(setCookies, [])
  assert.equal(browser.token, token)
})

test('R8: a form of more than 256 KiB is refused, whole or in pieces', async (t) => {
  const { gateway, bodies } = await start(t)
  const browser = gateway.secureBrowser()
  const fits = { ...ANSWER, pad: 'x'.repeat(256 * 1024 - 25) }
  await follow(browser, await browser.submit('/acs', fits, CROSS))
  assert.equal(bodies.length, 1)
  assert.equal((await browser.submit('/acs', { ...fits, pad: `${fits.pad}x` }, CROSS)).status, 413)
  assert.equal(gateway.heard('callback-refused')[0]?.why, 'too-long')
})

test('R8: who sends forms and never comes back is refused before the store is full', async (t) => {
  const { gateway, clock } = await start(t)
  const browser = gateway.secureBrowser()
  const send = () => browser.submit('/acs', { pad: 'x'.repeat(250_000) }, CROSS)
  const statuses: number[] = []
  for (let i = 0; i < 13; i++) statuses.push((await send()).status)
  assert.deepEqual(statuses, [...Array(12).fill(303), 503])
  assert.equal(gateway.heard('callback-refused')[0]?.why, 'full')
  clock.now += 60_000
  assert.equal((await send()).status, 303)
})

test('R8: who comes back has room again', async (t) => {
  const { gateway } = await start(t)
  const browser = gateway.secureBrowser()
  for (let i = 0; i < 14; i++) {
    await follow(browser, await browser.submit('/acs', { pad: 'x'.repeat(250_000) }, CROSS))
  }
  assert.deepEqual(gateway.heard('callback-refused'), [])
})

test('R8: a planted id in the form or its query does not reach the application (G2)', async (t) => {
  const { app, gateway, bodies } = await start(t, `${SITE}, idParameters: [sid]`)
  const browser = gateway.secureBrowser()
  await follow(browser, await browser.submit('/acs?sid=evil&b=2', { sid: 'evil', ...ANSWER }, CROSS))
  assert.deepEqual(bodies, ['user=alice&state=abc'])
  assert.equal(app.arrived[0]!.url, '/acs?b=2')
})

test('R8: a sign-out by another site’s form ends the session, where it is declared (SAML single logout)', async (t) => {
  const { gateway } = await start(t, `${SITE.replace('/acs,', '/acs, /slo,')}, logout: { path: /slo, method: POST }`)
  const browser = gateway.secureBrowser()
  await browser.visit('/begin')
  const { token } = browser
  await follow(browser, await browser.submit('/slo', {}, CROSS))
  assert.equal(browser.token, undefined)
  const copy = gateway.secureBrowser()
  copy.jar.set('__Host-Http-sid', token as string)
  assert.equal((await copy.visit('/')).body, '')
})

test('R8: over HTTP/2 a form is kept and resumed like any other', async (t) => {
  const { gateway, bodies } = await start(t)
  const http2 = await openHttp2(t, gateway.httpsPort)
  const from = { origin: 'https://idp.example', 'content-type': 'application/x-www-form-urlencoded' }
  const visit = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  const posted = await ask(http2, fetched('/acs', undefined, { ':method': 'POST', ...from, ...visit }), 'state=x')
  assert.equal(posted.status, 303)
  const answer = await ask(http2, fetched(String(posted.headers.location), undefined, visit))
  assert.equal(answer.body, 'nobody asked for this')
  assert.deepEqual(bodies, ['state=x'])
})

test('R8: a client that asks before it sends its form is told to', async (t) => {
  const { gateway } = await start(t)
  const expecting = { ...CROSS, headers: { ...CROSS.headers, Expect: '100-continue' } }
  assert.equal((await gateway.secureBrowser().submit('/acs', ANSWER, expecting)).status, 303)
})

test('E9: a store that fails keeps nothing, and says so', async (t) => {
  const { store, failing } = watchedStore()
  failing.add('create')
  const { gateway } = await start(t, SITE, { store })
  assert.equal((await gateway.secureBrowser().submit('/acs', ANSWER, CROSS)).status, 503)
  assert.equal(gateway.heardOfSessions('store-error').length > 0, true)
})

test('E7, R8: what is kept is sealed: the store has neither the form nor the reference', async (t) => {
  const inner = memory()
  const written: unknown[] = []
  const store = new Proxy(inner, {
    get: (target, name) => {
      const value: unknown = target[name as keyof typeof target]
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        written.push(args)
        return value.apply(target, args)
      }
    },
  })
  const { gateway } = await start(t, SITE, { store })
  const location = resumption(await gateway.secureBrowser().submit('/acs', ANSWER, CROSS))
  const text = JSON.stringify(written, (_key, value) =>
    value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
  )
  assert.match(text, /callbacks:/)
  assert.doesNotMatch(text, /alice|dXNlcj1hbGljZ/)
  assert.equal(text.includes(location.split('coatcheck-resume=')[1] as string), false)
})
