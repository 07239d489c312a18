// Signed in before the gateway came, and still afterwards: once, over https, for a while.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memory } from '@coatcheck/session'
import { startApplication } from '../testing/application.ts'
import { HOST, startTestGateway, type TestGateway } from '../testing/gateway.ts'
import { SIGN_IN, SIGN_OUT, sets, withMembers } from '../testing/members.ts'
import { broughtCookies } from './adoption.ts'

const SITE = `insecureAdopt: 24h, authCookies: [auth], ${SIGN_IN}, ${SIGN_OUT}`
const DAY = 86_400_000

const headers: [header: string | undefined, brought: string | null][] = [
  ['auth=1', 'auth=1'],
  ['b=2; wp_in_5c=3 ;auth=1', 'auth=1; wp_in_5c=3'],
  ['auth="1"', 'auth="1"'],
  [undefined, null],
  ['b=2', null],
  ['auth=', null],
  ['auth=1; auth=2', null],
  ['auth=1; auth=1', null],
  ['auth=1, auth=2', null],
  ['auth="1', null],
  ['auth=1; __Host-Http-sid=x', null],
  ['auth=1; __HOST-HTTP-sid=x', null],
  [Array.from({ length: 9 }, (_, i) => `wp_in_${i}=1`).join('; '), null],
]

for (const [header, brought] of headers) {
  test(`G2: of ${header?.slice(0, 60)} ${brought ?? 'nothing'} is taken over`, () => {
    const cookies = broughtCookies(header, ['auth', 'wp_in_*'])
    assert.equal(cookies?.map(({ name, value }) => `${name}=${value}`).join('; ') ?? null, brought)
  })
}

async function start(t: Parameters<typeof startApplication>[0], site = SITE, options = {}) {
  const app = withMembers(await startApplication(t))
  const gateway = await startTestGateway(t, app.port, { site, https: true, file: 'store: sqlite:./x.db', options })
  return { app, gateway }
}

function early(gateway: TestGateway, cookies: Record<string, string> = { auth: 'alice' }) {
  const browser = gateway.secureBrowser()
  for (const [name, value] of Object.entries(cookies)) browser.jar.set(name, value)
  return browser
}

test('G2: whoever was signed in before the gateway came still is, and his old cookies are gone', async (t) => {
  const { gateway } = await start(t)
  const browser = early(gateway, { auth: 'alice', other: 'x' })
  const { body, headers } = await browser.visit('/')
  assert.equal(body, 'auth=alice')
  assert.equal(headers['cache-control'], 'private, no-store')
  assert.deepEqual([...browser.jar.keys()].sort(), ['__Host-Http-sid', 'other'])
  assert.equal((await browser.fetch('/data')).body, 'auth=alice')
  assert.deepEqual(
    gateway.heard('cookies-adopted').map(({ cookies }) => cookies),
    [['auth']],
  )
  assert.equal(gateway.heard('adoption-window')[0]?.open, true)
  assert.doesNotMatch(JSON.stringify(gateway.heard('cookies-adopted')), /alice/)
})

test('G2: a script’s first request is taken over as well, and a form that was being filled in', async (t) => {
  const { gateway, app } = await start(t)
  const script = early(gateway)
  assert.equal((await script.fetch('/data')).body, 'auth=alice')
  assert.equal(script.jar.has('auth'), false)
  const form = early(gateway, { auth: 'bob' })
  assert.equal((await form.submit('/order', { item: 'tea' })).body, 'auth=bob')
  assert.equal(app.arrived.length, 2)
})

test('F3, G2: a cookie that was taken over is not taken over again: a copy gets nothing, and is reported', async (t) => {
  let now = Date.now()
  const { gateway } = await start(t, SITE, { clock: () => now })
  const owner = early(gateway)
  await owner.visit('/')
  now += 61_000
  const copy = early(gateway)
  assert.equal((await copy.visit('/')).body, '')
  assert.equal(copy.jar.has('auth'), false, 'and it is deleted there')
  assert.deepEqual(
    gateway.heard('adoption-replayed').map(({ cookies }) => cookies),
    [['auth']],
  )
  assert.equal((await owner.visit('/')).body, 'auth=alice')
})

test('F3, G2: another’s session id, brought beside one’s own ticket, is left out', async (t) => {
  const { gateway } = await start(t, `${SITE}, preset: aspnet`)
  await early(gateway, { auth: 'alice', 'ASP.NET_SessionId': 'hers' }).visit('/')
  assert.equal((await early(gateway, { auth: 'mallory', 'ASP.NET_SessionId': 'hers' }).visit('/')).body, 'auth=mallory')
  assert.equal(
    (await early(gateway, { 'ASP.NET_SessionId': 'hers' }).visit('/')).body,
    '',
    'nor is it without a ticket',
  )
})

test('G2: a cookie that is the same for everybody keeps nobody out', async (t) => {
  const { gateway } = await start(t, `${SITE}, preset: wordpress`)
  for (const user of ['alice', 'bob']) {
    const browser = early(gateway, { auth: user, wordpress_test_cookie: 'WP%20Cookie%20check' })
    assert.match((await browser.visit('/')).body, new RegExp(`auth=${user}`))
  }
})

