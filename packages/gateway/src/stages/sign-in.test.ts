// The application's own sign-in: the token changes before the application sees the request, whatever becomes of it.

import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { test } from 'node:test'
import { createSessions, memory } from '@coatcheck/session'
import { bodyOf, startApplication } from '../testing/application.ts'
import { startTestGateway } from '../testing/gateway.ts'
import { SIGN_IN, sets, withMembers } from '../testing/members.ts'
import { watchedStore } from '../testing/store.ts'

const GOOD = { user: 'alice', password: 'right' }
const BAD = { user: 'alice', password: 'wrong' }

test('G3: a sign-in by rule ends the old token before the application sees the request', async (t) => {
  const app = withMembers(await startApplication(t)).on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
  const browser = gateway.browser()
  await browser.visit('/set')
  const attacker = browser.frozenCopy()
  const seen = Promise.withResolvers<string>()
  app.on('POST /login', async (req, res) => {
    await bodyOf(req)
    seen.resolve((await attacker.fetch('/')).body)
    res.writeHead(302, { Location: '/', 'Set-Cookie': 'auth=alice; Path=/' }).end()
  })
  await browser.submit('/login', GOOD)
  assert.equal(await seen.promise, '', 'while the application still checks the password')
  assert.equal((await browser.visit('/')).body, 'app=1; auth=alice')
})

const failures: [sentence: string, status: number, misbehave: (res: ServerResponse) => unknown][] = [
  ['a wrong password', 200, (res) => res.end('wrong')],
  ['an error', 500, (res) => res.writeHead(500).end()],
  ['nothing in time', 504, () => {}],
  ['a broken connection', 502, (res) => res.destroy()],
  ['a redirect without a cookie', 302, (res) => res.writeHead(302, { Location: '/' }).end()],
  ['an empty answer', 204, (res) => res.writeHead(204).end()],
]

test('G3: the answer to a sign-in carries a new token, whatever it is', async (t) => {
  const app = withMembers(await startApplication(t)).on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN, options: { timeouts: { headers: 200 } } })
  const browser = gateway.browser()
  await browser.visit('/set')
  for (const [sentence, status, misbehave] of failures) {
    await t.test(sentence, async () => {
      app.on('POST /login', async (req, res) => {
        await bodyOf(req)
        misbehave(res)
      })
      const old = browser.frozenCopy()
      const answer = await browser.submit('/login', BAD)
      assert.equal(answer.status, status)
      assert.equal(answer.headers['cache-control'], 'private, no-store')
      assert.equal(answer.setCookies.length, 1)
      assert.notEqual(browser.token, old.token)
      assert.equal((await browser.visit('/')).body, 'app=1', 'the visitor keeps his vault')
      assert.equal((await old.visit('/')).body, '', 'under the new token alone')
    })
  }
  assert.deepEqual(gateway.heardOfSessions('signed-in'), [])
})

test('G3: a success names the user of the form, in one form of the name', async (t) => {
  const store = memory()
  const app = withMembers(await startApplication(t))
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN, options: { store } })
  const sessions = createSessions({ store, site: 'default' })
  t.after(() => sessions.close())
  const browser = gateway.browser()
  const answer = await browser.submit('/login', { user: ' Zoe\u0308 ', password: 'right' })
  assert.equal(answer.status, 302)
  assert.equal(answer.headers.location, '/')
  assert.equal((await sessions.list('Zo\xeb')).length, 1)
  assert.deepEqual(
    gateway.heardOfSessions('signed-in').map(({ user }) => user),
    ['Zo\xeb'],
  )
})

test('G3: an ended session of the list is over at the gateway', async (t) => {
  const store = memory()
  const app = withMembers(await startApplication(t))
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN, options: { store } })
  const sessions = createSessions({ store, site: 'default' })
  t.after(() => sessions.close())
  const browser = gateway.browser()
  await browser.submit('/login', GOOD)
  assert.equal((await browser.visit('/')).body, 'auth=alice')
  await sessions.endAll('alice')
  assert.equal((await browser.visit('/')).body, '')
})

