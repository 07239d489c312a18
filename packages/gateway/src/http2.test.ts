// HTTP/2 to clients: the same pipeline, and what is HTTP/2's own.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientHttp2Session, constants } from 'node:http2'
import { type TestContext, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { type Application, bodyOf, startApplication, startSocketServer, valuesOf } from './testing/application.ts'
import { HOST, type Setting, startTestGateway, type TestGateway } from './testing/gateway.ts'
import { answerOf, ask, fetched, openHttp2 } from './testing/http2.ts'
import { SIGN_IN, SIGN_OUT, sets, withMembers } from './testing/members.ts'
import { sendRaw } from './testing/wire.ts'

interface Scene {
  readonly app: Application
  readonly gateway: TestGateway
  readonly session: ClientHttp2Session
  /** Of a session whose vault holds `app=1`. */
  readonly token: string
}

async function setUp(t: TestContext, setting: Setting = {}): Promise<Scene> {
  const app = withMembers(await startApplication(t)).on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port, { site: `${SIGN_IN}, ${SIGN_OUT}`, https: true, ...setting })
  const session = await openHttp2(t, gateway.httpsPort)
  const { setCookies } = await ask(session, fetched('/set'))
  const token = /^__Host-Http-sid=([^;]+)/.exec(setCookies[0] ?? '')?.[1] as string
  return { app, gateway, session, token }
}

test('a page asked for by HTTP/2 goes up by HTTP/1.1, with the vault’s cookies and without pseudo headers', async (t) => {
  const { app, gateway, session, token } = await setUp(t)
  assert.equal(session.alpnProtocol, 'h2')
  const authority = `${HOST}:${gateway.httpsPort}`
  const answer = await ask(session, fetched('/a?b=c', token, { ':authority': authority, te: 'trailers', 'x-own': '1' }))
  assert.deepEqual([answer.status, answer.body, answer.code], [200, 'app=1', 0])
  assert.equal(answer.headers['cache-control'], 'private, no-store')
  const arrived = app.arrived.at(-1)!
  assert.equal(arrived.url, '/a?b=c')
  assert.equal(valuesOf(arrived, 'host').length, 1)
  assert.deepEqual(valuesOf(arrived, 'x-forwarded-host'), [authority])
  assert.deepEqual(valuesOf(arrived, 'x-forwarded-proto'), ['https'])
  assert.deepEqual(valuesOf(arrived, 'x-own'), ['1'])
  assert.deepEqual(valuesOf(arrived, 'te'), [])
  assert(!arrived.rawHeaders.some((name) => name.startsWith(':')))
})

test('cookies that come in several fields are one header: the token is found in any of them', async (t) => {
  const { session, token } = await setUp(t, { site: 'expose: [theme, a]' })
  const cookie = ['a=1', `__Host-Http-sid=${token}`, 'theme=dark'] as unknown as string
  const { body } = await ask(session, { ...fetched('/'), cookie })
  assert.equal(body, 'app=1; a=1; theme=dark')
})

test('R7: two tokens in two fields are two cookies, and neither is used', async (t) => {
  const { gateway, session, token } = await setUp(t)
  const cookie = [`__Host-Http-sid=${token}`, `__Host-Http-sid=${token}`] as unknown as string
  assert.equal((await ask(session, { ...fetched('/'), cookie })).body, '')
  assert.equal(gateway.heardOfSessions('duplicate-cookie').length, 1)
})

for (const [sentence, headers] of [
  ['another Host beside its :authority', { host: 'elsewhere.test' }],
  ['another scheme', { ':scheme': 'http' }],
  ['a path that is none', { ':path': 'nowhere' }],
  ['an asterisk for a path', { ':path': '*' }],
  ['an absolute address for a path', { ':path': 'https://elsewhere.test/' }],
  ['a fragment', { ':path': '/a#b' }],
  ['a host that is none', { ':authority': 'a b' }],
  ['a user in its :authority', { ':authority': `user@${HOST}` }],
  ['a connection’s header', { 'transfer-encoding': 'chunked' }],
] as const) {
  test(`G1: a request with ${sentence} is refused, and the next one is served`, async (t) => {
    const { app, session } = await setUp(t)
    const before = app.arrived.length
    // A client of this library sends no such thing, so where it refuses there is nothing to prove.
    const asked = await Promise.resolve()
      .then(() => ask(session, fetched('/', undefined, headers)))
      .catch(() => null)
    if (asked !== null) assert.ok(asked.status === 400 || asked.code !== 0, `${asked.status} ${asked.code}`)
    assert.equal(app.arrived.length, before)
    assert.equal((await ask(session, fetched('/'))).status, 200)
  })
}

