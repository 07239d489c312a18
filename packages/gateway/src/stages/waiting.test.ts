// A request that waits in the application while its session ends gets nothing that was made for the one who ended it.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Application, startApplication } from '../testing/application.ts'
import type { Browser } from '../testing/browser.ts'
import { startTestGateway, type TestGateway } from '../testing/gateway.ts'
import { SIGN_IN, SIGN_OUT, sets, withMembers } from '../testing/members.ts'
import { open } from '../testing/wire.ts'

const GOOD = { user: 'alice', password: 'right' }

interface Waiting {
  readonly app: Application
  readonly gateway: TestGateway
  /** The victim, whose token the attacker knows. */
  readonly victim: Browser
  readonly attacker: Browser
  /** Resolves when the attacker's request is in the application. */
  readonly arrived: Promise<void>
  /** Lets the application answer it. */
  readonly release: () => void
}

async function startWaiting(t: TestContext, site = `${SIGN_IN}, ${SIGN_OUT}`): Promise<Waiting> {
  const arrived = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const app = withMembers(await startApplication(t)).on('/set', sets('app=1'))
  app.on('/wait', async (_req, res) => {
    arrived.resolve()
    await released.promise
    res.setHeader('Set-Cookie', ['late=1; Path=/', 'auth=stolen; Path=/']).setHeader('Cache-Control', 'max-age=60')
    res.end('a page made for the one who signed in')
  })
  const gateway = await startTestGateway(t, app.port, { site })
  const victim = gateway.browser()
  await victim.visit('/set')
  const attacker = victim.frozenCopy()
  return { app, gateway, victim, attacker, arrived: arrived.promise, release: released.resolve }
}

test('G3: a page that waited while the victim signed in is withheld: 303 to its own address', async (t) => {
  const { gateway, victim, attacker, arrived, release } = await startWaiting(t)
  const page = attacker.visit('/wait?a=%2F&b')
  await arrived
  await victim.submit('/login', GOOD)
  release()
  const { status, headers, setCookies, body } = await page
  assert.equal(status, 303)
  assert.equal(headers.location, '/wait?a=%2F&b')
  assert.equal(headers['cache-control'], 'private, no-store')
  assert.deepEqual(setCookies, [])
  assert.doesNotMatch(body, /a page made/)
  assert.equal((await victim.visit('/')).body, 'app=1; auth=alice', 'its cookies entered no vault')
  assert.deepEqual(gateway.heard('answer-withheld'), [{ type: 'answer-withheld', site: 'default', path: '/wait' }])
})

test('G3: a script’s request that waited while the victim signed in gets 401, as problem JSON', async (t) => {
  const { victim, attacker, arrived, release } = await startWaiting(t)
  const data = attacker.fetch('/wait')
  await arrived
  await victim.submit('/login', GOOD)
  release()
  const { status, headers, setCookies, body } = await data
  assert.equal(status, 401)
  assert.equal(headers['content-type'], 'application/problem+json')
  assert.equal(headers['cache-control'], 'private, no-store')
  assert.deepEqual(setCookies, [])
  assert.doesNotMatch(body, /a page made/)
})

test('G3: a form that waited gets 401 and a page, since asking again would send it twice', async (t) => {
  const { victim, attacker, arrived, release } = await startWaiting(t)
  const page = attacker.submit('/wait', {})
  await arrived
  await victim.submit('/login', GOOD)
  release()
  const { status, headers } = await page
  assert.equal(status, 401)
  assert.match(headers['content-type'] ?? '', /^text\/html/)
})

test('F4: an answer that was under way during sign-out is withheld, and brings nothing back', async (t) => {
  const { victim, attacker, arrived, release } = await startWaiting(t)
  const page = attacker.fetch('/wait')
  await arrived
  await victim.visit('/logout')
  release()
  assert.equal((await page).status, 401)
  assert.equal((await attacker.visit('/')).body, '')
  assert.equal((await victim.visit('/')).body, '')
})

test('G3: without a rule, a page that waited while a form was sent is withheld too', async (t) => {
  const { victim, attacker, arrived, release } = await startWaiting(t, 'expose: [x]')
  const page = attacker.visit('/wait')
  await arrived
  await victim.submit('/login', GOOD)
  release()
  assert.equal((await page).status, 303)
})

