// What an HTTP/2 connection can ask for at next to no cost of its own. Each ends, or is bounded, and other visitors are served.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { type Application, startApplication } from './testing/application.ts'
import { HOST, startTestGateway, type TestGateway } from './testing/gateway.ts'
import { ask, fetched, openHttp2 } from './testing/http2.ts'
import { type Field, frame, HELLO, headerBlock, openTls } from './testing/http2-raw.ts'

const [DATA, HEADERS, PRIORITY, RST, SETTINGS, PING, WINDOW_UPDATE, CONTINUATION] = [0, 1, 2, 3, 4, 6, 8, 9]
const [END_STREAM, END_HEADERS] = [1, 4]

const REQUEST: readonly Field[] = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':path', '/page'],
  [':authority', HOST],
  ['sec-fetch-site', 'none'],
]
const asks = (stream: number, flags = END_STREAM | END_HEADERS, fields = REQUEST) =>
  frame(HEADERS, flags, stream, headerBlock(fields))
const posts = (stream: number) => asks(stream, END_HEADERS, [[':method', 'POST'], ...REQUEST.slice(1)])
const number = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

interface Scene {
  readonly app: Application
  readonly gateway: TestGateway
  /** A connection that has said hello, and nothing more. */
  readonly socket: TLSSocket
}

async function setUp(t: TestContext, timeouts: object = {}): Promise<Scene> {
  const app = await startApplication(t)
  app.on('/page', (req, res) => {
    req.resume()
    res.end('x'.repeat(1000))
  })
  const gateway = await startTestGateway(t, app.port, { https: true, options: { timeouts } })
  const socket = await openTls(t, gateway.httpsPort)
  socket.resume()
  socket.write(HELLO)
  return { app, gateway, socket }
}

function closing(socket: TLSSocket): Promise<void> {
  return new Promise((resolve) => (socket.destroyed ? resolve() : socket.once('close', () => resolve())))
}

/** Says it again and again until the connection is closed or `most` were said. */
async function flood(socket: TLSSocket, bytes: (time: number) => Buffer, most: number): Promise<number> {
  let said = 0
  while (said < most && socket.writable && !socket.destroyed) {
    const parts: Buffer[] = []
    for (let i = 0; i < 100; i++) parts.push(bytes(said++))
    if (!socket.write(Buffer.concat(parts)))
      await Promise.race([once(socket, 'drain').catch(() => {}), closing(socket)])
    await sleep(1)
  }
  return said
}

async function othersAreServed(t: TestContext, { gateway }: Scene): Promise<void> {
  const began = performance.now()
  const session = await openHttp2(t, gateway.httpsPort)
  assert.equal((await ask(session, fetched('/page'))).status, 200)
  session.destroy()
  const took = performance.now() - began
  assert.ok(took < 3000, `${took} ms`)
}

const stream = (time: number) => 2 * time + 1

/** Beyond each of these many the connection has to be gone. */
const closed: [sentence: string, most: number, bytes: (time: number) => Buffer][] = [
  [
    'cancels each request as soon as it is sent',
    5000,
    (time) => Buffer.concat([asks(stream(time)), frame(RST, 0, stream(time), number(8))]),
  ],
  [
    'makes the server cancel each request (CVE-2025-8671), by a window of nothing more',
    5000,
    (time) => Buffer.concat([asks(stream(time)), frame(WINDOW_UPDATE, 0, stream(time), number(0))]),
  ],
  [
    'makes the server cancel each request, by a window that overflows',
    5000,
    (time) => Buffer.concat([asks(stream(time)), frame(WINDOW_UPDATE, 0, stream(time), number(0x7fffffff))]),
  ],
  [
    'makes the server cancel each request, by data behind its end',
    5000,
    (time) => Buffer.concat([asks(stream(time)), frame(DATA, 0, stream(time), Buffer.from('x'))]),
  ],
  [
    'asks what cannot be read, again and again',
    5000,
    (time) => asks(stream(time), END_STREAM | END_HEADERS, [[':path', 'x']]),
  ],
  ['sends frames that are no proper ones', 5000, () => frame(RST, 0, 1, Buffer.from('x'))],
]

for (const [sentence, most, bytes] of closed) {
  test(`CVE-2023-44487: a connection that ${sentence} is closed`, async (t) => {
    const scene = await setUp(t)
    const gone = closing(scene.socket)
    const said = await flood(scene.socket, bytes, most)
    await Promise.race([gone, sleep(2000)])
    t.diagnostic(`closed after ${said}; ${scene.app.arrived.length} reached the application`)
    assert.ok(scene.socket.destroyed, 'it is closed')
    await othersAreServed(t, scene)
  })
}