test('G2: where nothing says by which cookie users are known, the session’s own is taken over', async (t) => {
  const { gateway } = await start(t, 'preset: php, insecureAdopt: 24h')
  assert.equal((await early(gateway, { PHPSESSID: 'abc' }).visit('/')).body, 'PHPSESSID=abc')
})

test('G2: of requests at once one takes over, and the others’ answers do not overwrite its cookie', async (t) => {
  const { gateway, app } = await start(t, `${SITE}, preset: aspnet`)
  app.on('/data', sets('guest=1'))
  const cookies = { auth: 'alice', 'ASP.NET_SessionId': 'abc' }
  const tabs = Array.from({ length: 5 }, () => early(gateway, cookies))
  const answers = await Promise.all(tabs.map((tab) => tab.fetch('/data')))
  const issued = answers.filter(({ setCookies }) => setCookies.some((line) => line.startsWith('__Host-Http-sid=')))
  assert.equal(issued.length, 1)
  assert.equal(gateway.heard('cookies-adopted').length, 1)
  assert.equal(gateway.heard('cookies-dropped').filter(({ why }) => why === 'late').length, 4)
})

test('G2: a copy is refused by a gateway that was started again, and the window is no longer for it', async (t) => {
  let now = Date.now()
  const store = memory()
  const options = { store, clock: () => now }
  const first = await start(t, SITE, options)
  await early(first.gateway).visit('/')
  now += DAY / 2
  const second = await start(t, SITE, options)
  assert.equal((await early(second.gateway).visit('/')).body, '')
  assert.equal((await early(second.gateway, { auth: 'bob' }).visit('/')).body, 'auth=bob')
  now += DAY / 2
  assert.equal((await early(second.gateway, { auth: 'carol' }).visit('/')).body, '', 'its time is over')
  const third = await start(t, SITE, options)
  assert.equal(third.gateway.heard('adoption-window')[0]?.open, false)
  assert.equal((await early(third.gateway, { auth: 'dave' }).visit('/')).body, '')
})

test('F1, G2: nothing is taken over from plain http, not even where it has a tier of its own', async (t) => {
  const { gateway } = await start(t, `${SITE}, http: tiered`)
  const browser = gateway.browser(HOST)
  browser.jar.set('auth', 'alice')
  assert.equal((await browser.visit('/')).body, '')
  assert.deepEqual(gateway.heard('cookies-adopted'), [])
})

test('F4, G2: whose session ended is not signed in again by what he brings', async (t) => {
  const { gateway } = await start(t)
  const browser = early(gateway)
  await browser.visit('/')
  const thief = browser.frozenCopy()
  await browser.visit('/logout')
  thief.jar.set('auth', 'bob')
  assert.equal((await thief.visit('/')).body, '')
  thief.jar.set('__Host-Http-sid', 'never issued')
  assert.equal((await thief.visit('/')).body, '')
})

test('R8, G2: another site’s page cannot have a planted cookie taken over by a POST', async (t) => {
  const { gateway } = await start(t)
  const browser = early(gateway)
  const answer = await browser.submit(
    '/order',
    { item: 'tea' },
    { from: 'cross-site', headers: { Cookie: 'auth=alice' } },
  )
  assert.deepEqual([answer.body, answer.setCookies], ['', []])
})

test('F3, E3: a sign-in takes nothing over: the planted cookie is not in its vault', async (t) => {
  const { gateway, app } = await start(t, `${SITE}, preset: aspnet`)
  const victim = early(gateway, { 'ASP.NET_SessionId': 'planted' })
  await victim.submit('/login', { user: 'alice', password: 'right' })
  assert.equal(app.lastCookies, undefined)
  assert.equal((await victim.visit('/')).body, 'auth=alice')
})

test('G3: nobody knows whose the cookies were, so that the next sign-in in that browser gets nothing of them', async (t) => {
  const { gateway, app } = await start(t)
  const browser = early(gateway)
  await browser.visit('/')
  await browser.submit('/login', { user: 'bob', password: 'right' })
  assert.equal(app.lastCookies, undefined, 'not even the request of the sign-in')
  assert.equal((await browser.visit('/')).body, 'auth=bob')
})

test('G3: the application that deletes a cookie that was taken over has signed him out, whatever Domain it names', async (t) => {
  const { gateway, app } = await start(t)
  app.on('/bye', sets('auth=; Domain=example.test; Path=/; Max-Age=0'))
  const browser = early(gateway)
  await browser.visit('/')
  await browser.visit('/bye')
  assert.equal((await browser.visit('/')).body, '')
  assert.equal(gateway.heardOfSessions('ended')[0]?.reason, 'signed-out')
})

test('E9: where the store cannot say what was taken over, nobody is taken over and nobody is a stranger', async (t) => {
  const store = memory()
  const { gateway } = await start(t, SITE, { store })
  store.create = () => Promise.reject(new Error('the disk is gone'))
  const browser = early(gateway)
  const answer = await browser.visit('/')
  assert.deepEqual([answer.status, answer.setCookies], [503, []])
  assert.equal(browser.jar.get('auth'), 'alice')
})
