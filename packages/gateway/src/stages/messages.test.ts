// What HTTP can say around a page: parts of it, its length alone, a word before it or behind it, or very much of it.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type Application, bodyOf, startApplication, valuesOf } from '../testing/application.ts'
import type { Browser } from '../testing/browser.ts'
import { startTestGateway, type TestGateway } from '../testing/gateway.ts'
import { sets } from '../testing/members.ts'
import { getRaw, open, sendRaw } from '../testing/wire.ts'

interface Scene {
  readonly app: Application
  readonly gateway: TestGateway
  readonly browser: Browser
  /** The headers of a page's own request with its session. */
  readonly own: string
}

async function setUp(t: TestContext): Promise<Scene> {
  const app = (await startApplication(t)).on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port)
  const browser = gateway.browser()
  await browser.visit('/set')
  return { app, gateway, browser, own: `Sec-Fetch-Site: same-origin\r\nCookie: __Host-Http-sid=${browser.token}\r\n` }
}

const FILE = Buffer.from('0123456789')

/** As a server of files does. */
function serveFile(req: IncomingMessage, res: ServerResponse): void {
  const headers = { 'Accept-Ranges': 'bytes', ETag: '"v1"', 'Cache-Control': 'public, max-age=60' }
  const range = /^bytes=(\d+)-(\d+)$/.exec(req.headers.range ?? '')
  if (range === null || (req.headers['if-range'] ?? '"v1"') !== '"v1"')
    return void res.writeHead(200, headers).end(FILE)
  const [from, to] = [Number(range[1]), Number(range[2])]
  if (from >= FILE.length) return void res.writeHead(416, { ...headers, 'Content-Range': 'bytes */10' }).end()
  res.writeHead(206, { ...headers, 'Content-Range': `bytes ${from}-${to}/10` }).end(FILE.subarray(from, to + 1))
}

test('R3: a part of a page passes as a part, and is as personal as the whole', async (t) => {
  const { app, browser } = await setUp(t)
  app.on('/file', serveFile)
  for (const [range, more, status, body, contentRange] of [
    ['bytes=2-4', {}, 206, '234', 'bytes 2-4/10'],
    ['bytes=2-4', { 'If-Range': '"v1"' }, 206, '234', 'bytes 2-4/10'],
    ['bytes=2-4', { 'If-Range': '"v0"' }, 200, '0123456789', undefined],
    ['bytes=99-100', {}, 416, '', 'bytes */10'],
    ['bytes=0-0,-1', {}, 200, '0123456789', undefined],
  ] as const) {
    const answer = await browser.fetch('/file', { headers: { Range: range, ...more } })
    assert.deepEqual([answer.status, answer.body], [status, body])
    assert.equal(answer.headers['content-range'], contentRange)
    assert.equal(answer.headers['cache-control'], 'private, max-age=60')
  }
})

test('HEAD is asked as HEAD, and says the length of what it does not bring', async (t) => {
  const { app, gateway, own } = await setUp(t)
  app.on('/file', serveFile)
  const { head, body } = await sendRaw(
    gateway.port,
    `HEAD /file HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${own}\r\n`,
  )
  assert.equal(app.arrived.at(-1)?.method, 'HEAD')
  assert.match(head, /^HTTP\/1\.1 200 /)
  assert.equal(body, '')
})

test('trailers are dropped, both ways: what comes in them no rule has seen', async (t) => {
  const { app, gateway, own } = await setUp(t)
  let trailers: NodeJS.Dict<string> | undefined
  app.on('/echo', async (req, res) => {
    const body = await bodyOf(req)
    trailers = req.trailers
    res.writeHead(200, { Trailer: 'Set-Cookie, X-Sum' })
    res.write(body)
    res.addTrailers({ 'Set-Cookie': 'late=1; Path=/', 'X-Sum': '1' })
    res.end()
  })
  const { text } = await sendRaw(
    gateway.port,
    `POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: Cookie\r\n${own}\r\n` +
      '4\r\nbody\r\n0\r\nCookie: auth=planted\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n',
  )
  assert.match(text, /^HTTP\/1\.1 200 /)
  assert.match(text, /\r\n4\r\nbody\r\n0\r\n\r\n$/)
  assert.doesNotMatch(text, /late=1|X-Sum|^trailer/im)
  assert.deepEqual({ ...trailers }, {})
  assert.deepEqual(valuesOf(app.arrived.at(-1)!, 'trailer'), [])
})

