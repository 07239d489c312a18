// Another configuration while the gateway runs: nothing is dropped, and no request meets half of each.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { certify } from './config/certificates-for-tests.ts'
import { ReloadError } from './reload.ts'
import { type Application, deadPort, startApplication, valuesOf } from './testing/application.ts'
import { HOST, startTestGateway } from './testing/gateway.ts'
import { ask, fetched, openHttp2 } from './testing/http2.ts'
import { SIGN_IN, SIGN_OUT, withMembers } from './testing/members.ts'
import { watchedStore } from './testing/store.ts'
import { handshakeAnswer, openWebSocket, soon, startSocketApplication, textFrame } from './testing/websocket.ts'
import { open, sendRaw } from './testing/wire.ts'

/** Two applications that say their names. */
async function twoApplications(t: TestContext): Promise<[Application, Application]> {
  const [one, two] = [await startApplication(t), await startApplication(t)]
  return [one.otherwise((_req, res) => res.end('one')), two.otherwise((_req, res) => res.end('two'))]
}

/** A client with one connection. */
function client(t: TestContext, port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  return async (path = '/', more: OutgoingHttpHeaders = {}) => {
    const headers = { host: 'localhost', 'sec-fetch-site': 'none', ...more }
    const req = request({ port, host: '127.0.0.1', path, agent, headers }).end()
    const [res] = (await once(req, 'response')) as [IncomingMessage]
    const body: string = (await res.setEncoding('utf8').toArray()).join('')
    return { status: res.statusCode, body, reused: req.reusedSocket, connection: res.headers.connection }
  }
}

async function until(what: () => boolean): Promise<void> {
  for (const deadline = performance.now() + 5000; !what(); await sleep(2)) assert.ok(performance.now() < deadline)
}

test('a kept-alive connection goes on, and its next request meets the new configuration', async (t) => {
  const [one, two] = await twoApplications(t)
  const gateway = await startTestGateway(t, one.port)
  const page = client(t, gateway.port)
  assert.deepEqual(await page(), { status: 200, body: 'one', reused: false, connection: 'keep-alive' })
  const changes = await gateway.reload(two.port)
  assert.deepEqual(changes, { added: [], removed: [], changed: ['default'], settings: [] })
  assert.deepEqual(await page(), { status: 200, body: 'two', reused: true, connection: 'keep-alive' })
  assert.deepEqual(gateway.heard('configuration-reloaded'), [
    { type: 'configuration-reloaded', file: 'test.yaml', ...changes },
  ])
})

test('an HTTP/2 connection goes on too, and requests under way on it end where they began', async (t) => {
  const [one, two] = await twoApplications(t)
  const released = Promise.withResolvers<void>()
  one.on('/slow', async (_req, res) => {
    await released.promise
    res.end('one, late')
  })
  const gateway = await startTestGateway(t, one.port, { https: true })
  const session = await openHttp2(t, gateway.httpsPort)
  const slow = ask(session, fetched('/slow'))
  await until(() => one.arrived.length === 1)
  await gateway.reload(two.port, { https: true })
  assert.equal((await ask(session, fetched('/'))).body, 'two')
  released.resolve()
  assert.equal((await slow).body, 'one, late')
  assert.equal((await ask(session, fetched('/'))).body, 'two')
})