test('G3: an answer with neither body nor cookies is withheld as any other, HEAD included', async (t) => {
  const { app, victim } = await startWaiting(t)
  for (const [method, status] of [
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ] as const) {
    const arrived = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    app.on('/empty', async (_req, res) => {
      arrived.resolve()
      await released.promise
      res.writeHead(status, { 'X-Secret': 'alice' }).end()
    })
    const old = victim.frozenCopy()
    const answer = old.fetch('/empty', { method })
    await arrived.promise
    await victim.submit('/login', GOOD)
    released.resolve()
    const { status: got, headers } = await answer
    assert.deepEqual([got, headers['x-secret']], [401, undefined], `${method} ${status}`)
  }
})

test('G3: an answer that waited while its token was renewed is shown: that changes no privilege', async (t) => {
  let now = Date.now()
  const app = await startApplication(t)
  const arrived = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  app.on('/set', sets('app=1'))
  app.on('/wait', async (_req, res) => {
    arrived.resolve()
    await released.promise
    res.setHeader('Set-Cookie', 'late=1; Path=/').end('shown')
  })
  const options = { clock: () => now }
  const gateway = await startTestGateway(t, app.port, { site: 'sessions: { renew: 10m }', options })
  const browser = gateway.browser()
  await browser.visit('/set')
  const old = browser.frozenCopy()
  const page = old.fetch('/wait')
  await arrived.promise
  now += 11 * 60_000
  assert.match((await browser.visit('/')).setCookies.join(), /__Host-Http-sid/)
  await browser.visit('/')
  now += 11_000 // the old token is over, ten seconds after the new one was presented
  released.resolve()
  assert.equal((await page).body, 'shown')
  assert.equal((await browser.visit('/')).body, 'app=1', 'but it writes nothing any more')
  assert.equal(gateway.heard('cookies-dropped')[0]?.why, 'late')
})

test('R4: a page that is withheld does not bring the token to which it was renewed', async (t) => {
  let now = Date.now()
  const app = withMembers(await startApplication(t)).on('/set', sets('app=1'))
  const arrived = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  app.on('/wait', async (_req, res) => {
    arrived.resolve()
    await released.promise
    res.end()
  })
  const options = { clock: () => now }
  const gateway = await startTestGateway(t, app.port, { site: `${SIGN_IN}, sessions: { renew: 10m }`, options })
  const browser = gateway.browser()
  await browser.visit('/set')
  now += 11 * 60_000
  const page = browser.frozenCopy().visit('/wait')
  await arrived.promise
  assert.equal(gateway.heardOfSessions('renewed').length, 1)
  await browser.submit('/login', GOOD)
  released.resolve()
  const { status, setCookies } = await page
  assert.deepEqual([status, setCookies], [303, []])
  assert.equal((await browser.visit('/')).body, 'app=1; auth=alice')
})

test('a page is never sent to another site because its own path looks like one', async (t) => {
  const { app, victim } = await startWaiting(t)
  for (const path of ['//evil.test/x', '/\\evil.test/x', '/\\/evil.test']) {
    const arrived = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    app.on(path, async (_req, res) => {
      arrived.resolve()
      await released.promise
      res.end()
    })
    const old = victim.frozenCopy()
    const page = old.visit(path)
    await arrived.promise
    await victim.submit('/login', GOOD)
    released.resolve()
    const { status, headers } = await page
    assert.equal(status, 303)
    assert.equal(new URL(headers.location ?? '', 'http://localhost').host, 'localhost', path)
  }
})

test('E4: a sign-in whose session ended while its form was read goes on without the vault’s cookies', async (t) => {
  const { app, gateway, victim } = await startWaiting(t)
  const form = 'user=alice&password=right'
  const socket = await open(gateway.port)
  const closed = once(socket, 'close')
  socket.resume()
  socket.write(
    `POST /login HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\n` +
      `Cookie: __Host-Http-sid=${victim.token}\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
      `Connection: close\r\nContent-Length: ${form.length}\r\n\r\nuser=`,
  )
  await sleep(50)
  await victim.visit('/logout')
  socket.end(form.slice(5))
  await closed
  const signIn = app.arrived.find(({ url }) => url === '/login')
  assert.deepEqual([signIn?.method, signIn?.cookies], ['POST', undefined])
})
