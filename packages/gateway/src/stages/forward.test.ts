import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { get, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseConfig } from '../config/index.ts'
import { startGateway } from '../gateway.ts'
import { bodyOf, startApplication, startSocketServer, valuesOf } from '../testing/application.ts'
import { startTestGateway } from '../testing/gateway.ts'
import { getRaw, open, parsed, sendRaw } from '../testing/wire.ts'

const BROWSER = { 'Sec-Fetch-Site': 'same-origin' }
const MEGABYTE = 2 ** 20
/** What two loopback connections hold in the system's own buffers; the rest would be held by the gateway. */
const IN_FLIGHT = 32 * MEGABYTE
const LARGE = 256 * MEGABYTE

/** Waits until a number has not changed for a while. */
async function settled(read: () => number): Promise<number> {
  for (let last = -1, same = 0; same < 5; ) {
    await sleep(40)
    same = read() === last ? same + 1 : 0
    last = read()
  }
  return read()
}

test('a slow reader pauses the application: a large download passes in bounded memory', async (t) => {
  const app = await startApplication(t)
  const chunk = Buffer.alloc(MEGABYTE, 'x')
  let written = 0
  app.on('/large', (_req, res) => {
    const more = (): void => {
      while (written < LARGE) {
        written += chunk.length
        if (!res.write(chunk)) return void res.once('drain', more)
      }
      res.end()
    }
    more()
  })
  const gateway = await startTestGateway(t, app.port)
  const [res] = await once(get({ port: gateway.port, path: '/large', headers: BROWSER, agent: false }), 'response')
  res.pause()
  const stalled = await settled(() => written)
  assert(stalled < IN_FLIGHT, `the application wrote ${stalled / MEGABYTE} MiB to a client that reads nothing`)
  let read = 0
  for await (const part of res) read += part.length
  assert.equal(read, LARGE)
  assert.equal(res.complete, true)
})

test('a slow application pauses the client: a large upload passes in bounded memory', async (t) => {
  const app = await startApplication(t)
  const reading = Promise.withResolvers<void>()
  app.on('/large', async (req, res) => {
    await reading.promise
    let read = 0
    for await (const part of req) read += part.length
    res.end(String(read))
  })
  const gateway = await startTestGateway(t, app.port)
  const req = request({ port: gateway.port, path: '/large', method: 'PUT', headers: BROWSER, agent: false })
  const chunk = Buffer.alloc(MEGABYTE, 'x')
  let written = 0
  const more = (): void => {
    while (written < LARGE) {
      written += chunk.length
      if (!req.write(chunk)) return void req.once('drain', more)
    }
    req.end()
  }
  more()
  const stalled = await settled(() => written)
  assert(stalled < IN_FLIGHT, `the client could send ${stalled / MEGABYTE} MiB to an application that reads nothing`)
  reading.resolve()
  const [res] = await once(req, 'response')
  assert.equal(await bodyOf(res), String(LARGE))
})

test('an answer passes part by part, as it is written', async (t) => {
  const app = await startApplication(t)
  const next = Promise.withResolvers<void>()
  app.on('/events', async (_req, res) => {
    res.setHeader('Content-Type', 'text/event-stream').write('data: 1\n\n')
    await next.promise
    res.end('data: 2\n\n')
  })
  const gateway = await startTestGateway(t, app.port)
  const [res] = await once(get({ port: gateway.port, path: '/events', headers: BROWSER, agent: false }), 'response')
  const [first] = await once(res, 'data')
  assert.equal(String(first), 'data: 1\n\n')
  next.resolve()
  const [second] = await once(res, 'data')
  assert.equal(String(second), 'data: 2\n\n')
})

test('a body without a length passes chunked, both ways', async (t) => {
  const app = await startApplication(t)
  const begun = Promise.withResolvers<void>()
  app.on('/echo', (req, res) => {
    res.write(`${req.headers['transfer-encoding']} `)
    req.once('data', () => begun.resolve()).pipe(res)
  })
  const gateway = await startTestGateway(t, app.port)
  const req = request({ port: gateway.port, path: '/echo', method: 'POST', headers: BROWSER, agent: false })
  req.write('abc')
  const [res] = await once(req, 'response')
  await begun.promise
  req.end('de')
  assert.equal(res.headers['transfer-encoding'], 'chunked')
  assert.equal(await bodyOf(res), 'chunked abcde')
})