test('G3: what the visitor had before he signed in stays with him', async (t) => {
  const app = withMembers(await startApplication(t)).on('/set', sets('basket=7'))
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
  const browser = gateway.browser()
  await browser.visit('/set')
  await browser.submit('/login', GOOD)
  assert.equal((await browser.visit('/')).body, 'basket=7; auth=alice')
})

test('G3: signing in again as the same user keeps his cookies, under a new token', async (t) => {
  const app = withMembers(await startApplication(t)).on('/set', sets('basket=7'))
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
  const browser = gateway.browser()
  await browser.submit('/login', GOOD)
  await browser.visit('/set')
  const old = browser.frozenCopy()
  await browser.submit('/login', GOOD)
  assert.equal((await browser.visit('/')).body, 'auth=alice; basket=7')
  assert.equal((await old.visit('/')).body, '')
})

test('G2: another user’s sign-in over a signed-in session keeps only that answer’s cookies', async (t) => {
  const app = withMembers(await startApplication(t)).on('/set', sets('basket=7'))
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
  const browser = gateway.browser()
  await browser.submit('/login', GOOD)
  await browser.visit('/set')
  await browser.submit('/login', { user: 'bob', password: 'right' })
  assert.equal((await browser.visit('/')).body, 'auth=bob')
})

test('G2: while another user signs in, the application does not see the first one’s cookies', async (t) => {
  const app = withMembers(await startApplication(t))
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
  const browser = gateway.browser()
  await browser.submit('/login', GOOD)
  const first = browser.frozenCopy()
  await browser.submit('/login', { user: 'bob', password: 'wrong' })
  assert.equal(app.lastCookies, undefined)
  assert.equal((await first.visit('/')).body, '', 'and the first one is signed out, whatever becomes of it')
  assert.equal((await browser.visit('/')).body, '')
})

test('G3: a sign-in whose user nobody knows, over a signed-in session, counts as another user’s', async (t) => {
  const site = 'login: { path: /login, success: { status: [302], setsCookie: auth } }'
  const app = withMembers(await startApplication(t)).on('/set', sets('basket=7'))
  const gateway = await startTestGateway(t, app.port, { site })
  const browser = gateway.browser()
  await browser.submit('/login', GOOD)
  await browser.visit('/set')
  await browser.submit('/login', GOOD)
  assert.equal((await browser.visit('/')).body, 'auth=alice')
})

test('G3: success is what the rule says: status, cookie and location, all of them', async (t) => {
  const site =
    'login: { path: /login, user: { field: user }, success: { status: [302], setsCookie: a, location: /in } }'
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { site })
  const answers: [status: number, headers: Record<string, string>, signsIn: boolean][] = [
    [302, { Location: '/in', 'Set-Cookie': 'a=1' }, true],
    [302, { Location: '/in?x#y', 'Set-Cookie': 'a=1' }, true],
    [302, { Location: `${app.origin}/in`, 'Set-Cookie': 'a=1' }, true],
    [303, { Location: '/in', 'Set-Cookie': 'a=1' }, false],
    [302, { Location: '/again', 'Set-Cookie': 'a=1' }, false],
    [302, { 'Set-Cookie': 'a=1' }, false],
    [302, { Location: '/in', 'Set-Cookie': 'b=1' }, false],
    [302, { Location: '/in', 'Set-Cookie': 'a=' }, false],
    [302, { Location: '/in', 'Set-Cookie': 'a=1; Max-Age=0' }, false],
  ]
  for (const [status, headers, signsIn] of answers) {
    app.on('POST /login', (req, res) => void req.resume().on('end', () => res.writeHead(status, headers).end()))
    const before = gateway.heardOfSessions('signed-in').length
    await gateway.browser().submit('/login', GOOD)
    assert.equal(gateway.heardOfSessions('signed-in').length - before, signsIn ? 1 : 0, JSON.stringify(headers))
  }
})

