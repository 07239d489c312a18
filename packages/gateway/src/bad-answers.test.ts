// Applications that say too much: what can be kept is kept, what cannot is told, and the next visitor is served.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { startApplication, startSocketServer } from './testing/application.ts'
import { startTestGateway } from './testing/gateway.ts'
import { sets } from './testing/members.ts'

const QUICK = { options: { timeouts: { connect: 1000, headers: 1000, body: 1000 } } }
const GOOD = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood'

/** Misbehaves on /bad and is well everywhere else. */
async function startMoody(t: TestContext, misbehave: (socket: Socket) => void) {
  const port = await startSocketServer(t, (socket) => {
    socket.on('data', (request) => {
      if (request.includes(' /bad')) misbehave(socket)
      else socket.write(GOOD)
    })
  })
  return startTestGateway(t, port, QUICK)
}

test('G2: of 500 cookies in one answer the newest 180 are kept, and what went is told', async (t) => {
  const app = await startApplication(t)
  app.on('/bad', sets(...Array.from({ length: 500 }, (_, i) => `cookie${i}=${i}; Path=/`)))
  const gateway = await startTestGateway(t, app.port)
  const browser = gateway.browser()
  assert.equal((await browser.visit('/bad')).status, 200)
  const sent = (await browser.visit('/')).body.split('; ')
  assert.equal(sent.length, 180)
  assert.ok(sent.includes('cookie499=499') && !sent.includes('cookie0=0'))
  const evicted = gateway.heard('cookie-evicted').flatMap(({ cookies }) => cookies)
  assert.equal(new Set(evicted).size, 320)
})

test('G2: a cookie of 20 KB is not kept, and told; the page is shown, and the other cookie of it kept', async (t) => {
  const app = await startApplication(t)
  app.on('/bad', sets(`huge=${'x'.repeat(20_000)}; Path=/`, 'small=1; Path=/'))
  const gateway = await startTestGateway(t, app.port)
  const browser = gateway.browser()
  assert.equal((await browser.visit('/bad')).status, 200)
  assert.equal((await browser.visit('/')).body, 'small=1')
  assert.deepEqual(
    gateway.heard('cookie-refused').map(({ cookie }) => cookie),
    ['huge'],
  )
})

const tooMuch: [sentence: string, misbehave: (socket: Socket) => void, told: RegExp][] = [
  [
    'a header of a megabyte',
    (socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(2 ** 20)}\r\n\r\n`),
    /over 64 KiB/,
  ],
  [
    'a cookie of a megabyte',
    (socket) => socket.write(`HTTP/1.1 200 OK\r\nSet-Cookie: a=${'x'.repeat(2 ** 20)}\r\n\r\n`),
    /over 64 KiB/,
  ],
  ['100,000 headers', (socket) => socket.write(`HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(100_000)}\r\n`), /over 64 KiB/],
  [
    'headers without an end, all at once',
    (socket) => {
      const more = () => void (socket.writable && socket.write(`X: ${'y'.repeat(1000)}\r\n`, more))
      socket.write('HTTP/1.1 200 OK\r\n', more)
    },
    /over 64 KiB/,
  ],
]

for (const [sentence, misbehave, told] of tooMuch) {
  test(`an answer with ${sentence}: 502, it is told why, and the next request is served`, async (t) => {
    const gateway = await startMoody(t, misbehave)
    const answer = await gateway.browser().visit('/bad')
    assert.equal(answer.status, 502)
    assert.deepEqual(answer.setCookies, [])
    assert.match(String(gateway.heard('refused')[0]?.cause), told)
    assert.equal((await gateway.browser().visit('/')).body, 'good')
  })
}

test('an answer whose headers come line by line for ever is not waited for: 504', async (t) => {
  const gateway = await startMoody(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    const timer = setInterval(() => socket.write('X: y\r\n'), 20)
    socket.on('close', () => clearInterval(timer))
  })
  assert.equal((await gateway.browser().visit('/bad')).status, 504)
  assert.equal((await gateway.browser().visit('/')).body, 'good')
})

test('an answer without an end goes on while it is taken, and ends when its client leaves', async (t) => {
  const ended = Promise.withResolvers<void>()
  const gateway = await startMoody(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    const timer = setInterval(() => socket.write('4\r\nmore\r\n'), 20)
    socket.on('close', () => {
      clearInterval(timer)
      ended.resolve()
    })
  })
  const { request } = await import('node:http')
  const headers = { Host: 'localhost', 'Sec-Fetch-Site': 'none' }
  const asked = request({ port: gateway.port, host: '127.0.0.1', path: '/bad', headers }).on('error', () => {})
  asked.end()
  const [res] = await once(asked, 'response')
  let length = 0
  for await (const part of res.on('error', () => {})) {
    length += part.length
    if (length >= 400) break // twice as long as a body may stand still
  }
  asked.destroy()
  await ended.promise
  assert.equal((await gateway.browser().visit('/')).body, 'good')
})
