// An answer that is complete in the turn in which it begins leaves in one piece; any other runs on, part by part.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage, type ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Application, startApplication } from '../testing/application.ts'
import { startTestGateway, type TestGateway } from '../testing/gateway.ts'
import { openHttp2 } from '../testing/http2.ts'
import { watchedStore } from '../testing/store.ts'

const BROWSER = { 'Sec-Fetch-Site': 'same-origin' }

async function setUp(t: TestContext): Promise<{ app: Application; gateway: TestGateway }> {
  const app = await startApplication(t)
  return { app, gateway: await startTestGateway(t, app.port, { https: true }) }
}

async function ask(gateway: TestGateway, path: string): Promise<IncomingMessage> {
  const req = get({ port: gateway.port, path, headers: BROWSER, agent: false })
  const [res] = (await once(req, 'response')) as [IncomingMessage]
  return res
}

async function whole(answer: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of answer) parts.push(part)
  return Buffer.concat(parts)
}

test('the head of an answer is there before its body is, so that an event stream is open before its first event', async (t) => {
  const { app, gateway } = await setUp(t)
  let answer: ServerResponse | undefined
  app.on('/events', (_req, res) => {
    answer = res.writeHead(200, { 'Content-Type': 'text/event-stream' })
    res.flushHeaders()
  })
  const res = await ask(gateway, '/events')
  assert.equal(res.headers['content-type'], 'text/event-stream')
  assert.equal(gateway.openStreams, 1)
  answer?.end('data: first\n\n')
  assert.equal((await whole(res)).toString(), 'data: first\n\n')
})

const EDGES = [0, 1, 4095, 4096, 4097, 16_383, 16_384, 16_385, 100_000]
/** What the application writes at once, part by part. */
const TOGETHER: readonly (readonly number[])[] = [
  ...EDGES.map((length) => [length]),
  [1, 1, 1],
  [16_384, 1],
  [1, 16_384],
  [8000, 8000, 8000, 8000],
  [0, 70_000, 3],
]

for (const [how, length, waits] of [
  ['of a length that it says', true, false],
  ['in chunks', false, false],
  ['of a length that it says, in several turns', true, true],
  ['in chunks, in several turns', false, true],
] as const) {
  test(`an answer ${how} arrives as it was sent, byte for byte`, async (t) => {
    const { app, gateway } = await setUp(t)
    app.otherwise(async (req, res) => {
      const parts = bodies(TOGETHER[Number(req.url?.slice(1))] as number[])
      if (length) res.setHeader('Content-Length', Buffer.concat(parts).length)
      res.writeHead(200, { 'Content-Type': 'application/octet-stream' })
      for (const part of parts) {
        res.write(part)
        if (waits) await nextTurn()
      }
      res.end()
    })
    const session = await openHttp2(t, gateway.httpsPort)
    for (const [i, sizes] of TOGETHER.entries()) {
      const expected = Buffer.concat(bodies(sizes))
      assert(expected.equals(await whole(await ask(gateway, `/${i}`))), `HTTP/1.1, parts of ${sizes}`)
      const stream = session.request({ ':path': `/${i}`, ':authority': 'shop.example.test' })
      assert(expected.equals(await whole(stream)), `HTTP/2, parts of ${sizes}`)
    }
    assert.equal(gateway.openStreams, 0)
  })
}

test('an answer whose application fails in the middle of its first turn is broken off, not ended', async (t) => {
  const { app, gateway } = await setUp(t)
  app.on('/half', (_req, res) => {
    res.writeHead(200, { 'Content-Length': 10 }).write('half ', () => res.destroy())
  })
  await assert.rejects(async () => whole(await ask(gateway, '/half')))
})

/** Every byte there is, in an order that shows where a part was lost or came twice. */
function bodies(sizes: readonly number[]): Buffer[] {
  let at = 0
  return sizes.map((size) => Buffer.from(Array.from({ length: size }, () => (at++ * 31 + (at >> 8)) & 0xff)))
}

test('what comes while the session is asked for the part before it stays behind that part, and is all there', async (t) => {
  const watched = watchedStore()
  const app = await startApplication(t)
  const asked = () => watched.asked.filter((operation) => operation === 'read').length
  app.on('/set', (_req, res) => res.setHeader('Set-Cookie', 'app=1; Path=/').end())
  app.on('/parts', async (_req, res) => {
    res.write('first;')
    const before = asked()
    // Once for the headers, and once for the part that could not leave with them.
    while (asked() < before + 2) await nextTurn()
    res.write('second;')
    res.end('third')
  })
  const gateway = await startTestGateway(t, app.port, { options: { store: watched.store } })
  const browser = gateway.browser()
  await browser.visit('/set')
  watched.slowness = 50
  // Turns so long that what was found out in one is not good for its end.
  let busy = true
  const work = () => {
    for (const until = performance.now() + 3; performance.now() < until; );
    if (busy) setImmediate(work)
  }
  work()
  const { body } = await browser.visit('/parts')
  busy = false
  assert.equal(body, 'first;second;third')
})
