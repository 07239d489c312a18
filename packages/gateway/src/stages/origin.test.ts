// Requests that another site makes the browser send.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Application, startApplication } from '../testing/application.ts'
import type { Browser, Sending } from '../testing/browser.ts'
import { startTestGateway, type TestGateway } from '../testing/gateway.ts'
import { SIGN_IN, sets, withMembers } from '../testing/members.ts'

const ALICE = { user: 'alice', password: 'right' }
const MALLORY = { user: 'mallory', password: 'right' }

async function start(t: TestContext, site = SIGN_IN): Promise<{ app: Application; gateway: TestGateway }> {
  const app = withMembers(await startApplication(t)).on('/set', sets('app=1'))
  return { app, gateway: await startTestGateway(t, app.port, { site, https: true }) }
}

const OLD = { 'Sec-Fetch-Site': undefined, 'Sec-Fetch-Mode': undefined, 'Sec-Fetch-Dest': undefined }

const foreign: [sentence: string, sending: Sending][] = [
  ['a sibling host', { from: 'same-site' }],
  ['an old browser’s Origin', { headers: { 'Sec-Fetch-Site': undefined, Origin: 'https://evil.example' } }],
  ['an unknown Sec-Fetch-Site', { headers: { 'Sec-Fetch-Site': 'nearby' } }],
]

test('R6: an unsafe request with a session from another origin gets 403, and is not forwarded', async (t) => {
  const { app, gateway } = await start(t)
  const browser = gateway.secureBrowser()
  await browser.submit('/login', ALICE)
  const before = app.arrived.length
  for (const [sentence, sending] of foreign) {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
      const { status, setCookies } = await browser.fetch('/', { method, ...sending })
      assert.deepEqual([status, setCookies], [403, []], `${method} from ${sentence}`)
    }
  }
  assert.equal(app.arrived.length, before)
  assert.equal(gateway.heardOfSessions('cross-origin').length, foreign.length * 5)
  assert.equal((await browser.visit('/')).body, 'auth=alice', 'the session lives on')
})

test('R6: a sign-in or sign-out from another origin changes nothing', async (t) => {
  const { app, gateway } = await start(t, `${SIGN_IN}, logout: { path: /logout, method: POST }`)
  const browser = gateway.secureBrowser()
  await browser.submit('/login', ALICE)
  const { token } = browser
  const before = app.arrived.length
  assert.equal((await browser.submit('/login', MALLORY, { from: 'same-site' })).status, 403)
  assert.equal((await browser.submit('/logout', {}, { from: 'same-site' })).status, 403)
  assert.equal(app.arrived.length, before)
  assert.equal(browser.token, token)
  assert.equal((await browser.visit('/')).body, 'auth=alice')
})

test('R6: a trusted origin is let through, its siblings are not', async (t) => {
  const { gateway } = await start(t, `${SIGN_IN}, trustedOrigins: ['https://pay.example']`)
  const browser = gateway.secureBrowser()
  await browser.submit('/login', ALICE)
  const from = (Origin: string) => browser.fetch('/', { method: 'POST', from: 'same-site', headers: { Origin } })
  assert.equal((await from('https://pay.example')).body, 'auth=alice')
  assert.equal((await from('https://x.pay.example')).status, 403)
  assert.equal((await from('http://pay.example')).status, 403)
})

type Send = (browser: Browser) => ReturnType<Browser['visit']>
const crossSite: [sentence: string, send: Send][] = [
  ['a form', (browser) => browser.submit('/set', {}, { from: 'cross-site' })],
  ['a sign-in form', (browser) => browser.submit('/login', MALLORY, { from: 'cross-site' })],
  ['a form of a sibling host', (browser) => browser.submit('/login', MALLORY, { from: 'same-site' })],
  ['a script', (browser) => browser.fetch('/set', { method: 'POST', from: 'cross-site' })],
  ['an image', (browser) => browser.image('/set', { from: 'cross-site' })],
  ['an old browser’s form', (browser) => browser.submit('/set', {}, { from: 'cross-site', headers: OLD })],
]

for (const [sentence, send] of crossSite) {
  test(`R8: ${sentence} from another site, without cookie, begins no session and signs nobody in`, async (t) => {
    const { app, gateway } = await start(t, `${SIGN_IN}, expose: [theme]`)
    app.on('/set', sets('app=1', 'theme=planted'))
    const stranger = gateway.secureBrowser()
    const { setCookies } = await send(stranger)
    assert.deepEqual(setCookies, [])
    assert.deepEqual(gateway.heardOfSessions('created'), [])
    assert.deepEqual(gateway.heardOfSessions('signed-in'), [])
    assert.equal(gateway.heard('cookies-dropped')[0]?.why, 'cross-site')
  })
}

test('R8: a cross-site form can not overwrite the cookie that the browser withheld', async (t) => {
  const { gateway } = await start(t)
  const victim = gateway.secureBrowser()
  await victim.submit('/login', ALICE)
  const { token } = victim
  const { setCookies } = await victim.submit('/login', MALLORY, { from: 'cross-site' })
  assert.deepEqual(setCookies, [])
  assert.equal(victim.token, token)
  assert.equal((await victim.visit('/')).body, 'auth=alice')
})

test('R8: a page that another site links to is a visit like any other', async (t) => {
  const { gateway } = await start(t)
  const stranger = gateway.secureBrowser()
  assert.equal((await stranger.visit('/set', { from: 'cross-site' })).setCookies.length, 1)
  assert.equal((await stranger.visit('/', { from: 'cross-site' })).body, 'app=1')
})