test('HEAD, 204 and 304 have no body, and keep the headers that describe one', async (t) => {
  const app = await startApplication(t)
  app.on('/page', (_req, res) => res.setHeader('Content-Length', '5').setHeader('ETag', '"1"').end('hello'))
  app.on('/none', (_req, res) => res.writeHead(204).end())
  app.on('/same', (_req, res) => res.writeHead(304, { ETag: '"1"' }).end())
  const gateway = await startTestGateway(t, app.port)
  const browser = gateway.browser()
  const head = await browser.fetch('/page', { method: 'HEAD' })
  assert.equal(head.headers['content-length'], '5')
  assert.equal(head.body, '')
  assert.equal(app.arrived[0]?.method, 'HEAD')
  const none = await browser.fetch('/none')
  assert.deepEqual([none.status, none.body, none.complete], [204, '', true])
  const same = await browser.fetch('/same', { headers: { 'If-None-Match': '"1"' } })
  assert.deepEqual([same.status, same.headers.etag, same.body], [304, '"1"', ''])
  assert.deepEqual(valuesOf(app.arrived[2]!, 'if-none-match'), ['"1"'])
})

test('Expect: 100-continue is answered by the gateway, and not passed on', async (t) => {
  const app = await startApplication(t)
  app.on('/put', async (req, res) => res.end(await bodyOf(req)))
  const gateway = await startTestGateway(t, app.port)
  const socket = await open(gateway.port)
  socket.write('PUT /put HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n')
  socket.write('Sec-Fetch-Site: same-origin\r\nConnection: close\r\n\r\n')
  assert.equal(String((await once(socket, 'data'))[0]), 'HTTP/1.1 100 Continue\r\n\r\n')
  socket.write('hello')
  let text = ''
  for await (const part of socket) text += part
  assert.match(parsed(text).text, /^HTTP\/1\.1 200 OK[\s\S]*hello$/)
  assert.deepEqual(valuesOf(app.arrived[0]!, 'expect'), [])
})

test('R2: informational answers are dropped, and leave nothing behind', async (t) => {
  const port = await startSocketServer(t, (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nSet-Cookie: hint=1\r\nX-Hint: 1\r\n\r\n')
      socket.write('HTTP/1.1 102 Processing\r\n\r\n')
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
  })
  const gateway = await startTestGateway(t, port)
  const { text } = await getRaw(gateway.port, '/', 'Sec-Fetch-Site: none\r\n')
  assert.match(text, /^HTTP\/1\.1 200 OK[\s\S]*ok$/)
  assert.doesNotMatch(text, /\b10[0-9] |hint|link:/i)
})

test('a client that goes away ends the request in the application, before the answer and in its middle', {
  timeout: 10_000,
}, async (t) => {
  const app = await startApplication(t)
  for (const begun of [false, true]) {
    const closed = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    app.on('/slow', (_req, res) => {
      res.on('close', closed.resolve)
      if (begun) res.write('some')
      arrived.resolve()
    })
    const gateway = await startTestGateway(t, app.port)
    const req = get({ port: gateway.port, path: '/slow', headers: BROWSER, agent: false }).on('error', () => {})
    await (begun ? once(req, 'response') : arrived.promise)
    req.destroy()
    await closed.promise
    assert.equal((await gateway.browser().visit('/')).status, 200)
    assert.deepEqual(gateway.heard('refused'), [], 'it is no fault of the application')
  }
})

test('a client that goes away in the middle of its upload ends the request in the application', {
  timeout: 10_000,
}, async (t) => {
  const app = await startApplication(t)
  const closed = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  app.on('/upload', (req) => void req.once('data', () => arrived.resolve()).on('close', closed.resolve))
  const gateway = await startTestGateway(t, app.port)
  const headers = { ...BROWSER, 'Content-Length': 100_000 } // a short one is held until it is whole
  const options = { port: gateway.port, path: '/upload', method: 'PUT', headers, agent: false }
  const req = request(options).on('error', () => {})
  req.write('part')
  await arrived.promise
  req.destroy()
  await closed.promise
  assert.equal((await gateway.browser().visit('/')).status, 200)
  assert.deepEqual(gateway.heard('refused'), [])
})

