import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerHeaders, requestHeaders } from './headers.ts'
import { startApplication, startSocketServer, valuesOf } from './testing/application.ts'
import { startTestGateway } from './testing/gateway.ts'
import { getRaw } from './testing/wire.ts'

const BROWSER = 'Sec-Fetch-Site: none\r\n'

test('hop-by-hop headers of a request go no further, those that Connection names included', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port)
  await getRaw(
    gateway.port,
    '/',
    `${BROWSER}Connection: X-One, x-two\r\nX-One: 1\r\nX-TWO: 2\r\nX-Three: 3\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\n` +
      'Trailer: X-Sum\r\nProxy-Authorization: Basic x\r\nProxy-Connection: close\r\nHTTP2-Settings: x\r\n',
  )
  const [request] = app.arrived
  const dropped = ['x-one', 'x-two', 'te', 'trailer', 'proxy-authorization', 'proxy-connection', 'http2-settings']
  for (const name of [...dropped, 'keep-alive', 'upgrade']) assert.deepEqual(valuesOf(request!, name), [], name)
  assert.deepEqual(valuesOf(request!, 'x-three'), ['3'])
})

test('G1: no client takes Host, or what the gateway writes, away by naming it in Connection', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port)
  await getRaw(gateway.port, '/', `${BROWSER}Connection: Host, X-Forwarded-For, X-Forwarded-Proto, Cookie\r\n`)
  const [request] = app.arrived
  assert.deepEqual(valuesOf(request!, 'host'), ['localhost'])
  assert.deepEqual(valuesOf(request!, 'x-forwarded-for'), ['127.0.0.1'])
  assert.deepEqual(valuesOf(request!, 'x-forwarded-proto'), ['http'])
})

test('hop-by-hop headers of an answer go no further, those that Connection names included', async (t) => {
  const port = await startSocketServer(t, (socket) => {
    socket.once('data', () => {
      socket.end(
        'HTTP/1.1 200 OK\r\nConnection: close, X-One\r\nX-One: 1\r\nX-Two: 2\r\nKeep-Alive: timeout=99\r\n' +
          'Proxy-Authenticate: Basic\r\nTrailer: X-Sum\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nok',
      )
    })
  })
  const gateway = await startTestGateway(t, port)
  const { status, head } = await getRaw(gateway.port, '/', BROWSER)
  assert.equal(status, 200)
  assert.doesNotMatch(head, /x-one|timeout=99|proxy-authenticate|trailer|upgrade/i)
  assert.match(head, /^X-Two: 2$/m)
})

test('R5: what an untrusted peer says of itself is replaced, whatever the spelling of the header', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port)
  const lies = [
    ['X-Forwarded-For', '6.6.6.6'],
    ['X_Forwarded_For', '6.6.6.6'],
    ['x-forwarded_for', '6.6.6.6'],
    ['X-Forwarded-Proto', 'lie'],
    ['X_FORWARDED_PROTO', 'lie'],
    ['X-Forwarded-Host', 'evil.test'],
    ['X_Forwarded-Host', 'evil.test'],
    ['X-Forwarded-Port', '1'],
    ['X-Forwarded-Ssl', 'on'],
    ['X-Real-IP', '6.6.6.6'],
    ['X_Real_IP', '6.6.6.6'],
    ['X.Forwarded.For', '6.6.6.6'],
    ['Forwarded', 'for=6.6.6.6;proto=https'],
    ['Front-End-Https', 'on'],
    ['X-Url-Scheme', 'https'],
  ] as const
  await getRaw(gateway.port, '/', BROWSER + lies.map((pair) => `${pair.join(': ')}\r\n`).join(''))
  const raw = app.arrived[0]!.rawHeaders
  const sent = Object.fromEntries(raw.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), raw[i + 1]]] : [])))
  assert.deepEqual(
    Object.entries(sent).filter(([name]) => /forwarded|real|scheme|front/.test(name)),
    [
      ['x-forwarded-for', '127.0.0.1'],
      ['x-forwarded-proto', 'http'],
      ['x-forwarded-host', 'localhost'],
    ],
  )
  assert.doesNotMatch(raw.join('\n'), /6\.6\.6\.6|lie|evil/)
})

test('R5: a trusted proxy is believed, as far as its own word goes', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { file: 'trustedProxies: [127.0.0.1/32]' })
  await getRaw(gateway.port, '/', 'X-Forwarded-Proto: https\r\nX-Forwarded-For: 6.6.6.6, 198.51.100.7\r\n')
  assert.deepEqual(valuesOf(app.arrived[0]!, 'x-forwarded-for'), ['198.51.100.7'])
  assert.deepEqual(valuesOf(app.arrived[0]!, 'x-forwarded-proto'), ['https'])
})

