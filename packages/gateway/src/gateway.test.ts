// What the pipeline holds as a whole.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from './config/certificates-for-tests.ts'
import { parseConfig } from './config/index.ts'
import { startGateway } from './gateway.ts'
import { type Application, deadPort, startApplication } from './testing/application.ts'
import { startTestGateway, type TestGateway } from './testing/gateway.ts'
import { SIGN_IN, SIGN_OUT, sets, withMembers } from './testing/members.ts'
import { type Operation, watchedStore } from './testing/store.ts'
import { getRaw } from './testing/wire.ts'

interface Watched {
  readonly app: Application
  readonly gateway: TestGateway
  readonly asked: Operation[]
  readonly failing: Set<Operation>
}

async function start(t: TestContext, site = `${SIGN_IN}, ${SIGN_OUT}`): Promise<Watched> {
  const { store, asked, failing } = watchedStore()
  const app = withMembers(await startApplication(t)).on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port, { site, options: { store } })
  t.after(() => failing.clear())
  return { app, gateway, asked, failing }
}

test('a listener that throws breaks off one answer, and the process lives', async (t) => {
  const folder = temporaryFolder()
  t.after(() => folder[Symbol.dispose]())
  const config = parseConfig(
    `listen: ['http://127.0.0.1:0']\nsites: [{ upstream: http://127.0.0.1:${await deadPort()} }]\n`,
    'test.yaml',
    folder.path,
  )
  const report = () => {
    throw new Error('a fault of the listener')
  }
  const gateway = await startGateway(config, { report })
  t.after(() => gateway.close())
  const { port } = gateway.listeners[0]!
  for (let i = 0; i < 2; i++) assert.equal((await getRaw(port, '/', 'Sec-Fetch-Site: none\r\n')).status, 0)
})

test('E6: a visitor for whom nothing is stored costs no store access and gets no cookie', async (t) => {
  const { gateway, asked } = await start(t)
  const browser = gateway.browser()
  const answers = [
    await browser.visit('/'),
    await browser.fetch('/data'),
    await browser.fetch('/data', { method: 'POST', body: 'x' }),
    await browser.submit('/search', { q: 'x' }),
    await browser.submit('/login', { user: 'alice', password: 'wrong' }),
    await browser.visit('/logout'),
  ]
  for (const { status, setCookies } of answers) assert.deepEqual([status, setCookies], [200, []])
  assert.deepEqual(asked, [])
  assert.deepEqual(gateway.heard('session'), [])
})

test('E6: a deletion of cookies that the visitor never had stores nothing', async (t) => {
  const { app, gateway, asked } = await start(t)
  app.on('/delete', sets('a=; Max-Age=0', 'auth=; Max-Age=0'))
  assert.deepEqual((await gateway.browser().visit('/delete')).setCookies, [])
  assert.deepEqual(asked, [])
})

test('E6: an answer that says the same cookies again writes nothing', async (t) => {
  const { gateway, asked } = await start(t)
  const browser = gateway.browser()
  await browser.visit('/set')
  await browser.visit('/')
  asked.length = 0
  assert.deepEqual((await browser.visit('/set')).setCookies, [])
  assert.deepEqual(
    asked.filter((operation) => operation !== 'stamp'),
    [],
  )
})

test('E9: where the store can not be read, a visitor is not taken for anonymous: 503, and nothing is forwarded', async (t) => {
  const { app, gateway, failing } = await start(t)
  const browser = gateway.browser()
  await browser.submit('/login', { user: 'alice', password: 'right' })
  const { token } = browser
  failing.add('read').add('stamp')
  app.arrived.length = 0
  for (const answer of [
    await browser.visit('/'),
    await browser.fetch('/data'),
    await browser.submit('/login', { user: 'alice', password: 'right' }),
  ]) {
    assert.equal(answer.status, 503)
    assert.deepEqual(answer.setCookies, [])
    assert.equal(answer.headers['cache-control'], 'private, no-store')
    assert.equal(answer.headers['retry-after'], '5')
  }
  assert.deepEqual(app.arrived, [])
  assert.deepEqual(
    gateway.heard('refused').map(({ status }) => status),
    [503, 503, 503],
  )
  assert.doesNotMatch(JSON.stringify(gateway.events), new RegExp(token as string))
  failing.clear()
  assert.equal((await browser.visit('/')).body, 'auth=alice', 'it is served once the store is back')
})

