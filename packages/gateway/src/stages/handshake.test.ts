// WebSockets through the gateway: which are opened, with whose cookies, and when they end.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { valuesOf } from '../testing/application.ts'
import type { Browser } from '../testing/browser.ts'
import { HOST, type Setting, startTestGateway, type TestGateway } from '../testing/gateway.ts'
import { SIGN_IN, SIGN_OUT } from '../testing/members.ts'
import { watchedStore } from '../testing/store.ts'
import {
  handshakeAnswer,
  openWebSocket,
  type SocketApplication,
  startSocketApplication,
  textFrame,
} from '../testing/websocket.ts'
import { open, sendRaw } from '../testing/wire.ts'

const GOOD = { user: 'alice', password: 'right' }

interface Scene {
  readonly app: SocketApplication
  readonly gateway: TestGateway
  readonly browser: Browser
}

/** A gateway, and a browser whose session holds the cookie `app=1`. */
async function setUp(
  t: TestContext,
  setting: Setting = {},
  onSocket?: Parameters<typeof startSocketApplication>[1],
): Promise<Scene> {
  const app = await startSocketApplication(t, onSocket)
  const gateway = await startTestGateway(t, app.port, { site: `${SIGN_IN}, ${SIGN_OUT}`, ...setting })
  const browser = gateway.browser()
  await browser.visit('/set')
  return { app, gateway, browser }
}

/** Answers with what it gets. */
function echo(socket: Socket, req: Parameters<typeof handshakeAnswer>[0]): void {
  socket.write(handshakeAnswer(req))
  socket.pipe(socket)
}

test('a WebSocket passes bytes both ways, those right behind the handshake too', async (t) => {
  const { gateway, browser } = await setUp(t, {}, (socket, req) => {
    socket.write(Buffer.concat([Buffer.from(handshakeAnswer(req)), textFrame('hello')]))
    socket.pipe(socket)
  })
  const page = await openWebSocket(t, gateway.port, { token: browser.token, early: textFrame('early') })
  assert.equal(page.status, 101)
  await page.hears('hello')
  await page.hears('early')
  page.socket.write(textFrame('later'))
  await page.hears('later')
  page.socket.end()
  await page.ended
})

test('G2: a handshake goes up with the vault’s cookies, and without the browser’s own', async (t) => {
  const { app, gateway, browser } = await setUp(t)
  const headers = 'Cookie: auth=planted; x=1\nSec-WebSocket-Protocol: chat\nX-Forwarded-For: 1.2.3.4'
  await openWebSocket(t, gateway.port, { token: browser.token, headers })
  const [arrived] = app.arrived
  assert.equal(arrived?.headers.cookie, 'app=1')
  assert.equal(arrived?.headers['sec-websocket-protocol'], 'chat')
  assert.deepEqual(valuesOf(arrived!, 'connection'), ['upgrade'])
  assert.deepEqual(valuesOf(arrived!, 'upgrade'), ['websocket'])
  assert.equal(arrived?.headers['x-forwarded-for'], '127.0.0.1')
})

test('R2: the 101 brings no cookie to the browser: those of the application enter the vault', async (t) => {
  const { gateway, browser } = await setUp(t, { site: 'expose: [theme]' }, (socket, req) => {
    socket.write(handshakeAnswer(req, ['Set-Cookie: socket=2; Path=/', 'Set-Cookie: theme=dark', 'X-Kept: yes']))
  })
  const page = await openWebSocket(t, gateway.port, { token: browser.token })
  assert.equal(page.status, 101)
  assert.match(page.head, /X-Kept: yes/)
  assert.doesNotMatch(page.head, /set-cookie/i)
  assert.match((await browser.visit('/')).body, /app=1; socket=2/)
})