/** Cheap for both sides, or refused; what counts is that memory stays what it is, and others are served meanwhile. */
const bounded: [sentence: string, bytes: (time: number) => Buffer][] = [
  ['CVE-2019-9512: pings', () => frame(PING, 0, 0, Buffer.alloc(8))],
  ['CVE-2019-9515: settings', () => frame(SETTINGS, 0, 0)],
  ['CVE-2019-9513: priorities', (time) => frame(PRIORITY, 0, stream(time), Buffer.from([0, 0, 0, 0, 1]))],
  ['CVE-2019-9518: empty frames of a body', (time) => (time === 0 ? posts(1) : frame(DATA, 0, 1))],
  ['windows', () => frame(WINDOW_UPDATE, 0, 0, number(1))],
  ['frames of a kind that nobody knows', () => frame(0xbe, 0, 0, Buffer.alloc(100))],
]

for (const [sentence, bytes] of bounded) {
  test(`a flood of ${sentence} fills no memory, and keeps nobody else out`, async (t) => {
    const scene = await setUp(t)
    const before = process.memoryUsage().rss
    const flooding = flood(scene.socket, bytes, 50_000)
    await othersAreServed(t, scene)
    const said = await flooding
    const grown = process.memoryUsage().rss - before
    t.diagnostic(`${said} said, ${scene.socket.destroyed ? 'closed' : 'open'}, ${Math.round(grown / 2 ** 20)} MiB`)
    assert.ok(grown < 100 * 2 ** 20, `${grown} bytes`)
    await othersAreServed(t, scene)
  })
}

test('CVE-2019-9512: a client that pings and reads no answer is closed, or bounded', async (t) => {
  const scene = await setUp(t)
  const before = process.memoryUsage().rss
  scene.socket.pause()
  const flooding = flood(scene.socket, () => frame(PING, 0, 0, Buffer.alloc(8)), 500_000)
  await othersAreServed(t, scene)
  const said = await Promise.race([flooding, sleep(3000)])
  const grown = process.memoryUsage().rss - before
  t.diagnostic(`${said ?? 'stuck'}, ${Math.round(grown / 2 ** 20)} MiB`)
  assert.ok(grown < 150 * 2 ** 20, `${grown} bytes`)
  scene.socket.destroy()
  await flooding
  await othersAreServed(t, scene)
})

test('CVE-2024-27983: a head that goes on and on in CONTINUATION frames is cut off', async (t) => {
  const scene = await setUp(t)
  const gone = closing(scene.socket)
  scene.socket.write(frame(HEADERS, END_STREAM, 1, headerBlock(REQUEST)))
  const more = headerBlock([['x', 'y'.repeat(1000)]])
  const said = await flood(scene.socket, () => frame(CONTINUATION, 0, 1, more), 20_000)
  await Promise.race([gone, sleep(2000)])
  t.diagnostic(`cut off after ${said}`)
  assert.ok(scene.socket.destroyed)
  assert.deepEqual(scene.app.arrived, [])
  await othersAreServed(t, scene)
})

test('a head that is small on the wire and large in memory (CVE-2016-6581) ends its stream or connection', async (t) => {
  const scene = await setUp(t)
  const before = process.memoryUsage().rss
  // Stored once in the table of the connection (RFC 7541 §6.2.1), then named thousands of times by one byte (§6.1).
  const stored = headerBlock([['x', 'y'.repeat(4000)]])
  stored[0] = 0x40
  const bomb = Buffer.concat([headerBlock(REQUEST), stored, Buffer.alloc(12_000, 0xbe)])
  await flood(
    scene.socket,
    (time) => frame(HEADERS, END_STREAM | END_HEADERS, stream(time), time % 50 ? headerBlock([]) : bomb),
    100,
  )
  await sleep(100)
  const grown = process.memoryUsage().rss - before
  t.diagnostic(`${Math.round(grown / 2 ** 20)} MiB`)
  assert.ok(grown < 200 * 2 ** 20, `${grown} bytes`)
  assert.deepEqual(scene.app.arrived, [])
  await othersAreServed(t, scene)
})

test('CVE-2019-9517: a client that lets nothing be sent is ended by the time that a body may stand still', async (t) => {
  const scene = await setUp(t, { body: 500 })
  const { app, gateway, socket } = scene
  app.on('/page', (_req, res) => void res.end('x'.repeat(1_000_000)))
  const nothing = Buffer.concat([Buffer.from([0, 4]), number(0)]) // SETTINGS_INITIAL_WINDOW_SIZE
  socket.write(
    Buffer.concat([frame(SETTINGS, 0, 0, nothing), ...Array.from({ length: 50 }, (_, i) => asks(stream(i)))]),
  )
  while (gateway.openStreams < 50) await sleep(10)
  await othersAreServed(t, scene).catch(() => {}) // whose page is a large one too
  while (gateway.openStreams > 0) await sleep(20)
})

test('a body that comes in drops over HTTP/2 is not waited for either', async (t) => {
  const { socket, app, gateway } = await setUp(t, { body: 400 })
  const gone = Promise.withResolvers<void>()
  app.on('/page', (req) => void req.resume().on('close', gone.resolve))
  socket.write(posts(1))
  const dripping = setInterval(() => socket.write(frame(DATA, 0, 1, Buffer.from('x'))), 50)
  t.after(() => clearInterval(dripping))
  await gone.promise
  assert.equal(app.arrived.length, 1)
  assert.ok(gateway.openStreams <= 1)
})