test('end-to-end headers pass both ways as they are, repeated ones and bytes beyond ASCII too', async (t) => {
  const port = await startSocketServer(t, (socket) => {
    socket.once('data', (request: Buffer) => {
      const repeated = /X-Many: 1\r\nX-Many: 2\r\n/i.test(request.toString('latin1'))
      const bytes = request.includes(Buffer.from('X-Bytes: caf\xe9 \xc3\xbc', 'latin1'))
      socket.end(
        Buffer.from(
          `HTTP/1.1 200 Fine\r\nConnection: close\r\nX-Seen: ${repeated} ${bytes}\r\nX-Many: 1\r\nX-Many: 2\r\n` +
            'X-Bytes: caf\xe9 \xc3\xbc\r\nContent-Length: 0\r\n\r\n',
          'latin1',
        ),
      )
    })
  })
  const gateway = await startTestGateway(t, port)
  const { head } = await getRaw(gateway.port, '/', `${BROWSER}X-Many: 1\r\nX-Many: 2\r\nX-Bytes: caf\xe9 \xc3\xbc\r\n`)
  assert.match(head, /^HTTP\/1\.1 200 Fine\r\n/)
  assert.match(head, /X-Seen: true true\r\nX-Many: 1\r\nX-Many: 2\r\nX-Bytes: caf\xe9 \xc3\xbc\r\n/)
})

test('an answer leads browsers to no other address of the application', () => {
  const { kept } = answerHeaders(['Alt-Svc', 'h3=":8443"', 'Content-Type', 'text/html'])
  assert.deepEqual(kept, ['Content-Type', 'text/html'])
})

test('G2: cookies of the old kind cross neither way (Set-Cookie2, Cookie2)', async (t) => {
  const app = await startApplication(t)
  app.on('/', (_req, res) => res.setHeader('Set-Cookie2', 'JSESSIONID="1"; Version="1"').end())
  const gateway = await startTestGateway(t, app.port)
  const { head } = await getRaw(gateway.port, '/', `${BROWSER}Cookie2: $Version=1; JSESSIONID=planted\r\n`)
  assert.doesNotMatch(head, /JSESSIONID/)
  assert.deepEqual(valuesOf(app.arrived[0]!, 'cookie2'), [])
})

const claims = [
  ...[
    'X-Original-URL',
    'X-Original-Host',
    'X-Rewrite-URL',
    'X-Forwarded-Prefix',
    'X-Forwarded-Uri',
    'X-Forwarded-User',
  ],
  ...['X-Host', 'X-ProxyUser-Ip', 'True-Client-IP', 'CF-Connecting-IP', 'X-Client-IP', 'X-Cluster-Client-IP'],
  ...['Fastly-Client-IP', 'X-ARR-SSL', 'X-ARR-ClientCert', 'Proxy', '__proto__', 'X-Middleware-Subrequest', 'Session'],
  ...['Remote-User', 'X-SSL-Client-Verify', 'X_Original.URL', 'x~forwarded~for', 'X-Auth-Request-Email'],
]
const ordinary = [
  'X-Requested-With',
  'X-CSRF-Token',
  'X-XSRF-TOKEN',
  'X-Nextjs-Data',
  'Authorization',
  'Origin',
  'Scheme',
]

test('G1: no claim of another path, host, sender or user goes on, however it is spelt; what scripts send does', () => {
  for (const name of claims) assert.deepEqual(requestHeaders([name, 'x'], 'GET'), [], name)
  for (const name of ordinary) assert.deepEqual(requestHeaders([name, 'x'], 'GET'), [name, 'x'])
})

const overrides: [sentence: string, method: string, value: string, passes: boolean][] = [
  ['a POST that means DELETE passes: both are unsafe', 'POST', 'DELETE', true],
  ['so does one that means PATCH', 'POST', 'PATCH', true],
  ['a GET that means DELETE does not', 'GET', 'DELETE', false],
  ['a PUT that means POST does not: it may be a sign-in', 'PUT', 'POST', false],
  ['a POST that means GET does not', 'POST', 'GET', false],
  ['two methods are none', 'POST', 'PUT, GET', false],
]
for (const [sentence, method, value, passes] of overrides) {
  test(`G1: another method in a header: ${sentence}`, () => {
    for (const name of ['X-HTTP-Method-Override', 'X_HTTP_Method', 'x-method-override'])
      assert.equal(requestHeaders([name, value], method).length, passes ? 2 : 0, name)
  })
}