test('what is compressed passes as it is', async (t) => {
  const { app, gateway, own } = await setUp(t)
  const packed = gzipSync('a page'.repeat(100))
  app.on('/packed', (_req, res) => {
    res.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': packed.length }).end(packed)
  })
  const answer = await getRaw(gateway.port, '/packed', `Accept-Encoding: gzip, br\r\n${own}`)
  assert.deepEqual(valuesOf(app.arrived.at(-1)!, 'accept-encoding'), ['gzip, br'])
  assert.equal(gunzipSync(Buffer.from(answer.body, 'latin1')).toString(), 'a page'.repeat(100))
})

test('100 is said to a client once its request has been taken, and not where it is refused', async (t) => {
  const { app, gateway, own } = await setUp(t)
  app.on('/up', async (req, res) => void res.end(await bodyOf(req)))
  const head = (more: string) =>
    `PUT /up HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n${more}\r\n`
  const socket = await open(gateway.port)
  socket.write(head(own))
  assert.equal(String(await once(socket, 'data')), 'HTTP/1.1 100 Continue\r\n\r\n')
  socket.write('body')
  let rest = ''
  for await (const chunk of socket) rest += chunk
  assert.match(rest, /^HTTP\/1\.1 200 [\s\S]*body$/)
  for (const [status, more] of [
    [403, own.replace('same-origin', 'cross-site')],
    [403, 'X-Plain-Http: 1\r\n'],
  ] as const) {
    const before = app.arrived.length
    const refused = await open(gateway.port)
    refused.write(head(more))
    let text = ''
    for await (const chunk of refused) text += chunk
    assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} `), 'and not 100')
    assert.equal(app.arrived.length, before)
  }
  const odd = await sendRaw(gateway.port, head(own).replace('100-continue', 'miracles'))
  assert.equal(odd.status, 417)
})

interface GatewayProcess {
  readonly port: number
  /** Ends it, and says how many bytes of memory it had at most. */
  most(): Promise<number>
}

/** Runs the gateway as a process of its own, so that its memory can be measured. */
async function startProcess(t: TestContext, upstream: number): Promise<GatewayProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-upload-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'serve.mjs')
  const index = new URL('../index.ts', import.meta.url).href
  await writeFile(
    file,
    `import { parseConfig, startGateway } from ${JSON.stringify(index)}
const gateway = await startGateway(parseConfig("listen: ['http://127.0.0.1:0']\\nsites: [{ upstream: 'http://127.0.0.1:${upstream}' }]", '', '/'))
console.log(gateway.listeners[0].port)
let most = 0
const timer = setInterval(() => { most = Math.max(most, process.memoryUsage.rss()) }, 20)
process.on('SIGTERM', async () => { console.log(most); await gateway.close(); clearInterval(timer); process.exit() })
`,
  )
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const port = Number((await lines.next()).value)
  return {
    port,
    most: async () => {
      child.kill('SIGTERM')
      return Number((await lines.next()).value)
    },
  }
}

test('a gigabyte goes up, and comes down, in constant memory', { timeout: 120_000 }, async (t) => {
  const chunk = Buffer.alloc(256 * 1024, 'x')
  const chunks = 4096
  const app = await startApplication(t)
  app.on('/up', (req, res) => {
    let length = 0
    req.on('data', (part: Buffer) => {
      length += part.length
    })
    req.on('end', () => res.end(String(length)))
  })
  app.on('/down', (_req, res) => {
    let left = chunks
    const more = () => {
      while (left-- > 0) if (!res.write(chunk)) return void res.once('drain', more)
      res.end()
    }
    more()
  })
  const gateway = await startProcess(t, app.port)
  const options = {
    port: gateway.port,
    host: '127.0.0.1',
    headers: { Host: 'localhost', 'Sec-Fetch-Site': 'same-origin' },
  }
  const began = performance.now()
  const upload = request({ ...options, method: 'POST', path: '/up' })
  let left = chunks
  const more = () => {
    while (left-- > 0) if (!upload.write(chunk)) return void upload.once('drain', more)
    upload.end()
  }
  more()
  const [res] = (await once(upload, 'response')) as [IncomingMessage]
  assert.equal(await bodyOf(res), String(chunks * chunk.length))
  const up = performance.now()
  const download = request({ ...options, path: '/down' }).end()
  const [page] = (await once(download, 'response')) as [IncomingMessage]
  let length = 0
  for await (const part of page) length += (part as Buffer).length
  assert.equal(length, chunks * chunk.length)
  const down = performance.now()
  const most = await gateway.most()
  const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1)
  t.diagnostic(`up ${seconds(up - began)} s, down ${seconds(down - up)} s, at most ${Math.round(most / 2 ** 20)} MiB`)
  assert.ok(most < 400 * 2 ** 20, `${most} bytes`)
})