test('a Host header that says what :authority says is one host', async (t) => {
  const { session, token } = await setUp(t)
  assert.equal((await ask(session, fetched('/', token, { host: HOST.toUpperCase() }))).body, 'app=1')
})

test('what belongs to the application’s connection stays there: HTTP/2 forbids it', async (t) => {
  const { app, session, token } = await setUp(t)
  app.on('/odd', (_req, res) => {
    res.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' })
    res.writeHead(200, 'Quite Fine', [
      ...['Keep-Alive', 'timeout=9', 'Proxy-Connection', 'close', 'X-Latin', '\xfc', 'X-Twice', '1', 'X-Twice', '2'],
      ...['Trailer', 'X-Trailer', 'Set-Cookie', 'second=2; Path=/', 'Set-Cookie', 'third=3; Path=/'],
    ])
    res.write('body')
    res.addTrailers({ 'X-Trailer': 'late', 'Set-Cookie': 'trailed=1' })
    res.end()
  })
  const answer = await ask(session, fetched('/odd', token))
  assert.deepEqual([answer.status, answer.body, answer.code], [200, 'body', 0])
  assert.deepEqual(answer.informational, [])
  assert.equal(answer.trailers, false)
  assert.deepEqual(answer.setCookies, [])
  assert.equal(answer.headers['x-twice'], '1, 2')
  for (const name of ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'trailer']) {
    assert.equal(answer.headers[name], undefined, name)
  }
  assert.equal((await ask(session, fetched('/', token))).body, 'app=1; second=2; third=3')
})

test('a header that the application says twice is said once where HTTP/2 wants one, and the process lives', async (t) => {
  const { app, session, token } = await setUp(t)
  const twice = ['ETag', '"1"', 'Content-Type', 'text/plain', 'X-Content-Type-Options', 'nosniff', 'Location', '/a']
  app.on(
    '/twice',
    (_req, res) => void res.writeHead(200, [...twice, ...twice, 'X-Twice', '1', 'X-Twice', '2']).end('x'),
  )
  const answer = await ask(session, fetched('/twice', token))
  assert.deepEqual([answer.status, answer.body, answer.code], [200, 'x', 0])
  assert.deepEqual([answer.headers.etag, answer.headers.location, answer.headers['x-twice']], ['"1"', '/a', '1, 2'])
})

test('answers without a body have none, on every status and method', async (t) => {
  const { app, session, token } = await setUp(t)
  for (const [status, method] of [
    [200, 'HEAD'],
    [204, 'GET'],
    [304, 'GET'],
    [200, 'GET'],
  ] as const) {
    app.on('/empty', (_req, res) => void res.writeHead(status, { 'X-Seen': 'yes', ETag: '"1"' }).end())
    const answer = await ask(session, fetched('/empty', token, { ':method': method }))
    assert.deepEqual([answer.status, answer.body, answer.code], [status, '', 0])
    assert.equal(answer.headers['x-seen'], 'yes')
  }
})

test('a body needs no Content-Length, and megabytes pass both ways', async (t) => {
  const { app, session, token } = await setUp(t)
  app.on('/echo', (req, res) => void req.pipe(res))
  const body = Buffer.alloc(8 * 1024 * 1024, 'x')
  const answer = await ask(session, fetched('/echo', token, { ':method': 'POST', origin: `https://${HOST}` }), body)
  assert.deepEqual([answer.status, answer.body.length, answer.code], [200, body.length, 0])
  const arrived = app.arrived.at(-1)!
  assert.deepEqual(valuesOf(arrived, 'transfer-encoding'), ['chunked'])
})