test('E9: a store that fails is no reason to refuse who has no session', async (t) => {
  const { gateway, failing } = await start(t, `${SIGN_IN}, public: [/images/*]`)
  const browser = gateway.browser()
  await browser.submit('/login', { user: 'alice', password: 'right' })
  failing.add('read').add('stamp').add('create')
  assert.equal((await gateway.browser().visit('/')).status, 200)
  assert.equal((await browser.image('/images/a.png')).status, 200)
})

test('E9: a session that can not begin is no answer without one', async (t) => {
  const { gateway, failing } = await start(t)
  failing.add('create')
  const { status, setCookies } = await gateway.browser().visit('/set')
  assert.deepEqual([status, setCookies], [503, []])
})

test('E9: a sign-in whose old token can not be ended is not forwarded', async (t) => {
  const { app, gateway, failing } = await start(t)
  const browser = gateway.browser()
  await browser.visit('/set')
  failing.add('rotate')
  app.arrived.length = 0
  const { status, setCookies } = await browser.submit('/login', { user: 'alice', password: 'right' })
  assert.deepEqual([status, setCookies], [503, []])
  assert.deepEqual(app.arrived, [])
})

test('E9: an answer whose session can not be looked at again is not shown', async (t) => {
  const { app, gateway, failing } = await start(t)
  const browser = gateway.browser()
  await browser.submit('/login', { user: 'alice', password: 'right' })
  app.on('/page', (_req, res) => {
    failing.add('read').add('stamp')
    res.end('secret')
  })
  const { status, body } = await browser.visit('/page')
  assert.equal(status, 503)
  assert.doesNotMatch(body, /secret/)
})

test('E2: a sign-out that the store does not confirm deletes the cookie, fails loudly, and is in force here', async (t) => {
  const { gateway, failing } = await start(t)
  const browser = gateway.browser()
  await browser.submit('/login', { user: 'alice', password: 'right' })
  const thief = browser.frozenCopy()
  failing.add('end')
  const { status, setCookies } = await browser.visit('/logout')
  assert.equal(status, 503)
  assert.match(setCookies.join(), /^__Host-Http-sid=;.*Max-Age=0/)
  assert.equal((await thief.visit('/')).body, '')
})

test('several sites are kept apart: a session of one is none of the other', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('app=1'))
  const file = `sites:\n  - { hosts: [one.localhost], upstream: ${app.origin} }\n  - { hosts: [localhost], upstream: ${app.origin} }`
  const gateway = await startTestGateway(t, app.port, { sites: file })
  const one = gateway.browser('one.localhost')
  await one.visit('/set')
  assert.equal((await one.visit('/')).body, 'app=1')
  const two = gateway.browser()
  two.jar.set('__Host-Http-sid', one.token as string)
  assert.equal((await two.visit('/')).body, '')
  assert.equal((await gateway.browser('three.localhost').visit('/')).status, 421)
})

test('no event ever holds a token, a cookie’s value or a query', async (t) => {
  const { app, gateway } = await start(t, `${SIGN_IN}, ${SIGN_OUT}, public: [/images/*]`)
  app.on('/images/a', sets('app=secret-value'))
  app.on('/evil', sets('evil=secret-value; Domain=other.test'))
  const browser = gateway.browser()
  const tokens: string[] = []
  for (const path of ['/set?secret-query', '/evil?secret-query', '/images/a?secret-query', '/logout?secret-query']) {
    await browser.visit(path)
    if (browser.token !== undefined) tokens.push(browser.token)
  }
  await browser.submit('/login?secret-query', { user: 'alice', password: 'right' })
  const said = JSON.stringify(gateway.events)
  assert.doesNotMatch(said, /secret-/)
  for (const token of tokens) assert(!said.includes(token))
})