test('G3: a ticket that the same answer takes back is no sign-in', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
  const gone = 'Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'
  const answers: [sentence: string, cookies: string[], signedIn: number][] = [
    ['given and taken', ['auth=alice; Path=/', `auth=deleted; ${gone}`], 0],
    ['taken elsewhere, where it was given before', ['auth=alice; Path=/', 'auth=; Path=/blog'], 1],
    ['taken and given', [`auth=deleted; ${gone}`, 'auth=alice; Path=/'], 1],
  ]
  for (const [sentence, cookies, signedIn] of answers) {
    app.on('POST /login', async (req, res) => {
      await bodyOf(req)
      res.writeHead(302, { Location: '/', 'Set-Cookie': cookies }).end()
    })
    const before = gateway.heardOfSessions('signed-in').length
    await gateway.browser().submit('/login', GOOD)
    assert.equal(gateway.heardOfSessions('signed-in').length - before, signedIn, sentence)
  }
})

test('G3: a Location without a slash leads to a neighbour of the page that answered', async (t) => {
  const app = await startApplication(t)
  const site = 'login: { path: /members/login.asp, user: { field: user }, success: { location: /members/default.asp } }'
  const gateway = await startTestGateway(t, app.port, { site })
  app.on('POST /members/login.asp', async (req, res) => {
    const { password } = Object.fromEntries(new URLSearchParams(await bodyOf(req)))
    res.writeHead(302, { Location: password === 'right' ? 'default.asp' : 'login.asp?wrong=1' }).end()
  })
  for (const fields of [BAD, GOOD]) await gateway.browser().submit('/members/login.asp', fields)
  assert.equal(gateway.heardOfSessions('signed-in').length, 1)
})

test('G3: where no rule is, every form that a page sends changes the token before it is forwarded', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port)
  const browser = gateway.browser()
  app.on('/set', sets('app=1'))
  await browser.visit('/set')
  const attacker = browser.frozenCopy()
  const seen = Promise.withResolvers<string>()
  app.on('POST /whatever', async (req, res) => {
    await bodyOf(req)
    seen.resolve((await attacker.fetch('/')).body)
    res.end('no cookie at all')
  })
  await browser.submit('/whatever', { q: '1' })
  assert.equal(await seen.promise, '')
  assert.notEqual(browser.token, attacker.token)
  assert.equal((await browser.visit('/')).body, 'app=1')
})

test('G3: a script’s request whose answer sets a new or changed cookie changes the token with it', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('app=1'))
  app.on('POST /api/login', sets('app=2; Path=/'))
  app.on('POST /api/same', sets('app=2; Path=/'))
  app.on('GET /api/counter', sets('count=1; Path=/'))
  for (const site of [undefined, SIGN_IN]) {
    const gateway = await startTestGateway(t, app.port, site === undefined ? {} : { site })
    const browser = gateway.browser()
    await browser.visit('/set')
    const old = browser.frozenCopy()
    await browser.fetch('/api/login', { method: 'POST' })
    assert.notEqual(browser.token, old.token)
    assert.equal((await browser.visit('/')).body, 'app=2')
    assert.equal((await old.visit('/')).body, '')
    const { token } = browser
    await browser.fetch('/api/same', { method: 'POST' })
    await browser.fetch('/api/counter')
    await browser.fetch('/', { method: 'POST' })
    assert.equal(browser.token, token, 'nothing else does')
  }
})