test('G1: a request that waits for its body when the configuration changes is judged by one of the two, whole', async (t) => {
  const [one, two] = await twoApplications(t)
  const gateway = await startTestGateway(t, one.port, { site: SIGN_IN })
  const socket = await open(gateway.port)
  const answered = once(socket, 'data')
  const body = 'user=alice&password=right'
  socket.write(
    `POST /login HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nX-Forwarded-For: 203.0.113.9\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
  )
  assert.match(String((await answered)[0]), /100 Continue/) // so far it has come
  await gateway.reload(two.port, { file: 'trustedProxies: [127.0.0.0/8]' })
  const closed = once(socket, 'data')
  socket.write(body)
  assert.match(String((await closed)[0]), /\r\n\r\none$/)
  socket.destroy()
  assert.deepEqual(valuesOf(one.arrived[0]!, 'x-forwarded-for'), ['127.0.0.1'])
  await client(t, gateway.port)('/', { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' })
  assert.deepEqual(valuesOf(two.arrived[0]!, 'x-forwarded-for'), ['203.0.113.9'])
})

test('G6: a WebSocket goes on through a reload, and ends with a session that the new configuration ends', async (t) => {
  const opened: Socket[] = []
  const app = await startSocketApplication(t, (socket, req) => {
    opened.push(socket)
    socket.write(handshakeAnswer(req))
  })
  const gateway = await startTestGateway(t, app.port, { site: `${SIGN_IN}, ${SIGN_OUT}` })
  const browser = gateway.browser()
  await browser.submit('/login', { user: 'alice', password: 'right' })
  const socket = await openWebSocket(t, gateway.port, { token: browser.token })
  assert.equal(socket.status, 101)
  const changes = await gateway.reload(app.port, { site: `${SIGN_IN}, ${SIGN_OUT}, sessions: { idle: 5m }` })
  assert.deepEqual(changes.changed, ['default'])
  opened[0]!.write(textFrame('after the reload'))
  await socket.hears('after the reload')
  assert.match((await browser.visit('/')).body, /auth=alice/)
  await browser.visit('/logout')
  await socket.ended
  assert.deepEqual(socket.closed, { code: 1008, reason: 'session ended' })
})

test('sessions go on in memory, whatever of their site changes', async (t) => {
  const app = withMembers(await startApplication(t))
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
  const browser = gateway.browser()
  await browser.submit('/login', { user: 'alice', password: 'right' })
  for (const more of ['public: [/images/*]', 'sessions: { idle: 5m }', 'http: tiered', 'callbacks: [/back]']) {
    await gateway.reload(app.port, {
      site: `${SIGN_IN}, ${more}`,
      file: more === 'http: tiered' ? 'publicPort: 443' : '',
    })
    assert.equal((await browser.visit('/')).body, 'auth=alice', more)
  }
})

test('E2: a token whose sign-out could not be confirmed stays refused when the settings of its sessions change', async (t) => {
  const watched = watchedStore()
  const app = withMembers(await startApplication(t))
  const site = `${SIGN_IN}, ${SIGN_OUT}`
  const gateway = await startTestGateway(t, app.port, { site, options: { store: watched.store } })
  const browser = gateway.browser()
  await browser.submit('/login', { user: 'alice', password: 'right' })
  const copy = browser.frozenCopy()
  watched.failing.add('end')
  assert.equal((await browser.visit('/logout')).status, 503)
  watched.failing.delete('end')
  await gateway.reload(app.port, { site: `${site}, sessions: { idle: 5m }` })
  assert.equal((await copy.visit('/')).body, '')
})

test('E5: a visitor who was seen a moment before a reload is not signed out as idle behind it', async (t) => {
  const app = withMembers(await startApplication(t))
  let now = Date.now()
  const gateway = await startTestGateway(t, app.port, {
    site: `${SIGN_IN}, sessions: { idle: 10m }`,
    options: { clock: () => now },
  })
  const browser = gateway.browser()
  await browser.submit('/login', { user: 'alice', password: 'right' })
  now += 9 * 60_000
  assert.equal((await browser.visit('/')).body, 'auth=alice') // noted, and not yet written
  await gateway.reload(app.port, { site: `${SIGN_IN}, sessions: { idle: 9m }` })
  now += 5 * 60_000
  assert.equal((await browser.visit('/')).body, 'auth=alice')
})

test('what was replaced closes behind its last request: its connections to the application are gone', async (t) => {
  const [one, two] = await twoApplications(t)
  const released = Promise.withResolvers<void>()
  const sockets = new Set<Socket>()
  one.on('/slow', async (req, res) => {
    sockets.add(req.socket.once('close', () => sockets.delete(req.socket)))
    res.write('began, ')
    await released.promise
    res.end('ended')
  })
  const gateway = await startTestGateway(t, one.port)
  const slow = client(t, gateway.port)('/slow')
  await until(() => sockets.size === 1)
  await gateway.reload(two.port)
  assert.equal((await client(t, gateway.port)()).body, 'two')
  assert.equal(sockets.size, 1)
  released.resolve()
  assert.equal((await slow).body, 'began, ended')
  await until(() => sockets.size === 0)
})

test('a new address is open before an old one closes; what is under way there ends, and says that it is the last', async (t) => {
  const [one, two] = await twoApplications(t)
  const released = Promise.withResolvers<void>()
  one.on('/slow', async (_req, res) => {
    await released.promise
    res.end('one, late')
  })
  const gateway = await startTestGateway(t, one.port)
  const oldPort = gateway.port
  const page = client(t, oldPort)
  await page()
  const idle = await open(oldPort)
  const idleClosed = once(idle.resume(), 'close')
  const slow = page('/slow')
  await until(() => one.arrived.some(({ url }) => url === '/slow'))
  const port = await deadPort()
  const changes = await gateway.reload(two.port, { listen: `http://127.0.0.1:${port}` })
  assert.deepEqual(changes.settings, ['listen'])
  assert.equal((await client(t, port)()).body, 'two')
  await idleClosed
  await assert.rejects(open(oldPort), /ECONNREFUSED/)
  released.resolve()
  assert.equal((await slow).body, 'one, late')
  assert.deepEqual(
    gateway.gateway.listeners.map((listener) => listener.port),
    [port],
  )
})

test('what does not end within timeouts.drain on an address that is gone is ended, and nothing else is', async (t) => {
  const app = await startSocketApplication(t)
  const gateway = await startTestGateway(t, app.port, { https: true, options: { timeouts: { drain: 100 } } })
  const [gone, stays] = [
    await openWebSocket(t, gateway.port),
    await openWebSocket(t, gateway.httpsPort, { servername: HOST }),
  ]
  assert.deepEqual([gone.status, stays.status], [101, 101])
  await gateway.reload(app.port, { listen: `http://127.0.0.1:${await deadPort()}`, https: true })
  await gone.ended
  app.sockets[1]!.write(textFrame('still here'))
  await stays.hears('still here')
})

test('where a new address cannot be had, nothing of the new configuration is taken, and it is said why', async (t) => {
  const [one, two] = await twoApplications(t)
  const gateway = await startTestGateway(t, one.port)
  const before = gateway.gateway.config
  const taken = await startApplication(t)
  await assert.rejects(
    gateway.reload(two.port, { listen: taken.origin }),
    /cannot listen on 127\.0\.0\.1 port \d+: another program listens there already/,
  )
  const own = `http://localhost:${gateway.port}`
  await assert.rejects(gateway.reload(two.port, { listen: own }), /the gateway itself does on http:\/\/127\.0\.0\.1/)
  assert.equal(gateway.gateway.config, before)
  assert.equal((await client(t, gateway.port)()).body, 'one')
  assert.deepEqual(gateway.heard('configuration-reloaded'), [])
})

test('another store takes a restart: the configuration is refused whole, with the key', async (t) => {
  const [one, two] = await twoApplications(t)
  const gateway = await startTestGateway(t, one.port)
  const refused = (error: unknown) => error instanceof ReloadError && error.key === 'store'
  await assert.rejects(gateway.reload(two.port, { file: 'store: sqlite:./x.db' }), refused)
  assert.equal((await client(t, gateway.port)()).body, 'one')
})

test('a site that is gone answers no more; what runs on there has timeouts.drain to end, on other sites for ever', async (t) => {
  const app = await startSocketApplication(t)
  const sites = (...names: string[]) =>
    `sites: [${names.map((name) => `{ name: ${name}, hosts: [${name}.localhost], upstream: 'http://127.0.0.1:${app.port}' }`)}]`
  const gateway = await startTestGateway(t, 0, {
    sites: sites('one', 'two'),
    options: { timeouts: { drain: 100 } },
  })
  const visit = (name: string) => gateway.browser(`${name}.localhost`).visit('/')
  const socketOf = async (name: string) => {
    const host = `${name}.localhost:${gateway.port}`
    const socket = await open(gateway.port)
    t.after(() => socket.destroy())
    socket.write(
      `GET /socket HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    const heard: Buffer[] = []
    socket.on('data', (chunk: Buffer) => heard.push(chunk))
    await until(() => heard.length > 0)
    return { heard: () => Buffer.concat(heard).toString('latin1'), ended: soon(name, (end) => socket.on('close', end)) }
  }
  const [one, two] = [await socketOf('one'), await socketOf('two')]
  assert.match(one.heard() + two.heard(), /101[\s\S]*101/)
  const changes = await gateway.reload(0, { sites: sites('two', 'three') })
  assert.deepEqual([changes.added, changes.removed, changes.changed], [['three'], ['one'], []])
  assert.equal((await visit('one')).status, 421)
  assert.deepEqual([(await visit('two')).status, (await visit('three')).status], [200, 200])
  await one.ended
  assert.match(one.heard(), /server is stopping$/)
  app.sockets[1]!.write(textFrame('still here'))
  await until(() => two.heard().includes('still here'))
})

test('limits and waiting times are in force at once, on listeners that stay', async (t) => {
  const [one] = await twoApplications(t)
  const gateway = await startTestGateway(t, one.port, { https: true })
  const long = `GET / HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: none\r\nConnection: close\r\nX-Long: ${'x'.repeat(10_000)}\r\n\r\n`
  assert.equal((await sendRaw(gateway.port, long)).status, 200)
  const file = 'limits: { headers: 4KiB, requestsPerConnection: 2 }'
  assert.deepEqual((await gateway.reload(one.port, { https: true, file })).settings, ['limits'])
  assert.equal((await sendRaw(gateway.port, long)).status, 431)
  const page = client(t, gateway.port)
  assert.deepEqual([(await page()).connection, (await page()).connection], ['keep-alive', 'close'])
  await gateway.reload(one.port, { https: true, file: 'timeouts: { keepAlive: 1s }' })
  const session = await openHttp2(t, gateway.httpsPort)
  const closed = once(session, 'close')
  assert.equal((await ask(session, fetched('/'))).status, 200)
  await closed
})

test('certificate and key of the new configuration serve new connections; open ones stay', async (t) => {
  const [one] = await twoApplications(t)
  const gateway = await startTestGateway(t, one.port, { https: true })
  const before = await openHttp2(t, gateway.httpsPort)
  const { tls } = gateway.gateway.config
  certify(tls!.certFile.replace(/\/[^/]*$/, ''), 'shop', [HOST, 'other.example.test'])
  assert.deepEqual((await gateway.reload(one.port, { https: true })).settings, ['tls'])
  const after = await openHttp2(t, gateway.httpsPort)
  const names = (session: typeof before) =>
    (session.socket as never as { getPeerCertificate(): { subjectaltname: string } }).getPeerCertificate()
      .subjectaltname
  assert.doesNotMatch(names(before), /other/)
  assert.match(names(after), /other/)
  assert.equal((await ask(before, fetched('/'))).body, 'one')
})

test('a gateway that is told to stop takes no other configuration', async (t) => {
  const [one, two] = await twoApplications(t)
  const gateway = await startTestGateway(t, one.port)
  const closed = gateway.gateway.close()
  await assert.rejects(gateway.reload(two.port, { listen: `http://127.0.0.1:${await deadPort()}` }), /is stopping/)
  await closed
})
