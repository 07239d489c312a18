// Who signs in: read from every kind of body, forwarded as it came, and where it cannot be read nobody is signed in.

import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Application, bodyOf, startApplication } from '../testing/application.ts'
import type { Browser, BrowserAnswer, Sending } from '../testing/browser.ts'
import { startTestGateway, type TestGateway } from '../testing/gateway.ts'
import { SIGN_IN, sets } from '../testing/members.ts'

const FORM = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data; boundary=b'
const OTHER = 'application/octet-stream'
const part = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`

/** Grants every sign-in, whatever the body says, and keeps the bodies. */
function grants(app: Application, bodies: string[] = []): string[] {
  app.on('POST /login', async (req, res) => {
    bodies.push(await bodyOf(req))
    res.writeHead(302, { Location: '/', 'Set-Cookie': 'auth=somebody; Path=/' }).end()
  })
  return bodies
}

function send(browser: Browser, type: string, body: string, sending: Sending = {}): Promise<BrowserAnswer> {
  const headers = { 'Content-Type': type, ...sending.headers }
  return browser.visit('/login', { method: 'POST', from: 'same-origin', ...sending, headers, body })
}

const signedIn = (gateway: TestGateway) => gateway.heardOfSessions('signed-in').map(({ user }) => user)
const refusals = (gateway: TestGateway) =>
  gateway.heard('sign-in-unnamed').map(({ why, forwarded }) => `${why}${forwarded ? ', forwarded' : ''}`)

for (const [sentence, type, body] of [
  ['an urlencoded form', FORM, 'user=alice&x=%zz&y='],
  ['an urlencoded form with a charset', `${FORM}; charset=UTF-8`, 'user=alice'],
  ['a multipart form', MULTIPART, `${part('x', '\r\n--')}${part('user', 'alice')}--b--\r\n`],
  ['JSON', 'application/json', '{ "x": 1.0e3, "user": "alice" }\n'],
  ['JSON of another name', 'application/vnd.api+json; charset=utf-8', '{"user":"alice"}'],
] as const) {
  test(`G3: ${sentence} says who signs in, and is forwarded byte for byte`, async (t) => {
    const app = await startApplication(t)
    const bodies = grants(app)
    const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
    const { status } = await send(gateway.browser(), type, body)
    assert.equal(status, 302)
    assert.deepEqual(bodies, [body])
    assert.deepEqual(signedIn(gateway), ['alice'])
    const chunked = { 'Transfer-Encoding': 'chunked' }
    await send(gateway.browser(), type, body, { headers: chunked })
    assert.deepEqual(signedIn(gateway), ['alice', 'alice'])
  })
}

const unreadable: [sentence: string, type: string | undefined, body: string, status: number, why: string][] = [
  ['of another type', 'application/xml', '<user>alice</user>', 415, 'content-type'],
  ['of no type', undefined, 'user=alice', 415, 'content-type'],
  ['of another charset', `${FORM}; charset=utf-16`, 'user=alice', 415, 'charset'],
  ['that is no JSON', 'application/json', '{', 400, 'malformed'],
  ['that is no multipart form', MULTIPART, 'user=alice', 400, 'malformed'],
  ['without boundary', 'multipart/form-data', 'user=alice', 400, 'malformed'],
  [
    'that has another boundary for PHP',
    'multipart/form-data; xboundary=c; boundary=b',
    `${part('user', 'alice')}${part('x', '\r\n--c\r\nContent-Disposition: form-data; name="user"\r\n\r\nbob\r\n--c--')}--b--\r\n`,
    400,
    'malformed',
  ],
  ['that names two users', FORM, 'user=bob&user=alice', 400, 'ambiguous'],
  ['that names two users in two spellings', FORM, 'user=bob&%55SER=alice', 400, 'ambiguous'],
  ['that names two users in JSON', 'application/json', '{"user":"bob","user":"alice"}', 400, 'ambiguous'],
]

for (const [sentence, type, body, status, why] of unreadable) {
  test(`G1: a sign-in with a body ${sentence} is refused before the application sees it`, async (t) => {
    const app = await startApplication(t)
    grants(app)
    const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
    const answer = await gateway
      .browser()
      .visit('/login', { method: 'POST', from: 'same-origin', headers: { 'Content-Type': type }, body })
    assert.equal(answer.status, status)
    assert.match(answer.body, /sign-in page/)
    assert.equal(app.arrived.length, 0)
    assert.deepEqual(refusals(gateway), [why])
  })
}

test('G1: a compressed form is refused before the application sees it', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
  const headers = { 'Content-Encoding': 'gzip' }
  assert.equal((await send(gateway.browser(), FORM, 'user=alice', { headers })).status, 415)
  assert.deepEqual([app.arrived.length, refusals(gateway)], [0, ['content-encoding']])
})

test('G1: a field in the address that says another name than the form is refused', async (t) => {
  const app = await startApplication(t)
  app.on('POST /login', sets('auth=1'))
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
  const browser = gateway.browser()
  assert.equal((await browser.submit('/login?USER=alice', { user: 'bob' })).status, 400)
  assert.equal(app.arrived.length, 0)
  assert.equal((await browser.submit('/login?user=bob&x=%zz', { user: 'bob' })).status, 200)
  assert.equal((await browser.submit('/login?x=1', { user: 'bob' })).status, 200)
})

const nameless: [sentence: string, type: string, body: string, status: number, why: string][] = [
  ['no name', FORM, 'x=1', 400, 'absent'],
  ['an empty name', FORM, 'user=&x=1', 400, 'empty'],
  ['an improper name', 'application/json', '{"user":["alice"]}', 400, 'improper'],
  ['a body too long to read', FORM, `user=alice&x=${'x'.repeat(500_000)}`, 413, 'too-long'],
  ['a second name behind what is read', FORM, `user=bob&x=${'x'.repeat(66_000)}&user=alice`, 413, 'too-long'],
]

for (const [sentence, type, body, status, why] of nameless) {
  test(`G3: with ${sentence} a request is forwarded whole, and its success signs nobody in`, async (t) => {
    const app = (await startApplication(t)).on('/set', sets('app=1'))
    const bodies = grants(app)
    const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
    for (const chunked of [false, true]) {
      const browser = gateway.browser()
      await browser.visit('/set')
      const before = browser.frozenCopy()
      const headers = chunked ? { 'Transfer-Encoding': 'chunked' } : {}
      const answer = await send(browser, type, body, { headers })
      assert.equal(answer.status, status)
      assert.match(answer.body, /You are not signed in/)
      assert.equal(answer.headers['cache-control'], 'private, no-store')
      assert.deepEqual(answer.headers.location, undefined)
      assert.equal(bodies.at(-1) === body, true)
      assert.equal((await browser.visit('/')).body, '', 'what the application granted opens nothing')
      assert.equal((await before.visit('/')).body, '')
    }
    assert.deepEqual(refusals(gateway), [`${why}, forwarded`, `${why}, forwarded`])
    assert.deepEqual(signedIn(gateway), [])
  })
}

test('G3: the session to which the application may have granted it is over, also where the answer sets no cookie', async (t) => {
  const users = new Map<string, boolean>()
  const idOf = (req: IncomingMessage) => /app=(\d+)/.exec(req.headers.cookie ?? '')?.[1] ?? ''
  const app = (await startApplication(t)).on('/set', sets('app=7; Path=/'))
  app.on('/me', (req, res) => res.end(users.has(idOf(req)) ? 'somebody' : 'nobody'))
  app.on('POST /login', async (req, res) => {
    users.set(idOf(req), true)
    await bodyOf(req)
    res.writeHead(302, { Location: '/me' }).end()
  })
  const site = 'login: { path: /login, user: { field: user }, success: { location: /me } }'
  const gateway = await startTestGateway(t, app.port, { site })
  const browser = gateway.browser()
  await browser.visit('/set')
  assert.equal((await browser.submit('/login', { other: 'x' })).status, 400)
  assert.equal((await browser.visit('/me')).body, 'nobody')
})

test('G3: another button of the sign-in page, pressed by one who is signed in, leaves him signed in', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
  grants(app)
  const browser = gateway.browser()
  await browser.submit('/login', { user: 'alice' })
  app.on('POST /login', async (req, res) => res.end(`${(await bodyOf(req)).length} ${req.headers.cookie}`))
  assert.equal((await browser.submit('/login', { language: 'de' })).body, '11 auth=somebody')
  assert.equal((await send(browser, OTHER, 'x')).status, 415)
  const large = 'x'.repeat(100_000)
  assert.equal((await send(browser, FORM, large)).body, '100000 auth=somebody')
  assert.equal((await browser.visit('/')).body, 'auth=somebody')
  assert.deepEqual(
    gateway.heardOfSessions('ended').filter(({ reason }) => reason === 'signed-out'),
    [],
  )
})

test('G3: a form by GET says who signs in by its address', async (t) => {
  const app = await startApplication(t)
  app.on('GET /login', sets('auth=1; Path=/'))
  const site = 'login: { method: GET, path: /login, user: { field: user }, success: { setsCookie: auth } }'
  const gateway = await startTestGateway(t, app.port, { site })
  assert.equal((await gateway.browser().visit('/login?user=al%69ce&x=1', { from: 'same-origin' })).status, 200)
  assert.equal((await gateway.browser().visit('/login?user=bob&USER=alice', { from: 'same-origin' })).status, 400)
  assert.equal((await gateway.browser().visit('/login?x=1', { from: 'same-origin' })).status, 400)
  assert.deepEqual(signedIn(gateway), ['alice'])
  assert.deepEqual(refusals(gateway), ['ambiguous', 'absent, forwarded'])
})

test('G3: a rule that does not ask for a name takes any body', async (t) => {
  const app = await startApplication(t)
  grants(app)
  const site = 'login: { path: /login, success: { setsCookie: auth } }'
  const gateway = await startTestGateway(t, app.port, { site })
  for (const [type, body] of [
    [OTHER, 'user=alice'],
    [FORM, 'user=a&user=b'],
  ] as const) {
    assert.equal((await send(gateway.browser(), type, body)).status, 302)
  }
  const users = signedIn(gateway)
  assert.equal(new Set(users).size, 2)
  for (const user of users) assert.match(user, /^unknown:/)
})

test('G3: a sign-in by script that answers 200 is one where it sets the cookie, and a wrong password none', async (t) => {
  const app = await startApplication(t)
  app.on('POST /api/login', async (req, res) => {
    const { credentials } = JSON.parse(await bodyOf(req)) as { credentials: { email: string; password: string } }
    if (credentials.password === 'right') res.setHeader('Set-Cookie', 'wp_in_5c0=1; Path=/')
    res.setHeader('Content-Type', 'application/json').end(JSON.stringify({ ok: credentials.password === 'right' }))
  })
  const rule = 'path: /api/login, user: { field: credentials.email }, success: { status: [200], setsCookie: wp_in_* }'
  const gateway = await startTestGateway(t, app.port, { site: `login: { ${rule} }` })
  const browser = gateway.browser()
  const headers = { 'Content-Type': 'application/json' }
  for (const [password, users] of [
    ['wrong', []],
    ['right', ['a@b.test']],
  ] as const) {
    const body = JSON.stringify({ credentials: { email: 'a@b.test', password } })
    assert.equal((await browser.fetch('/api/login', { method: 'POST', headers, body })).status, 200)
    assert.deepEqual(signedIn(gateway), users)
  }
  app.on('/bye', sets('wp_in_5c0=; Path=/; Max-Age=0'))
  await browser.visit('/bye')
  assert.equal(gateway.heardOfSessions('ended').at(-1)?.reason, 'signed-out', 'its deletion is a sign-out')
})

test('G1: any body is forwarded as it came, or refused', async (t) => {
  const app = await startApplication(t)
  let arrived: Buffer | null = null
  app.on('POST /login', async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk)
    arrived = Buffer.concat(chunks)
    res.end()
  })
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
  const piece = fc.oneof(
    fc.constantFrom('user=', '&', '{"user":"a"}', part('user', 'a'), '--b--\r\n', '%'),
    fc.string(),
  )
  const body = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''))
  await fc.assert(
    fc.asyncProperty(body, fc.constantFrom(FORM, MULTIPART, 'application/json'), async (text, type) => {
      arrived = null
      const { status } = await send(gateway.browser(), type, text)
      if (status === 200) assert.deepEqual(arrived, Buffer.from(text))
      else assert.deepEqual([status, arrived], [400, null])
    }),
    { numRuns: 150 },
  )
})
