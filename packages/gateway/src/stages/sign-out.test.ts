// Signed out is signed out: here, at once, whatever the application does or forgets.

import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { type Application, startApplication } from '../testing/application.ts'
import type { Browser } from '../testing/browser.ts'
import { startTestGateway, type TestGateway } from '../testing/gateway.ts'
import { SIGN_IN, SIGN_OUT, sets, withMembers } from '../testing/members.ts'

const GOOD = { user: 'alice', password: 'right' }

interface SignedIn {
  readonly app: Application
  readonly gateway: TestGateway
  readonly browser: Browser
  readonly pass: (milliseconds: number) => void
}

async function startSignedIn(t: TestContext, site = `${SIGN_IN}, ${SIGN_OUT}`): Promise<SignedIn> {
  let now = Date.now()
  const app = withMembers(await startApplication(t))
  const options = { timeouts: { headers: 200 }, clock: () => now }
  const gateway = await startTestGateway(t, app.port, { site, options })
  const browser = gateway.browser()
  await browser.submit('/login', GOOD)
  assert.equal((await browser.visit('/')).body, 'auth=alice')
  const pass = (milliseconds: number): void => {
    now += milliseconds
  }
  return { app, gateway, browser, pass }
}

test('F4: after sign-out the frozen cookie opens nothing, and the application gets no cookies', async (t) => {
  const { gateway, browser, pass } = await startSignedIn(t)
  const thief = browser.frozenCopy()
  const { setCookies, headers } = await browser.visit('/logout')
  assert.equal(setCookies.length, 1)
  assert.match(setCookies[0]!, /^__Host-Http-sid=; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=0; Expires=/)
  assert.equal(headers['cache-control'], 'private, no-store')
  assert.equal(browser.token, undefined)
  const late = await thief.visit('/')
  assert.deepEqual([late.status, late.body, late.setCookies], [200, '', []], 'R4: no implicit cookie within a minute')
  pass(61_000)
  const replay = await thief.visit('/')
  assert.deepEqual([replay.status, replay.body], [200, ''])
  assert.match(replay.setCookies.join(), /Max-Age=0/)
  assert.equal(gateway.heardOfSessions('replay').length, 1)
})

test('F4: sign out, sign in again, replay the old cookie: nothing', async (t) => {
  const { browser } = await startSignedIn(t)
  const thief = browser.frozenCopy()
  await browser.visit('/logout')
  await browser.submit('/login', GOOD)
  assert.equal((await browser.visit('/')).body, 'auth=alice')
  assert.equal((await thief.visit('/')).body, '')
  await thief.submit('/', { write: 'x' })
  assert.equal((await thief.visit('/')).body, '')
  assert.equal((await browser.visit('/')).body, 'auth=alice')
})

test('G3: sign-out by rule ends the session before the application sees the request', async (t) => {
  const { app, browser } = await startSignedIn(t)
  const thief = browser.frozenCopy()
  const seen = Promise.withResolvers<string>()
  app.on('/logout', async (_req, res) => {
    seen.resolve((await thief.fetch('/')).body)
    res.end('bye')
  })
  const { body } = await browser.visit('/logout')
  assert.equal(await seen.promise, '')
  assert.equal(body, 'bye', 'and its answer is shown')
})

const failures: [sentence: string, status: number, misbehave: (res: ServerResponse) => unknown][] = [
  ['fails', 500, (res) => res.writeHead(500).end()],
  ['breaks off', 502, (res) => res.destroy()],
  ['hangs', 504, () => {}],
  ['forgets to delete its cookie', 200, (res) => res.end()],
  ['sets its cookie anew', 200, (res) => res.setHeader('Set-Cookie', 'auth=alice; Path=/').end()],
]

for (const [sentence, status, misbehave] of failures) {
  test(`G3: sign-out by rule ends the session even where the application ${sentence}`, async (t) => {
    const { app, browser } = await startSignedIn(t)
    const thief = browser.frozenCopy()
    app.on('/logout', (_req, res) => misbehave(res))
    const answer = await browser.visit('/logout')
    assert.equal(answer.status, status)
    assert.match(answer.setCookies.join(), /^__Host-Http-sid=;.*Max-Age=0/)
    assert.equal(browser.token, undefined)
    assert.equal((await browser.visit('/')).body, '')
    assert.equal((await thief.visit('/')).body, '')
  })
}