test('R2: no session begins with a 101, since no cookie could say so', async (t) => {
  const { gateway } = await setUp(t, {}, (socket, req) => {
    socket.write(handshakeAnswer(req, ['Set-Cookie: app=2; Path=/']))
  })
  const page = await openWebSocket(t, gateway.port)
  assert.equal(page.status, 101)
  assert.doesNotMatch(page.head, /set-cookie/i)
  assert.equal(gateway.heard('cookies-dropped')[0]?.why, 'websocket')
  assert.equal(gateway.heardOfSessions('created').length, 1, 'the browser’s own')
})

test('R2: a 101 that brings the application’s sign-in cookie signs nobody in, and the token stays', async (t) => {
  const { gateway, browser } = await setUp(t, {}, (socket, req) => {
    socket.write(handshakeAnswer(req, ['Set-Cookie: auth=alice; Path=/']))
  })
  const page = await openWebSocket(t, gateway.port, { token: browser.token })
  assert.equal(page.status, 101)
  assert.equal((await browser.visit('/')).body, '/ app=1')
})

test('R6: a handshake with a session from another origin, or from no browser, is refused and not forwarded', async (t) => {
  const { app, gateway, browser } = await setUp(t)
  for (const headers of [
    'Origin: http://localhost:1',
    'Origin: https://evil.example\nSec-Fetch-Site: cross-site',
    'Origin: null\nSec-Fetch-Site: same-site',
  ]) {
    const page = await openWebSocket(t, gateway.port, { token: browser.token, headers })
    assert.equal(page.status, 403, headers)
    await page.ended
  }
  assert.equal(app.arrived.length, 0)
  assert.equal(gateway.heardOfSessions('cross-origin').length, 3)
  assert.equal((await browser.visit('/')).body, '/ app=1', 'its session goes on')
})

test('R6: a sibling’s page, which browsers give the cookie, opens no WebSocket on https', async (t) => {
  const { app, gateway } = await setUp(t, { https: true })
  const secure = gateway.secureBrowser()
  await secure.visit('/set')
  const own = { token: secure.token, servername: HOST }
  const program = await openWebSocket(t, gateway.httpsPort, { ...own, headers: 'Origin:' })
  assert.equal(program.status, 403)
  const sibling = await openWebSocket(t, gateway.httpsPort, { ...own, headers: `Origin: https://blog.${HOST}` })
  assert.equal(sibling.status, 403)
  await sibling.ended
  const page = await openWebSocket(t, gateway.httpsPort, own)
  assert.equal(page.status, 101)
  assert.equal(app.arrived.at(-1)?.headers.cookie, 'app=1')
  assert.equal(app.arrived.at(-1)?.headers['x-forwarded-proto'], 'https')
})

test('R5: over plain http from elsewhere no WebSocket is opened, and the token is ended', async (t) => {
  const { app, gateway } = await setUp(t, { file: 'loopback: never', https: true })
  const secure = gateway.secureBrowser()
  await secure.visit('/set')
  const page = await openWebSocket(t, gateway.port, { token: secure.token })
  assert.equal(page.status, 308)
  await page.ended
  assert.equal(app.arrived.length, 0)
  assert.equal(gateway.heardOfSessions('exposed').length, 1)
})

test('a public path takes a WebSocket without session, and its cookies go nowhere', async (t) => {
  const { app, gateway, browser } = await setUp(t, { site: 'public: [/socket]' }, (socket, req) => {
    socket.write(handshakeAnswer(req, ['Set-Cookie: app=2']))
    socket.pipe(socket)
  })
  const headers = 'Origin: https://elsewhere.example\nSec-Fetch-Site: cross-site'
  const page = await openWebSocket(t, gateway.port, { token: browser.token, headers })
  assert.equal(page.status, 101)
  assert.doesNotMatch(page.head, /set-cookie/i)
  assert.equal(app.arrived[0]?.headers.cookie, undefined)
  page.socket.write(textFrame('open'))
  await page.hears('open')
})

test('nobody signs in or out by a handshake', async (t) => {
  const { app, gateway, browser } = await setUp(t)
  const page = await openWebSocket(t, gateway.port, { token: browser.token, path: '/logout' })
  assert.equal(page.status, 400)
  await page.ended
  assert.equal(app.arrived.length, 0)
  assert.equal((await browser.visit('/')).body, '/ app=1')
})

