// What is under way longer than its headers ends with the session that opened it (G6), and when nothing moves on it.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { get, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionId } from '@coatcheck/session'
import { temporaryFolder } from './config/certificates-for-tests.ts'
import { type Stream, Streams } from './streams.ts'
import { type Application, startApplication } from './testing/application.ts'
import type { Browser } from './testing/browser.ts'
import { type Setting, startTestGateway, type TestGateway } from './testing/gateway.ts'
import { SIGN_IN, SIGN_OUT, sets, withMembers } from './testing/members.ts'
import { openWebSocket, soon, startSocketApplication } from './testing/websocket.ts'

const GOOD = { user: 'alice', password: 'right' }
const SITE = `${SIGN_IN}, ${SIGN_OUT}`

interface Running {
  readonly res: IncomingMessage
  /** When and how it ended. */
  readonly ended: Promise<{ readonly at: number; readonly complete: boolean; readonly body: string }>
}

/** Asks for a path and reads on while more comes. */
async function start(gateway: TestGateway, path: string, token?: string, patience?: number): Promise<Running> {
  const headers = {
    Host: `localhost:${gateway.port}`,
    'Sec-Fetch-Site': 'same-origin',
    'Sec-Fetch-Mode': 'cors',
    ...(token === undefined ? {} : { Cookie: `__Host-Http-sid=${token}` }),
  }
  const req = get({ port: gateway.port, host: '127.0.0.1', path, headers, agent: false })
  const [res] = (await once(req, 'response')) as [IncomingMessage]
  req.on('error', () => {})
  let body = ''
  res.setEncoding('utf8').on('data', (text: string) => {
    body += text
  })
  const ended = soon<Awaited<Running['ended']>>(
    'the answer',
    (resolve) => {
      res.on('error', () => {})
      res.on('close', () => resolve({ at: performance.now(), complete: res.complete, body }))
    },
    patience,
  )
  return { res, ended }
}

interface Scene {
  readonly app: Application
  readonly gateway: TestGateway
  readonly browser: Browser
  /** The application's ends of the event streams that are open. */
  readonly streams: ServerResponse[]
}

async function setUp(t: TestContext, setting: Setting = {}): Promise<Scene> {
  const streams: ServerResponse[] = []
  const app = withMembers(await startApplication(t)).on('/set', sets('app=1'))
  app.on('/events', (_req, res) => {
    streams.push(res)
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: first\n\n')
  })
  const gateway = await startTestGateway(t, app.port, { site: SITE, ...setting })
  const browser = gateway.browser()
  await browser.visit('/set')
  return { app, gateway, browser, streams }
}

for (const [how, end] of [
  ['is signed out', (browser: Browser) => browser.visit('/logout')],
  ['signs in', (browser: Browser) => browser.submit('/login', GOOD)],
] as const) {
  test(`G6: a silent event stream is broken off when the visitor ${how}, and the application learns of it`, async (t) => {
    const { gateway, browser, streams } = await setUp(t)
    const { ended } = await start(gateway, '/events', browser.token)
    const applicationHeard = once(streams[0]!, 'close')
    await end(browser)
    const answered = performance.now()
    const { at, complete, body } = await ended
    await applicationHeard
    t.diagnostic(`ended ${(at - answered).toFixed(2)} ms after the answer to the request that ended the token`)
    assert.ok(at - answered < 500)
    assert.equal(complete, false, 'it is not to be taken for complete')
    assert.equal(body, 'data: first\n\n')
    assert.equal(gateway.heard('answer-withheld').length, 1)
  })
}

test('G6: an answer that itself says goodbye, and one to a token that ended before, are sent to their end', async (t) => {
  const { app, gateway, browser } = await setUp(t)
  for (const [path, headers] of [
    ['/slow', { 'Set-Cookie': 'seen=1' }],
    ['/logout', { 'Set-Cookie': 'auth=; Max-Age=0; Path=/' }],
    ['/leave', { 'Set-Cookie': 'auth=; Max-Age=0; Path=/' }],
  ] as const) {
    app.on(path, (_req, res) => {
      res.writeHead(200, headers).write('good')
      setTimeout(() => res.end('bye'), 30)
    })
  }
  const frozen = browser.token
  const wholes = [
    await (await start(gateway, '/logout', frozen)).ended,
    await (await start(gateway, '/slow', frozen)).ended,
  ]
  await browser.submit('/login', GOOD)
  wholes.push(await (await start(gateway, '/leave', browser.token)).ended)
  for (const { body, complete } of wholes) assert.deepEqual([body, complete], ['goodbye', true])
})

