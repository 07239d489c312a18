// Connections of clients: what they may ask for, how long is waited for them, and how they are closed.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFileSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { certify, temporaryFolder } from './config/certificates-for-tests.ts'
import { parseConfig } from './config/index.ts'
import { startGateway } from './gateway.ts'
import type { GatewayEvent } from './report.ts'
import { type Application, startApplication } from './testing/application.ts'
import { HOST, type Setting, startTestGateway, type TestGateway } from './testing/gateway.ts'
import { answerOf, ask, fetched, openHttp2 } from './testing/http2.ts'
import { openWebSocket, startSocketApplication } from './testing/websocket.ts'
import { getRaw, open, sendRaw } from './testing/wire.ts'
import { watchTls } from './tls-files.ts'

async function setUp(t: TestContext, setting: Setting = {}): Promise<{ app: Application; gateway: TestGateway }> {
  const app = await startApplication(t)
  return { app, gateway: await startTestGateway(t, app.port, setting) }
}

function closing(socket: Socket): Promise<string> {
  let text = ''
  socket
    .on('error', () => {})
    .on('data', (chunk) => {
      text += chunk
    })
  return new Promise((resolve) => socket.once('close', () => resolve(text)))
}

test('headers that are too long get 431, on http and on https', async (t) => {
  const { app, gateway } = await setUp(t, { file: 'limits: { headers: 8KiB }', https: true })
  const long = `X-Long: ${'x'.repeat(9000)}\r\n`
  assert.equal((await getRaw(gateway.port, '/', long)).status, 431)
  const socket = connectTls({ port: gateway.httpsPort, servername: HOST, rejectUnauthorized: false })
  const text = closing(socket)
  socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n${long}\r\n`)
  assert.match(await text, /^HTTP\/1\.1 431 /)
  assert.equal(app.arrived.length, 0)
  assert.equal((await getRaw(gateway.port, '/', 'Sec-Fetch-Site: none\r\n')).status, 200)
})

for (const [sentence, bytes, status] of [
  ['nothing', '', /^(HTTP\/1\.1 408 |$)/],
  ['half of its headers', 'GET / HTTP/1.1\r\nHost: local', /^HTTP\/1\.1 408 /],
] as const) {
  test(`a client that sends ${sentence} is not waited for`, async (t) => {
    const { gateway } = await setUp(t, { https: true, options: { timeouts: { request: 200 } } })
    const socket = await open(gateway.port)
    const text = closing(socket)
    socket.write(bytes)
    assert.match(await text, status)
    const secure = connectTls({ port: gateway.httpsPort, servername: HOST, rejectUnauthorized: false })
    const secureText = closing(secure)
    await once(secure, 'secureConnect')
    secure.write(bytes)
    assert.match(await secureText, status)
  })
}

test('a client that begins no TLS, or does not end its handshake, is not waited for', async (t) => {
  const { gateway } = await setUp(t, { https: true, options: { timeouts: { request: 200 } } })
  const socket = await open(gateway.httpsPort)
  await closing(socket)
})

test('a connection on which nothing more is asked is closed', async (t) => {
  const { gateway } = await setUp(t, { options: { timeouts: { keepAlive: 200 } } })
  const socket = await open(gateway.port)
  const text = closing(socket)
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: none\r\n\r\n')
  assert.match(await text, /^HTTP\/1\.1 200 /)
})

test('more connections than the limit are closed, and the next one is taken once there is room', async (t) => {
  const { gateway } = await setUp(t, { file: 'limits: { connections: 2 }' })
  const first = await open(gateway.port)
  const second = await open(gateway.port)
  await sleep(20)
  const third = await open(gateway.port)
  assert.equal(await closing(third), '')
  first.destroy()
  second.destroy()
  await sleep(50)
  assert.equal((await getRaw(gateway.port, '/', 'Sec-Fetch-Site: none\r\n')).status, 200)
})

test('a connection serves as many requests as it may, says so with the last, and no further one is served', async (t) => {
  const { app, gateway } = await setUp(t, { file: 'limits: { requestsPerConnection: 2 }' })
  const one = 'GET / HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: none\r\n\r\n'
  const { text } = await sendRaw(gateway.port, one.repeat(3))
  assert.equal(text.match(/^HTTP\/1\.1 200 /gm)?.length, 2)
  assert.equal(text.match(/^Connection: close/gm)?.length, 1)
  assert.equal(app.arrived.length, 2)
})

test('requests under way come to their end when the gateway stops, and no further one is served', async (t) => {
  const { app, gateway } = await setUp(t)
  const released = Promise.withResolvers<void>()
  app.on('/slow', async (_req, res) => {
    await released.promise
    res.write('one ')
    setTimeout(() => res.end('two'), 20)
  })
  const agent = new Agent({ keepAlive: true })
  const page = new Promise<{ body: string; connection: string | undefined }>((resolve, reject) => {
    const headers = { Host: 'localhost', 'Sec-Fetch-Site': 'none' }
    get({ port: gateway.port, host: '127.0.0.1', path: '/slow', agent, headers }, async (res) => {
      let body = ''
      for await (const chunk of res) body += chunk
      resolve({ body, connection: res.headers.connection })
    }).on('error', reject)
  })
  while (app.arrived.length === 0) await sleep(5)
  const idle = await open(gateway.port)
  const idleClosed = closing(idle)
  const closed = gateway.gateway.close({ within: 10_000 })
  await idleClosed
  await assert.rejects(open(gateway.port), /ECONNREFUSED/)
  released.resolve()
  assert.deepEqual(await page, { body: 'one two', connection: 'close' })
  await closed
  agent.destroy()
})

test('an HTTP/2 connection is told to go away, ends what is under way, and asks nothing more', async (t) => {
  const { app, gateway } = await setUp(t, { https: true })
  const released = Promise.withResolvers<void>()
  app.on('/slow', async (_req, res) => {
    await released.promise
    res.end('done')
  })
  const session = await openHttp2(t, gateway.httpsPort)
  const goneAway = once(session, 'goaway')
  const answer = ask(session, fetched('/slow'))
  while (app.arrived.length === 0) await sleep(5)
  const closed = gateway.gateway.close({ within: 10_000 })
  await goneAway
  released.resolve()
  assert.deepEqual([(await answer).status, (await answer).body], [200, 'done'])
  await closed
})

test('at the deadline everything is ended: pages, event streams, and WebSockets with a word', async (t) => {
  const app = await startSocketApplication(t)
  const pages = await startApplication(t)
  pages.on('/events', (_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n')
  })
  pages.on('/never', () => {})
  const sites = `sites: [{ hosts: [localhost], upstream: 'http://127.0.0.1:${app.port}' }, { name: other, upstream: '${pages.origin}' }]`
  const gateway = await startTestGateway(t, 0, { sites, https: true })
  const socket = await openWebSocket(t, gateway.port)
  assert.equal(socket.status, 101)
  const session = await openHttp2(t, gateway.httpsPort)
  const stream = session.request(fetched('/events'))
  const events = answerOf(stream)
  await once(stream, 'data')
  const never = ask(session, fetched('/never'))
  const began = performance.now()
  await gateway.gateway.close({ within: 300 })
  const took = performance.now() - began
  assert.ok(took >= 290 && took < 3000, `${took} ms`)
  await socket.ended
  assert.deepEqual(socket.closed, { code: 1001, reason: 'server is stopping' })
  assert.notEqual((await events).code, 0)
  assert.equal((await never).status, 0)
})

test('told a second time, the gateway waits no longer', async (t) => {
  const { app, gateway } = await setUp(t)
  app.on('/never', () => {})
  const socket = await open(gateway.port)
  const text = closing(socket)
  socket.write('GET /never HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: none\r\n\r\n')
  while (app.arrived.length === 0) await sleep(5)
  const first = gateway.gateway.close({ within: 60_000 })
  await sleep(20)
  await gateway.gateway.close()
  await first
  assert.equal(await text, '')
})

async function certificateOf(port: number): Promise<string> {
  const socket: TLSSocket = connectTls({ port, servername: HOST, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256
}

test('certificate and key are read again when they change; what cannot be used changes nothing, and is told', async (t) => {
  using folder = temporaryFolder()
  for (const name of ['one', 'two']) certify(folder.path, name, [HOST])
  const place = (name: string, part: 'cert' | 'key') =>
    copyFileSync(join(folder.path, `${name}.${part}.pem`), join(folder.path, `live.${part}.pem`))
  place('one', 'cert')
  place('one', 'key')
  const app = await startApplication(t)
  const config = parseConfig(
    `listen: ['https://127.0.0.1:0']\ntls: { cert: live.cert.pem, key: live.key.pem }\nsites: [{ upstream: '${app.origin}' }]`,
    'x',
    folder.path,
  )
  const gateway = await startGateway(config)
  t.after(() => gateway.close())
  const events: GatewayEvent[] = []
  t.after(watchTls(config.tls, gateway.listeners as never, (event) => events.push(event), 20))
  const port = gateway.listeners[0]!.port
  const before = await certificateOf(port)
  const told = async (count: number) => {
    while (events.length < count) await sleep(5)
    return events.at(-1)
  }

  place('two', 'cert') // its key is still to come
  assert.match(JSON.stringify(await told(1)), /"certificate-kept".*does not belong/)
  assert.equal(await certificateOf(port), before)
  place('two', 'key')
  assert.equal((await told(2))?.type, 'certificate-renewed')
  const renewed = await certificateOf(port)
  assert.notEqual(renewed, before)

  writeFileSync(join(folder.path, 'live.cert.pem'), 'half a fi')
  assert.match(JSON.stringify(await told(3)), /"certificate-kept".*no certificate/)
  assert.equal(await certificateOf(port), renewed)
  place('two', 'cert')
  assert.equal((await told(4))?.type, 'certificate-renewed')
})