test('an application that refuses the handshake is heard, and its answer is a personal one', async (t) => {
  const { gateway, browser } = await setUp(t, {}, (socket) => {
    socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nSet-Cookie: app=3; Path=/\r\n\r\nnone')
  })
  const page = await openWebSocket(t, gateway.port, { token: browser.token })
  assert.equal(page.status, 404)
  await page.ended
  assert.match(page.head, /Cache-Control: private, no-store/)
  assert.equal(page.text, 'none')
  assert.equal((await browser.visit('/')).body, '/ app=3')
})

for (const [sentence, answer] of [
  ['switches to something else', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n'],
  ['switches to nothing', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ['closes', ''],
] as const) {
  test(`an application that ${sentence}: 502, and the next handshake is taken`, async (t) => {
    let next = answer as string | null
    const { gateway, browser } = await setUp(t, {}, (socket, req) => {
      if (next === null) socket.write(handshakeAnswer(req))
      else if (next === '') socket.end()
      else socket.write(next)
    })
    const page = await openWebSocket(t, gateway.port, { token: browser.token })
    assert.equal(page.status, 502)
    await page.ended
    next = null
    assert.equal((await openWebSocket(t, gateway.port, { token: browser.token })).status, 101)
  })
}

test('G1: a handshake with a body is refused', async (t) => {
  const { app, gateway, browser } = await setUp(t)
  const page = await openWebSocket(t, gateway.port, { token: browser.token, headers: 'Content-Length: 3' })
  assert.equal(page.status, 400)
  assert.equal(app.arrived.length, 0)
})

for (const upgrade of ['h2c', 'TLS/1.2', 'websocket, h2c']) {
  test(`an upgrade to ${upgrade} is never made: the request is served as it stands, the last of its connection`, async (t) => {
    const { gateway } = await setUp(t)
    const answer = await sendRaw(
      gateway.port,
      'GET /plain HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: none\r\nConnection: Upgrade, HTTP2-Settings\r\n' +
        `Upgrade: ${upgrade}\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n`,
    )
    assert.equal(answer.status, 200)
    assert.match(answer.head, /^connection: close$/im)
    assert.match(answer.body, /\/plain /)
  })
}

test('more WebSockets are open than there are connections for requests, and pages are served beside them', async (t) => {
  const { app, gateway, browser } = await setUp(t, {}, echo)
  const pages = await Promise.all(
    Array.from({ length: 300 }, () => openWebSocket(t, gateway.port, { token: browser.token })),
  )
  assert.ok(pages.every(({ status }) => status === 101))
  assert.equal(app.arrived.length, 300)
  assert.equal((await browser.visit('/')).body, '/ app=1')
  pages[299]!.socket.write(textFrame('last'))
  await pages[299]!.hears('last')
  await browser.visit('/logout')
  await Promise.all(pages.map(({ ended }) => ended))
  assert.equal(gateway.openStreams, 0)
})

test('a client that leaves while its handshake is in the application leaves no connection behind', async (t) => {
  const arrived = Promise.withResolvers<Socket>()
  const answer = Promise.withResolvers<void>()
  const { gateway, browser } = await setUp(t, {}, async (socket, req) => {
    arrived.resolve(socket.resume())
    await answer.promise
    socket.write(handshakeAnswer(req))
  })
  const client = await open(gateway.port)
  client.write(
    'GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: http://localhost\r\n' +
      `Cookie: __Host-Http-sid=${browser.token}\r\n\r\n`,
  )
  const upstream = await arrived.promise
  const gone = new Promise((resolve) => upstream.once('end', resolve))
  client.destroy()
  await gone
  answer.resolve()
  assert.equal(gateway.openStreams, 0)
})

test('what one side does not read, the other is not let send: memory stays bounded', async (t) => {
  let written = 0
  const chunk = Buffer.alloc(64 * 1024)
  const { gateway, browser } = await setUp(t, {}, (socket, req) => {
    socket.write(handshakeAnswer(req))
    const more = () => {
      while (written < 512 * chunk.length) {
        written += chunk.length
        if (!socket.write(chunk)) return void socket.once('drain', more)
      }
    }
    more()
  })
  const page = await openWebSocket(t, gateway.port, { token: browser.token })
  page.socket.pause()
  let before = -1
  while (before !== written) {
    before = written
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.ok(written < 256 * chunk.length, `${written} bytes were taken from the application`)
  let length = page.received.length
  page.socket.removeAllListeners('data').on('data', (part: Buffer) => {
    length += part.length
  })
  page.socket.resume()
  while (length < 512 * chunk.length) await once(page.socket, 'data')
})

test('a client that reads nothing is ended after the time that a body may stand still', async (t) => {
  const { app, gateway, browser } = await setUp(t, { options: { timeouts: { body: 300 } } }, (socket, req) => {
    socket.write(handshakeAnswer(req))
    socket.write(Buffer.alloc(32 * 1024 * 1024))
  })
  const page = await openWebSocket(t, gateway.port, { token: browser.token })
  page.socket.pause()
  await new Promise((resolve) => app.sockets[0]!.once('close', resolve))
  assert.equal(gateway.heard('websocket-ended')[0]?.why, 'silence')
})

test('a WebSocket that says nothing stays open for longer than a body may stand still', async (t) => {
  const { gateway, browser } = await setUp(t, { options: { timeouts: { body: 100 } } }, echo)
  const page = await openWebSocket(t, gateway.port, { token: browser.token })
  await new Promise((resolve) => setTimeout(resolve, 500))
  page.socket.write(textFrame('still here'))
  await page.hears('still here')
})

test('G6: at sign-out a WebSocket ends at once, with a close frame, and nothing passes any more', async (t) => {
  const { app, gateway, browser } = await setUp(t, {}, echo)
  await browser.submit('/login', GOOD)
  const page = await openWebSocket(t, gateway.port, { token: browser.token })
  page.socket.write(textFrame('before'))
  await page.hears('before')
  const gone = new Promise((resolve) => app.sockets[0]!.once('close', resolve))
  await browser.visit('/logout')
  const signedOut = performance.now()
  await Promise.all([page.ended, gone])
  const waited = page.endedAt! - signedOut
  t.diagnostic(`from the answer to the sign-out to the end of the WebSocket: ${waited.toFixed(2)} ms`)
  assert.ok(waited < 500)
  assert.deepEqual(page.closed, { code: 1008, reason: 'session ended' })
  assert.deepEqual(gateway.heard('websocket-ended'), [
    { type: 'websocket-ended', site: 'default', path: '/socket', why: 'session' },
  ])
})

test('G6: a WebSocket in the middle of a frame is cut off, since a close frame would be part of it', async (t) => {
  const { gateway, browser } = await setUp(t, {}, (socket, req) => {
    socket.write(handshakeAnswer(req))
    socket.write(textFrame('x'.repeat(1000)).subarray(0, 500))
  })
  await browser.submit('/login', GOOD)
  const page = await openWebSocket(t, gateway.port, { token: browser.token })
  await page.hears('xxx')
  await browser.visit('/logout')
  await page.ended
  assert.doesNotMatch(page.text, /session ended/)
})

test('G6: a WebSocket that was opened with a planted token ends when the victim signs in', async (t) => {
  const { gateway, browser } = await setUp(t, {}, echo)
  const attacker = await openWebSocket(t, gateway.port, { token: browser.token })
  await browser.submit('/login', GOOD)
  await attacker.ended
  assert.equal(attacker.closed?.code, 1008)
  assert.equal((await openWebSocket(t, gateway.port, { token: browser.token })).status, 101)
})

test('G6: a renewal changes no privilege and ends no WebSocket; the sign-out after it does', async (t) => {
  let now = Date.now()
  const site = `${SIGN_IN}, ${SIGN_OUT}, sessions: { renew: 10m, idle: off }`
  const { gateway, browser } = await setUp(t, { site, options: { clock: () => now } }, echo)
  await browser.submit('/login', GOOD)
  const page = await openWebSocket(t, gateway.port, { token: browser.token })
  for (let renewals = 0; renewals < 3; renewals++) {
    now += 11 * 60_000
    await browser.visit('/')
    await browser.visit('/')
    page.socket.write(textFrame(`within ${renewals}`))
    await page.hears(`within ${renewals}`)
    now += 11_000
    page.socket.write(textFrame(`after ${renewals}`))
    await page.hears(`after ${renewals}`)
  }
  assert.equal(gateway.heardOfSessions('renewed').length, 3)
  await browser.visit('/logout')
  await page.ended
  assert.equal(page.closed?.code, 1008)
})

for (const [which, site, passed] of [
  ['idle', 'sessions: { idle: 10m, absolute: 1h, renew: off }', 11 * 60_000],
  ['absolute', 'sessions: { idle: off, absolute: 1h, renew: off }', 61 * 60_000],
] as const) {
  test(`G6: a WebSocket ends at the ${which} end, though it is busy: its frames keep nobody signed in (E5)`, async (t) => {
    let now = Date.now()
    const options = { clock: () => now, timeouts: { body: 400 } }
    const { gateway, browser } = await setUp(t, { site, options }, echo)
    const page = await openWebSocket(t, gateway.port, { token: browser.token })
    for (let i = 1; i < 5; i++) {
      now += passed / 5
      page.socket.write(textFrame(`frame ${i}`))
      await page.hears(`frame ${i}`)
    }
    now += passed / 5
    await page.ended
    assert.deepEqual(page.closed, { code: 1008, reason: 'session ended' })
    assert.deepEqual(
      gateway.heardOfSessions('ended').map(({ reason }) => reason),
      [which],
    )
  })
}

test('a handshake behind a request that has no answer yet ends its connection alone', async (t) => {
  const { gateway, browser } = await setUp(t)
  const head = 'Host: localhost\r\nSec-Fetch-Site: none\r\n'
  const handshake = `GET /socket HTTP/1.1\r\n${head}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
  await sendRaw(gateway.port, `GET / HTTP/1.1\r\n${head}\r\n${handshake}`)
  assert.equal((await browser.visit('/')).status, 200)
})

test('E5: opening WebSockets again and again keeps nobody signed in', async (t) => {
  let now = Date.now()
  const site = 'sessions: { idle: 10m, renew: off }'
  const { gateway, browser } = await setUp(t, { site, options: { clock: () => now } }, echo)
  await browser.visit('/')
  for (let i = 0; i < 3; i++) {
    now += 3 * 60_000
    assert.equal((await openWebSocket(t, gateway.port, { token: browser.token })).status, 101)
  }
  now += 2 * 60_000
  assert.equal((await browser.visit('/')).body, '/ ')
})

test('G6: an end that fell while the handshake was in the application lets no WebSocket open', async (t) => {
  const arrived = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const { gateway, browser } = await setUp(t, {}, async (socket, req) => {
    arrived.resolve()
    await released.promise
    socket.write(handshakeAnswer(req))
  })
  const opening = openWebSocket(t, gateway.port, { token: browser.token })
  await arrived.promise
  await browser.submit('/login', GOOD)
  released.resolve()
  const page = await opening
  assert.equal(page.status, 401)
  await page.ended
})

test('E9, G6: while nobody can say whether a session lives, no frame passes', async (t) => {
  const watched = watchedStore()
  const { gateway, browser } = await setUp(t, { options: { store: watched.store } }, echo)
  const page = await openWebSocket(t, gateway.port, { token: browser.token })
  watched.failing.add('stamp').add('read')
  await new Promise((resolve) => setTimeout(resolve, 5))
  page.socket.write(textFrame('unheard'))
  await page.ended
  assert.doesNotMatch(page.text, /unheard/)
})