test('G6: a download that its client takes slowly is broken off too', async (t) => {
  const { app, gateway, browser } = await setUp(t)
  app.on('/download', (_req, res) => void res.end(Buffer.alloc(32 * 1024 * 1024)))
  const { res, ended } = await start(gateway, '/download', browser.token)
  res.pause()
  await sleep(100)
  await browser.visit('/logout')
  await sleep(50)
  res.resume()
  assert.equal((await ended).complete, false)
})

test('G6: of two streams of a session both end, and another session’s goes on', async (t) => {
  const { gateway, browser, streams } = await setUp(t)
  const other = gateway.browser()
  await other.visit('/set')
  const mine = await Promise.all([start(gateway, '/events', browser.token), start(gateway, '/events', browser.token)])
  const { res } = await start(gateway, '/events', other.token)
  await browser.visit('/logout')
  for (const { ended } of mine) assert.equal((await ended).complete, false)
  const more = once(res, 'data')
  streams[2]!.write('data: second\n\n')
  assert.match(String(await more), /second/)
})

test('G6: the stream that a visitor without a session opened goes on when he gets one', async (t) => {
  const { gateway, streams } = await setUp(t)
  const { res } = await start(gateway, '/events')
  await gateway.browser().submit('/login', GOOD)
  const more = once(res, 'data')
  streams[0]!.write('data: second\n\n')
  assert.match(String(await more), /second/)
})

for (const [which, site, passed] of [
  ['idle', 'sessions: { idle: 10m, renew: off }', 11 * 60_000],
  ['absolute', 'sessions: { idle: off, absolute: 1h, renew: off }', 61 * 60_000],
] as const) {
  test(`G6: a silent event stream ends at the ${which} end`, async (t) => {
    let now = Date.now()
    const options = { clock: () => now, timeouts: { body: 400 } }
    const { gateway, browser } = await setUp(t, { site, options })
    const { ended } = await start(gateway, '/events', browser.token)
    now += passed
    assert.equal((await ended).complete, false)
  })
}

test('G6: what another process ends is broken off here, within the second in which it is looked for', async (t) => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'sessions.db')
  const setting = { file: `store: 'sqlite:${file}'` }
  const { gateway, browser, app } = await setUp(t, setting)
  await browser.submit('/login', GOOD)
  // The same browser's WebSocket, by a gateway of its own on the same file: a third party to the ending.
  const socketApp = await startSocketApplication(t)
  const second = await startTestGateway(t, socketApp.port, { site: SITE, ...setting })
  const slow = 10_000 // a process has to be started meanwhile
  const silent = await start(gateway, '/events', browser.token, slow)
  const socket = await openWebSocket(t, second.port, { token: browser.token, patience: slow })
  assert.equal(socket.status, 101)
  app.on('/busy', (_req, res) => {
    const timer = setInterval(() => res.write(`${performance.timeOrigin + performance.now()}\n`), 2)
    res.on('close', () => clearInterval(timer))
  })
  const busy = await start(gateway, '/busy', browser.token, slow)
  const ended = await endElsewhere(file, 'alice')
  const [one, two] = await Promise.all([silent.ended, busy.ended, socket.ended])
  const after = (at: number) => performance.timeOrigin + at - ended
  t.diagnostic(
    `after the end in another process: busy stream ${after(two.at).toFixed(1)} ms, silent event stream ` +
      `${after(one.at).toFixed(1)} ms, silent WebSocket ${after(socket.endedAt!).toFixed(1)} ms`,
  )
  assert.deepEqual([one.complete, two.complete], [false, false])
  assert.equal(socket.closed?.code, 1008)
  // A part that was let pass may have been written a moment before: 2 ms apart, 1 ms of proof.
  const last = Number(two.body.trimEnd().split('\n').at(-1))
  assert.ok(last - ended < 500, `the application was heard for ${last - ended} ms after the end`)
  for (const at of [one.at, two.at, socket.endedAt!]) assert.ok(after(at) < 5000)
})

/** Ends all sessions of a user by another process, and says when. */
async function endElsewhere(file: string, user: string): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'testing/end-elsewhere.ts'), file, user], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  assert.equal((await lines.next()).value, 'ready')
  child.stdin.write('now\n')
  const at = Number((await lines.next()).value)
  assert.ok(at > 0)
  await once(child, 'close')
  return at
}