test('G3: a form that signs in by HTTP/2 gets a new token, and the old one opens nothing', async (t) => {
  const { app, session, token } = await setUp(t)
  const headers = {
    ':method': 'POST',
    'content-type': 'application/x-www-form-urlencoded',
    'sec-fetch-mode': 'navigate',
  }
  const answer = await ask(session, fetched('/login', token, headers), 'user=alice&password=right')
  assert.equal(answer.status, 302)
  assert.equal(app.arrived.at(-1)?.cookies, 'app=1')
  const next = /^__Host-Http-sid=([^;]+)/.exec(answer.setCookies[0] ?? '')?.[1]
  assert.notEqual(next, token)
  assert.equal((await ask(session, fetched('/', next))).body, 'app=1; auth=alice')
  assert.equal((await ask(session, fetched('/', token))).body, '')
})

test('R6: a form from another site is refused before its body is read, and the connection goes on', async (t) => {
  const { app, session, token } = await setUp(t)
  const before = app.arrived.length
  const headers = { ':method': 'POST', origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  const stream = session.request(fetched('/order', token, headers))
  stream.write(Buffer.alloc(16 * 1024))
  const answer = await answerOf(stream)
  assert.equal(answer.status, 403)
  assert.equal(answer.headers['content-type'], 'application/problem+json')
  assert.equal(app.arrived.length, before)
  assert.equal((await ask(session, fetched('/', token))).body, 'app=1')
})

test('an answer that breaks off reaches the client as a broken one', async (t) => {
  const port = await startSocketServer(t, (socket) => {
    socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart'))
  })
  const gateway = await startTestGateway(t, port, { https: true })
  const session = await openHttp2(t, gateway.httpsPort)
  const answer = await ask(session, fetched('/'))
  assert.deepEqual([answer.status, answer.body], [200, 'part'])
  assert.notEqual(answer.code, 0)
})

test('a client that cancels lets the application know, and the next request is served', async (t) => {
  const { app, session, token } = await setUp(t)
  const arrived = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  app.on('/slow', (_req, res) => {
    arrived.resolve()
    res.on('close', () => gone.resolve())
  })
  const stream = session.request(fetched('/slow', token))
  stream.on('error', () => {})
  await arrived.promise
  stream.close(constants.NGHTTP2_CANCEL)
  await gone.promise
  assert.equal((await ask(session, fetched('/', token))).body, 'app=1')
})

test('a body that stands still gets 408, and the connection goes on', async (t) => {
  const { app, session, token } = await setUp(t, { options: { timeouts: { body: 200 } } })
  app.on('/up', (req) => void req.resume())
  const stream = session.request(fetched('/up', token, { ':method': 'POST', origin: `https://${HOST}` }))
  stream.write('some')
  const answer = await answerOf(stream)
  assert.equal(answer.status, 408)
  assert.equal((await ask(session, fetched('/', token))).body, 'app=1')
})

test('G6: an event stream is reset when its session ends, so that it is not taken for complete', async (t) => {
  const { app, session, token } = await setUp(t)
  app.on(
    '/events',
    (_req, res) => void res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n'),
  )
  const stream = session.request(fetched('/events', token))
  const whole = answerOf(stream)
  await once(stream, 'data')
  await ask(session, fetched('/logout', token))
  const answer = await whole
  assert.equal(answer.body, 'data: 1\n\n')
  assert.notEqual(answer.code, 0)
})

test('100 is said when the pipeline has taken the request, and not to one that it refuses', async (t) => {
  const { app, session, token } = await setUp(t)
  app.on('/up', async (req, res) => void res.end(await bodyOf(req)))
  const expecting = { ':method': 'PUT', expect: '100-continue', origin: `https://${HOST}` }
  const stream = session.request(fetched('/up', token, expecting))
  stream.once('continue', () => stream.end('all of it'))
  assert.equal((await answerOf(stream)).body, 'all of it')
  assert.deepEqual(valuesOf(app.arrived.at(-1)!, 'expect'), [])
  const foreign = { ...expecting, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  const refused = session.request(fetched('/up', token, foreign))
  refused.once('continue', () => assert.fail('told to go on'))
  assert.equal((await answerOf(refused)).status, 403)
})

test('as many requests are under way on a connection as the limit says', async (t) => {
  const { app, session } = await setUp(t, { file: 'limits: { streamsPerConnection: 3 }' })
  assert.equal(session.remoteSettings.maxConcurrentStreams, 3)
  let underWay = 0
  let most = 0
  app.on('/slow', (_req, res) => {
    most = Math.max(most, ++underWay)
    setTimeout(() => {
      underWay--
      res.end()
    }, 20)
  })
  await Promise.all(Array.from({ length: 12 }, () => ask(session, fetched('/slow'))))
  assert.equal(most, 3)
})

test('headers that are too long end their stream alone', async (t) => {
  const { app, session } = await setUp(t, { file: 'limits: { headers: 8KiB }' })
  const before = app.arrived.length
  const answer = await ask(session, fetched('/', undefined, { 'x-long': 'x'.repeat(9000) }))
  assert.notEqual(answer.code, 0)
  assert.equal(app.arrived.length, before)
  assert.equal((await ask(session, fetched('/'))).status, 200)
})

test('CVE-2023-44487: a connection that cancels what it asks, again and again, is closed', async (t) => {
  const { gateway, session } = await setUp(t)
  const closed = new Promise((resolve) => session.once('close', resolve))
  let asked = 0
  const more = () => {
    for (let i = 0; i < 50 && !session.destroyed && !session.closed; i++) {
      asked++
      const stream = session.request(fetched('/'))
      stream.on('error', () => {})
      stream.close(constants.NGHTTP2_CANCEL)
    }
    if (!session.destroyed) setImmediate(more)
  }
  more()
  await closed
  t.diagnostic(`closed after ${asked} requests`)
  const other = await openHttp2(t, gateway.httpsPort)
  assert.equal((await ask(other, fetched('/'))).status, 200)
})

test('a connection on which nothing is asked is closed, one with a silent event stream is not', async (t) => {
  const { app, gateway, session } = await setUp(t, { options: { timeouts: { keepAlive: 200 } } })
  app.on('/events', (_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n')
    setTimeout(() => res.end('data: 2\n\n'), 700)
  })
  const idle = await openHttp2(t, gateway.httpsPort)
  const closed = once(idle, 'close')
  const { body, code } = await ask(session, fetched('/events'))
  assert.deepEqual([body, code], ['data: 1\n\ndata: 2\n\n', 0])
  await closed
})

test('a connection serves as many requests as it may, and then says so', async (t) => {
  const { gateway, session } = await setUp(t, { file: 'limits: { requestsPerConnection: 3 }' })
  const closed = once(session, 'close')
  const answers = await Promise.all([ask(session, fetched('/')), ask(session, fetched('/'))])
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200],
  )
  await closed
  assert.equal((await ask(await openHttp2(t, gateway.httpsPort), fetched('/'))).status, 200)
})

test('the same listener speaks HTTP/1.1 to whoever asks for that, or for nothing', async (t) => {
  const { gateway } = await setUp(t)
  for (const ALPNProtocols of [['http/1.1'], undefined]) {
    const socket = connectTls({
      port: gateway.httpsPort,
      servername: HOST,
      rejectUnauthorized: false,
      ...(ALPNProtocols && { ALPNProtocols }),
    })
    await once(socket, 'secureConnect')
    socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`)
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    assert.match(chunk.toString(), /^HTTP\/1\.1 200 /)
    socket.destroy()
  }
})

test('TLS before 1.2 is not spoken', async (t) => {
  const { gateway } = await setUp(t)
  const socket = connectTls({
    port: gateway.httpsPort,
    servername: HOST,
    rejectUnauthorized: false,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  })
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  assert.match(error.message, /protocol version|unsupported protocol|no protocols available/)
})

test('HTTP/2 without TLS is not spoken', async (t) => {
  const { gateway } = await setUp(t)
  const answer = await sendRaw(gateway.port, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  assert.ok(answer.status === 400 || answer.text === '', answer.text)
})