test('G3: the application that deletes its sign-in cookie signs out here, wherever it does so', async (t) => {
  const { app, gateway, browser } = await startSignedIn(t, SIGN_IN)
  const thief = browser.frozenCopy()
  app.on('/bye', sets('auth=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'other=1'))
  const { setCookies, body } = await browser.visit('/bye')
  assert.equal(body, 'set')
  assert.match(setCookies.join(), /^__Host-Http-sid=;.*Max-Age=0/)
  assert.equal((await thief.visit('/')).body, '')
  const [ended] = gateway.heardOfSessions('ended')
  assert.deepEqual([ended?.reason, ended?.user], ['signed-out', 'alice'])
})

const queries: [sentence: string, rule: string, query: string, signsOut: boolean][] = [
  ['the parameter', 'logoff', '?logoff', true],
  ['the parameter with any value', 'logoff', '?a=b&logoff=true', true],
  ['the parameter with its value', 'do=sign out', '?id=start&do=sign+out', true],
  ['another spelling of both', 'do=logout', '?%44O=%6cogout', true],
  ['the parameter twice', 'do=logout', '?do=show&do=logout', true],
  ['the parameter behind a semicolon', 'do=logout', '?id=start;do=logout', true],
  ['the parameter with another value', 'do=logout', '?do=logouts', false],
  ['the value without its name', 'do=logout', '?logout', false],
  ['the parameter as another one’s end', 'do=logout', '?undo=logout', false],
  ['the page alone', 'do=logout', '', false],
]

for (const [sentence, rule, query, signsOut] of queries) {
  test(`G3: a sign-out by query, ${sentence}: ${query || 'no query'}`, async (t) => {
    const { browser } = await startSignedIn(t, `${SIGN_IN}, logout: { path: /page, query: '${rule}' }`)
    const thief = browser.frozenCopy()
    await browser.visit(`/page${query}`)
    assert.equal((await thief.visit('/')).body, signsOut ? '' : 'auth=alice')
  })
}

test('G3: a deletion of some other cookie, or of one that is set again, is no sign-out', async (t) => {
  const { app, browser } = await startSignedIn(t, SIGN_IN)
  app.on('/other', sets('basket=; Max-Age=0'))
  app.on('/again', sets('auth=; Path=/; Max-Age=0', 'auth=alice; Path=/'))
  await browser.visit('/other')
  await browser.visit('/again')
  assert.equal((await browser.visit('/')).body, 'auth=alice')
})

test('G3: sign-out of a visitor who has no session is forwarded, and sets nothing', async (t) => {
  const { gateway } = await startSignedIn(t)
  const stranger = gateway.browser()
  const { status, body, setCookies } = await stranger.visit('/logout')
  assert.deepEqual([status, body, setCookies], [200, 'bye', []])
})

test('E5: a session that was idle too long is over, and its page is asked for as a stranger’s', async (t) => {
  const { browser, pass } = await startSignedIn(t)
  pass(31 * 60_000)
  const { status, body, setCookies } = await browser.visit('/')
  assert.deepEqual([status, body], [200, ''])
  assert.match(setCookies.join(), /^__Host-Http-sid=;.*Max-Age=0/)
  assert.equal(browser.token, undefined)
})

test('R4: a sign-in that comes with a token just signed out mints a new one, into an empty session', async (t) => {
  const { browser } = await startSignedIn(t)
  const straggler = browser.frozenCopy()
  await browser.visit('/logout')
  const { status, setCookies } = await straggler.submit('/login', { user: 'bob', password: 'right' })
  assert.equal(status, 302)
  assert.match(setCookies.join(), /^__Host-Http-sid=[\w-]{43};/)
})

test('R4: a late request whose answer sets cookies begins no session, and is shown all the same', async (t) => {
  const { app, gateway, browser } = await startSignedIn(t)
  app.on('/set', sets('app=1'))
  const straggler = browser.frozenCopy()
  await browser.visit('/logout')
  const { status, body, setCookies } = await straggler.visit('/set')
  assert.deepEqual([status, body, setCookies], [200, 'set', []])
  assert.equal(gateway.heard('answer-withheld').length, 0)
})