test('a short body reaches the application in one piece, or not at all', { timeout: 10_000 }, async (t) => {
  const app = await startApplication(t)
  const arrived: Buffer[] = []
  app.on('/upload', (req, res) => {
    const parts: Buffer[] = []
    req.on('data', (part: Buffer) => parts.push(part))
    req.on('end', () => res.end(String(arrived.push(Buffer.concat(parts)))))
    req.on('close', () => !req.complete && arrived.push(Buffer.from('broken')))
  })
  const gateway = await startTestGateway(t, app.port)
  const send = (length: number) => {
    const headers = { ...BROWSER, 'Content-Length': length }
    return request({ port: gateway.port, path: '/upload', method: 'PUT', headers, agent: false })
  }
  for (const length of [1, 64 * 1024, 64 * 1024 + 1]) {
    const body = Buffer.from(Uint8Array.from({ length }, (_, i) => i % 251))
    const req = send(length)
    const answer = once(req, 'response')
    req.write(body.subarray(0, length >> 1))
    await sleep(20)
    req.end(body.subarray(length >> 1))
    const [res] = await answer
    res.resume()
    assert.equal(res.statusCode, 200)
    assert.deepEqual(arrived.pop(), body, `${length} bytes`)
  }
  const left = send(1000).on('error', () => {})
  left.write('part')
  await sleep(50)
  left.destroy()
  assert.equal((await gateway.browser().visit('/')).status, 200)
  assert.deepEqual(arrived, [])
  assert.deepEqual(gateway.heard('refused'), [], 'nobody is at fault')
})

test('two requests sent at once on one connection are answered in order', async (t) => {
  const app = await startApplication(t)
  app.on('/first', async (_req, res) => {
    await sleep(30)
    res.end('first')
  })
  app.on('/second', (_req, res) => res.end('second'))
  const gateway = await startTestGateway(t, app.port)
  const ask = (path: string, more: string) =>
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: none\r\n${more}\r\n`
  const { text } = await sendRaw(gateway.port, ask('/first', '') + ask('/second', 'Connection: close\r\n'))
  assert.match(text, /\r\n\r\nfirstHTTP\/1\.1 200 OK[\s\S]*\r\n\r\nsecond$/)
})

test('a client that falls silent in the middle of its upload is not waited for, nor is a form of a sign-in', async (t) => {
  const app = await startApplication(t)
  app.on('/upload', (req) => req.resume())
  const site = 'login: { path: /login, user: { field: user }, success: { status: [302] } }'
  const gateway = await startTestGateway(t, app.port, { site, options: { timeouts: { body: 200 } } })
  for (const path of ['/upload', '/login']) {
    const { status } = await sendRaw(
      gateway.port,
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 1000\r\n` +
        'Content-Type: application/x-www-form-urlencoded\r\n\r\nuser=al',
    )
    assert.equal(status, 408, path)
  }
  assert.equal((await gateway.browser().visit('/')).status, 200)
})

for (const store of ['memory', 'sqlite:./sessions.db']) {
  test(`a body that comes in parts, and ends with its connection, comes whole (${store})`, async (t) => {
    const port = await startSocketServer(t, (socket) => {
      socket.once('data', async () => {
        socket.write('HTTP/1.1 200 OK\r\nSet-Cookie: app=1\r\nConnection: close\r\n\r\none ')
        await sleep(5)
        socket.write('two ')
        await sleep(5)
        socket.end('three')
      })
    })
    const folder = await mkdtemp(join(tmpdir(), 'coatcheck-forward-'))
    const gateway = await startGateway(
      parseConfig(
        `listen: [http://127.0.0.1:0]\nstore: '${store}'\nsites: [{ upstream: http://127.0.0.1:${port} }]`,
        'test',
        folder,
      ),
    )
    t.after(async () => {
      await gateway.close()
      await rm(folder, { recursive: true })
    })
    let cookie = ''
    for (let i = 0; i < 20; i++) {
      const answer = await fetch(`http://127.0.0.1:${gateway.listeners[0]!.port}/`, {
        headers: { 'Sec-Fetch-Site': 'none', Cookie: cookie },
      })
      cookie ||= answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
      assert.equal(await answer.text(), 'one two three')
    }
  })
}