test('an event stream may be silent for longer than a body may stand still', async (t) => {
  const { gateway, browser, streams } = await setUp(t, { options: { timeouts: { body: 100 } } })
  const { res } = await start(gateway, '/events', browser.token)
  await sleep(500)
  const more = once(res, 'data')
  streams[0]!.write('data: second\n\n')
  assert.match(String(await more), /second/)
})

test('a client that reads nothing is ended after the time that a body may stand still, event streams too', async (t) => {
  const { app, gateway, browser } = await setUp(t, { options: { timeouts: { body: 300 } } })
  for (const [path, type] of [
    ['/page', 'text/plain'],
    ['/flood', 'text/event-stream'],
  ] as const) {
    const gone = Promise.withResolvers<void>()
    app.on(path, (_req, res) => {
      res.writeHead(200, { 'Content-Type': type })
      res.on('close', gone.resolve).write(Buffer.alloc(32 * 1024 * 1024))
    })
    const { res } = await start(gateway, path, browser.token)
    res.pause()
    await gone.promise
    res.destroy()
  }
})

test('G6: what is heard of a session has its streams looked at, at once', async (t) => {
  const streams = new Streams(Number.MAX_SAFE_INTEGER)
  t.after(() => streams.close())
  const ended: string[] = []
  const live = new Set(['one', 'two'])
  for (const name of live) {
    const id = name as unknown as SessionId
    const stream: Stream = {
      site: {},
      session: { id, isLive: async () => live.has(name) },
      stalled: () => false,
      end: () => {
        ended.push(name)
        streams.delete(stream)
      },
    }
    streams.add(stream)
  }
  await sleep(0)
  live.delete('one')
  streams.hear({ type: 'renewed', id: 'one' as unknown as SessionId })
  await sleep(0)
  assert.deepEqual(ended, [])
  streams.hear({ type: 'ended', id: 'one' as unknown as SessionId, reason: 'signed-out', user: null })
  await sleep(0)
  assert.deepEqual(ended, ['one'])
})

test('10,000 open streams are looked at without holding up what else there is to do', async (t) => {
  const streams = new Streams(2000)
  t.after(() => streams.close())
  let looks = 0
  const session = (i: number) => ({
    id: `session-${i}` as unknown as SessionId,
    isLive: async () => {
      looks++
      return true
    },
  })
  for (let i = 0; i < 10_000; i++) {
    streams.add({ site: {}, session: session(i), stalled: () => false, end: () => {} } satisfies Stream)
  }
  looks = 0
  let longest = 0
  const spent = () => process.cpuUsage().user / 1000 // a clock would measure what else the machine does
  let before = spent()
  const turns = setInterval(() => {
    longest = Math.max(longest, spent() - before)
    before = spent()
  }, 1)
  while (looks < 20_000) await sleep(10)
  clearInterval(turns)
  t.diagnostic(`the longest turn took ${longest.toFixed(1)} ms of processor time`)
  assert.ok(longest < 250, `${longest} ms`)
})

test('nothing is left of streams that ended', async (t) => {
  const { app, gateway, browser } = await setUp(t)
  app.on('/page', (_req, res) => void res.write('part', () => setTimeout(() => res.end('rest'), 5)))
  const left = () => gateway.openStreams
  for (let i = 0; i < 20; i++) assert.equal((await browser.visit('/page')).body, 'partrest')
  const { res, ended } = await start(gateway, '/events', browser.token)
  assert.equal(left(), 1)
  res.destroy()
  await ended
  while (left() > 0) await sleep(5)
})

test('an upload that its application takes slowly is not let fill the memory', async (t) => {
  const { app, gateway, browser } = await setUp(t)
  const held = Promise.withResolvers<IncomingMessage>()
  app.on('/up', (req, res) => {
    held.resolve(req)
    req.once('end', () => res.end())
  })
  const req = request({
    port: gateway.port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/up',
    headers: {
      Host: `localhost:${gateway.port}`,
      'Sec-Fetch-Site': 'same-origin',
      Cookie: `__Host-Http-sid=${browser.token}`,
    },
  })
  const chunk = Buffer.alloc(64 * 1024)
  let sent = 0
  const more = () => {
    while (sent < 1024) {
      sent++
      if (!req.write(chunk)) return void req.once('drain', more)
    }
    req.end()
  }
  more()
  const arrived = await held.promise
  let before = -1
  while (before !== sent) {
    before = sent
    await sleep(100)
  }
  assert.ok(sent < 512, `${sent * 64} KiB were taken`)
  arrived.resume()
  const [res] = (await once(req, 'response')) as [IncomingMessage]
  assert.equal(res.statusCode, 200)
  res.resume()
})
