// Applications that hang, lie or break off: each gets a clear answer, and the next request a proper one.

import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { deadPort, startSocketServer } from '../testing/application.ts'
import type { BrowserAnswer } from '../testing/browser.ts'
import { startTestGateway, type TestGateway } from '../testing/gateway.ts'
import { watchedStore } from '../testing/store.ts'

const QUICK = { options: { timeouts: { connect: 300, headers: 200, body: 200 } } }
const GOOD = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood'

/** Misbehaves on /bad and is well everywhere else, on whatever connection. */
async function startMoody(t: TestContext, misbehave: (socket: Socket) => void): Promise<TestGateway> {
  const port = await startSocketServer(t, (socket) => {
    socket.on('data', (request) => {
      if (request.includes(' /bad')) misbehave(socket)
      else socket.write(GOOD)
    })
  })
  return startTestGateway(t, port, QUICK)
}

function isClear(answer: BrowserAnswer, status: number, type: RegExp): void {
  assert.equal(answer.status, status)
  assert.match(answer.headers['content-type'] ?? '', type)
  assert.equal(answer.headers['cache-control'], 'private, no-store')
  assert.deepEqual(answer.setCookies, [])
  assert.equal(answer.complete, true)
}

const unanswered: [sentence: string, status: number, misbehave: (socket: Socket) => void][] = [
  ['hangs', 504, () => {}],
  ['hangs in the middle of its headers', 504, (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-')],
  ['sends garbage', 502, (socket) => socket.write('garbage\r\n\r\n')],
  ['sends garbage in binary', 502, (socket) => socket.write(Buffer.from([0, 1, 2, 255, 22, 3, 1]))],
  ['sends nothing and closes', 502, (socket) => socket.end()],
  ['resets the connection', 502, (socket) => socket.resetAndDestroy()],
  ['closes in its headers', 502, (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le')],
  [
    'sends two Content-Length',
    502,
    (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd'),
  ],
  [
    'sends two Content-Length that are the same',
    502,
    (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd'),
  ],
  [
    'sends Content-Length with Transfer-Encoding',
    502,
    (socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n'),
  ],
  ['has a NUL in a header', 502, (socket) => socket.write('HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n')],
  ['sends 100 KB of headers', 502, (socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)],
  [
    'switches protocols unasked',
    502,
    (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'),
  ],
  ['has a status of no digits', 502, (socket) => socket.write('HTTP/1.1 abc OK\r\n\r\n')],
  ['has a status that is none', 502, (socket) => socket.write('HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n')],
]

for (const [sentence, status, misbehave] of unanswered) {
  test(`an application that ${sentence}: ${status}, and the next request is served`, async (t) => {
    const gateway = await startMoody(t, misbehave)
    const browser = gateway.browser()
    isClear(await browser.visit('/bad'), status, /^text\/html/)
    isClear(await browser.fetch('/bad'), status, /^application\/problem\+json/)
    assert.equal((await browser.visit('/')).body, 'good')
    assert.deepEqual(
      gateway.heard('refused').map((event) => event.status),
      [status, status],
    )
  })
}

test('an application that refuses connections: 502, and it is served once it is back', async (t) => {
  const port = await deadPort()
  const gateway = await startTestGateway(t, port, QUICK)
  isClear(await gateway.browser().visit('/'), 502, /^text\/html/)
  isClear(await gateway.browser().fetch('/', { method: 'POST', body: 'x' }), 502, /^application\/problem\+json/)
  const [first] = gateway.heard('refused')
  assert.match(first?.title ?? '', /cannot be reached/)
  await startSocketServer(t, (socket) => socket.on('data', () => socket.write(GOOD)), port)
  assert.equal((await gateway.browser().visit('/')).body, 'good')
})

const broken: [sentence: string, misbehave: (socket: Socket) => void][] = [
  ['before the length that it announced', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart')],
  ['in a chunk', (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\npart')],
  ['between chunks', (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n')],
  [
    'by garbage between chunks',
    (s) => s.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\nxyz\r\n'),
  ],
  ['by falling silent', (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart')],
]

for (const [sentence, misbehave] of broken) {
  test(`an answer that breaks off ${sentence} reaches the client as a broken one, and is reported`, async (t) => {
    const gateway = await startMoody(t, misbehave)
    const browser = gateway.browser()
    const answer = await browser.visit('/bad')
    assert.deepEqual([answer.status, answer.body, answer.complete], [200, 'part', false])
    assert.equal((await browser.visit('/')).body, 'good')
    assert.equal(gateway.heard('refused').length, 1)
  })
}

test('an application that closes a kept-alive connection between requests is asked on another', async (t) => {
  let connections = 0
  const port = await startSocketServer(t, (socket) => {
    connections++
    socket.on('data', () => socket.write(GOOD, () => setImmediate(() => socket.end())))
  })
  const gateway = await startTestGateway(t, port, QUICK)
  for (let i = 0; i < 5; i++) {
    assert.equal((await gateway.browser().visit('/')).body, 'good')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.equal(connections, 5)
  assert.deepEqual(gateway.heard('refused'), [])
})

test('an application that closes behind an answer without a word is heard to its end, however slow the store', async (t) => {
  const watched = watchedStore()
  let answer = 'HTTP/1.1 200 OK\r\nSet-Cookie: app=1\r\nContent-Length: 0\r\n\r\n'
  const port = await startSocketServer(t, (socket) => socket.once('data', () => socket.end(answer)))
  const gateway = await startTestGateway(t, port, { options: { store: watched.store } })
  const browser = gateway.browser()
  await browser.visit('/')
  watched.slowness = 50
  for (const [status, rest, body] of [
    [200, 'Content-Length: 0\r\n\r\n', ''],
    [302, 'Content-Length: 0\r\nLocation: /x\r\n\r\n', ''],
    [204, '\r\n', ''],
    [304, '\r\n', ''],
    [200, 'Content-Length: 4\r\n\r\ngood', 'good'],
    [200, 'Transfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n0\r\n\r\n', 'good'],
    [200, 'Connection: close\r\n\r\ngood', 'good'],
    [200, 'Connection: close\r\n\r\n', ''],
  ] as const) {
    answer = `HTTP/1.1 ${status} OK\r\n${rest}`
    for (const method of ['GET', 'HEAD']) {
      const got = await browser.fetch('/', { method })
      const expected = [status, method === 'HEAD' ? '' : body, true, 'private, no-store']
      assert.deepEqual([got.status, got.body, got.complete, got.headers['cache-control']], expected, rest)
    }
  }
})

test('bytes behind an answer are not taken for the next one', async (t) => {
  const gateway = await startMoody(t, (socket) =>
    socket.write(`${GOOD}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`),
  )
  const browser = gateway.browser()
  assert.equal((await browser.visit('/bad')).body, 'good')
  for (let i = 0; i < 3; i++) assert.equal((await browser.visit('/')).body, 'good')
})

test('a reason of any bytes harms nobody', async (t) => {
  const gateway = await startMoody(t, (socket) => {
    socket.write(Buffer.from('HTTP/1.1 200 O\x01K\x7f \xfc\r\nContent-Length: 4\r\n\r\ngood', 'latin1'))
  })
  const browser = gateway.browser()
  assert.equal((await browser.visit('/bad')).status, 200)
  assert.equal((await browser.visit('/')).body, 'good')
})