for (const [sentence, path, asked] of [
  ['with a slash behind it', '/login', '/login/'],
  ['without the slash of the rule', '/login/', '/login'],
  ['in another case', '/login', '/LogIn'],
  ['with something behind a script', '/login.php', '/login.php/x'],
] as const) {
  test(`G3: a sign-in is one ${sentence}: servers take it for the same page`, async (t) => {
    const site = `login: { path: ${path}, user: { field: user }, success: { status: [302] } }`
    const app = (await startApplication(t)).on('/set', sets('app=1'))
    const gateway = await startTestGateway(t, app.port, { site })
    const browser = gateway.browser()
    await browser.visit('/set')
    const attacker = browser.frozenCopy()
    const seen = Promise.withResolvers<string>()
    app.on(`POST ${asked}`, async (req, res) => {
      await bodyOf(req)
      seen.resolve((await attacker.fetch('/')).body)
      res.writeHead(302, { Location: '/' }).end()
    })
    await browser.submit(asked, GOOD)
    assert.equal(await seen.promise, '')
    assert.equal(gateway.heardOfSessions('signed-in')[0]?.user, 'alice')
  })
}

test('G3: a sign-in by GET, seen by the cookie that it brings, changes the token; a renewed ticket does not', async (t) => {
  const app = withMembers(await startApplication(t)).on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
  app.on('/back', sets('auth=alice; Path=/')).on('/slide', sets('auth=alice2; Path=/'))
  const browser = gateway.browser()
  await browser.visit('/set')
  const old = browser.frozenCopy()
  await browser.visit('/back?code=1', { from: 'cross-site' })
  assert.equal((await old.visit('/')).body, '')
  assert.equal((await browser.visit('/')).body, 'app=1; auth=alice')
  const { token } = browser
  await browser.visit('/slide')
  assert.equal(browser.token, token)
})

test('G1: a form that names two users is refused, and the application does not see it', async (t) => {
  const app = withMembers(await startApplication(t))
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const body = 'user=bob&password=right&user=alice'
  const { status } = await gateway.browser().visit('/login', { method: 'POST', from: 'same-origin', headers, body })
  assert.equal(status, 400)
  assert.equal(app.arrived.length, 0)
})

const refusals: [sentence: string, rule: string, limit: string, status: number][] = [
  ['all sessions were ended meanwhile', 'E12', '', 401],
  ['the user has as many as he may have', 'E12', ', sessions: { limit: { max: 1, policy: refuse } }', 409],
  ['the store does not answer', 'E9', '', 503],
]

for (const [sentence, rule, limit, status] of refusals) {
  test(`${rule}: a sign-in that is refused (${sentence}) opens nothing, though the application granted it`, async (t) => {
    const watch = watchedStore()
    const users = new Map<string, string>() // the application keeps the id that it gave out before
    const idOf = (req: IncomingMessage) => /app=(\d+)/.exec(req.headers.cookie ?? '')?.[1] ?? ''
    const app = (await startApplication(t)).on('/me', (req, res) => res.end(users.get(idOf(req)) ?? 'nobody'))
    let visitors = 0
    app.on('/set', (req, res) => sets(`app=${++visitors}; Path=/`)(req, res))
    app.on('POST /login', async (req, res) => {
      users.set(idOf(req), new URLSearchParams(await bodyOf(req)).get('user') ?? '')
      if (visitors > 1 && status === 401) await watch.store.endAll('default', 'alice', Date.now() + 1, null)
      if (visitors > 1 && status === 503) watch.failing.add('rotate')
      res.writeHead(302, { Location: '/me' }).end()
    })
    const site = `login: { path: /login, user: { field: user }, success: { status: [302], location: /me } }${limit}`
    const gateway = await startTestGateway(t, app.port, { site, options: { store: watch.store } })
    const first = gateway.browser()
    await first.visit('/set')
    await first.submit('/login', GOOD)
    assert.equal((await first.visit('/me')).body, 'alice')
    const second = gateway.browser()
    await second.visit('/set')
    assert.equal((await second.submit('/login', GOOD)).status, status)
    watch.failing.clear()
    assert.equal((await second.visit('/me')).body, 'nobody')
  })
}
