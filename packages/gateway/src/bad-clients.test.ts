// Clients that take without giving, or give without end: each is ended in time, costs little until then, and nobody else waits.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Application, bodyOf, startApplication } from './testing/application.ts'
import { startTestGateway, type TestGateway } from './testing/gateway.ts'
import { getRaw, open } from './testing/wire.ts'

const BROWSER = 'Sec-Fetch-Site: none\r\n'
const POST = `POST /up HTTP/1.1\r\nHost: localhost\r\n${BROWSER}Content-Length: 100000\r\n\r\n`

async function setUp(t: TestContext, timeouts: object, file = ''): Promise<{ app: Application; gateway: TestGateway }> {
  const app = await startApplication(t)
  app.on('/up', async (req, res) => void res.end(String((await bodyOf(req).catch(() => '')).length)))
  return { app, gateway: await startTestGateway(t, app.port, { file, options: { timeouts } }) }
}

/** That it breaks off is what is waited for here. */
function gone(socket: Socket): Promise<void> {
  socket.on('error', () => {}).resume()
  return new Promise((resolve) => (socket.destroyed ? resolve() : socket.once('close', () => resolve())))
}

/** Sends text byte by byte, until it is told to stop or the connection ends. */
async function drip(socket: Socket, text: string, milliseconds: number): Promise<string> {
  let answer = ''
  socket.on('data', (chunk) => (answer += chunk))
  const closed = gone(socket)
  const dripping = (async () => {
    for (const byte of text) {
      if (socket.destroyed || !socket.writable) return
      socket.write(byte)
      await sleep(milliseconds)
    }
  })()
  await closed
  await dripping
  return answer
}

async function isServed(gateway: TestGateway): Promise<void> {
  const began = performance.now()
  assert.equal((await getRaw(gateway.port, '/', BROWSER)).status, 200)
  assert.ok(performance.now() - began < 2000, 'at once')
}

test('a head that comes byte by byte is not waited for, however lively it comes', async (t) => {
  const { app, gateway } = await setUp(t, { request: 400 })
  const began = performance.now()
  const answer = await drip(await open(gateway.port), `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(5000)}`, 10)
  assert.match(answer, /^HTTP\/1\.1 408 /)
  assert.ok(performance.now() - began < 5000)
  assert.deepEqual(app.arrived, [])
  await isServed(gateway)
})

test('a body that comes byte by byte is not waited for, and the application is let go', async (t) => {
  const { app, gateway } = await setUp(t, { body: 400 })
  const gone = Promise.withResolvers<void>()
  app.on('/up', (req) => {
    req.resume()
    req.on('close', gone.resolve)
  })
  const socket = await open(gateway.port)
  socket.write(POST)
  const answer = await drip(socket, 'x'.repeat(2000), 20)
  assert.match(answer, /^HTTP\/1\.1 408 /)
  await gone.promise
  await isServed(gateway)
})

test('a body that comes slowly in earnest is waited for', async (t) => {
  const { gateway } = await setUp(t, { body: 400 })
  const socket = await open(gateway.port)
  socket.write(POST.replace('100000', '3000'))
  for (let i = 0; i < 10; i++) {
    socket.write('x'.repeat(300))
    await sleep(100)
  }
  let answer = ''
  socket.on('data', (chunk) => (answer += chunk))
  while (!answer.endsWith('3000')) await sleep(10)
  assert.match(answer, /^HTTP\/1\.1 200 /)
  socket.destroy()
})

test('300 clients that send their bodies in drops do not keep the application from others', async (t) => {
  const { gateway } = await setUp(t, { body: 1000 })
  const slow = await Promise.all(Array.from({ length: 300 }, () => open(gateway.port)))
  const ended = Promise.all(slow.map(gone))
  for (const socket of slow) socket.write(`${POST}x`)
  const dripping = setInterval(() => {
    for (const socket of slow) if (socket.writable) socket.write('x')
  }, 100)
  t.after(() => clearInterval(dripping))
  await ended
  await isServed(gateway)
})

test('1,000 connections on which nothing is said cost little, keep nobody out, and are ended in time', async (t) => {
  const { gateway } = await setUp(t, { request: 1500 }, 'limits: { connections: 1100 }')
  const before = process.memoryUsage().rss
  const idle: Socket[] = []
  for (let i = 0; i < 1000; i += 100) {
    idle.push(...(await Promise.all(Array.from({ length: 100 }, () => open(gateway.port)))))
    await isServed(gateway)
  }
  const grown = process.memoryUsage().rss - before
  t.diagnostic(`${Math.round(grown / 1000 / 1024)} KiB a connection, both ends`)
  assert.ok(grown < 150 * 2 ** 20, `${grown} bytes`)
  await Promise.all(idle.map(gone))
  await isServed(gateway)
})

test('more connections than the limit are turned away, and none that is there suffers', async (t) => {
  const { gateway } = await setUp(t, {}, 'limits: { connections: 200 }')
  const first = await Promise.all(Array.from({ length: 200 }, () => open(gateway.port)))
  const turnedAway = await Promise.all(
    Array.from({ length: 300 }, async () => {
      const socket = connect(gateway.port, '127.0.0.1')
      await gone(socket)
      return socket.bytesRead
    }),
  )
  assert.deepEqual(new Set(turnedAway), new Set([0]))
  const [one] = first as [Socket]
  one.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${BROWSER}\r\n`)
  const [chunk] = await once(one, 'data')
  assert.match(String(chunk), /^HTTP\/1\.1 200 /)
  for (const socket of first) socket.destroy()
})

test('requests that are sent behind each other without an answer being read do not fill the memory', async (t) => {
  const { app, gateway } = await setUp(t, { body: 1000 })
  app.on('/page', (_req, res) => void res.end('x'.repeat(100_000)))
  const before = process.memoryUsage().rss
  const socket = await open(gateway.port)
  socket.pause()
  socket.on('error', () => {})
  const one = `GET /page HTTP/1.1\r\nHost: localhost\r\n${BROWSER}\r\n`
  for (let i = 0; i < 200 && socket.writable; i++) {
    socket.write(one.repeat(50))
    await sleep(5)
    if (socket.writableLength > 200_000) break
  }
  const grown = process.memoryUsage().rss - before
  t.diagnostic(`${app.arrived.length} reached the application, ${Math.round(grown / 2 ** 20)} MiB`)
  assert.ok(grown < 300 * 2 ** 20, `${grown} bytes`)
  await isServed(gateway)
  socket.destroy()
})
