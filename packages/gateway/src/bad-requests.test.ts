// What nobody sends by accident: each gets a clear answer, and the process lives.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { startApplication } from './testing/application.ts'
import { startTestGateway } from './testing/gateway.ts'
import { sets } from './testing/members.ts'
import { getRaw, sendRaw } from './testing/wire.ts'

const BROWSER = 'Sec-Fetch-Site: none\r\n'
const SID = '__Host-Http-sid'

test('100 KB of headers get 431, in one or in many, and the next request is served', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port)
  const many = Array.from({ length: 1000 }, (_, i) => `X-${i}: ${'x'.repeat(92)}\r\n`).join('')
  for (const headers of [`X: ${'x'.repeat(100_000)}\r\n`, `Cookie: ${'x'.repeat(100_000)}\r\n`, many]) {
    assert.equal((await getRaw(gateway.port, '/', BROWSER + headers)).status, 431)
  }
  assert.deepEqual(app.arrived, [])
  assert.equal((await getRaw(gateway.port, '/', BROWSER)).status, 200)
})

test('R7: of two session cookies neither is used, and it is reported', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port)
  const browser = gateway.browser()
  await browser.visit('/set')
  assert.equal((await browser.visit('/')).body, 'app=1')
  const token = `${SID}=${browser.token}`
  for (const cookies of [`${token}; ${token}`, `${SID}=x; ${token}`, `${token}; ${SID}=`]) {
    const answer = await getRaw(gateway.port, '/', `${BROWSER}Cookie: ${cookies}\r\n`)
    assert.deepEqual([answer.status, answer.body], [200, ''])
    assert.doesNotMatch(answer.head, /set-cookie/i)
  }
  const lines = await getRaw(gateway.port, '/', `${BROWSER}Cookie: ${token}\r\nCookie: ${token}\r\n`)
  assert.equal(lines.body, '', 'on two lines')
  assert.deepEqual(
    gateway.heardOfSessions('duplicate-cookie').map(({ count }) => count),
    [2, 2, 2, 2],
  )
  assert.equal((await browser.visit('/')).body, 'app=1', 'the session itself lives on')
})

test('a token of any wrong length or form opens nothing, costs nothing and is no error', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port)
  const browser = gateway.browser()
  await browser.visit('/set')
  const token = browser.token as string
  const wrong = [
    ...Array.from({ length: 90 }, (_, length) => 'A'.repeat(length)),
    ...['', ' ', 'x'.repeat(4000), `${token}A`, token.slice(1), `"${token}"`, `${token}=`, `%${token.slice(1)}`],
    ...[
      token.toLowerCase(),
      token.split('').reverse().join(''),
      `${token.slice(0, 42)}\xe9`,
      '__proto__',
      'constructor',
    ],
  ]
  for (const value of wrong) {
    const answer = await getRaw(gateway.port, '/', `${BROWSER}Cookie: ${SID}=${value}\r\n`)
    assert.deepEqual([answer.status, answer.body], [200, ''], value)
    assert.doesNotMatch(answer.head, /set-cookie/i)
  }
  assert.equal((await browser.visit('/')).body, 'app=1')
})

test('R7: nowhere but in the one cookie is a token read from', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port)
  const browser = gateway.browser()
  await browser.visit('/set')
  const { token } = browser
  const form = `${SID}=${token}&sid=${token}`
  const elsewhere = [
    `GET /?${SID}=${token} HTTP/1.1\r\n`,
    `GET /x;${SID}=${token} HTTP/1.1\r\n`,
    `GET / HTTP/1.1\r\nAuthorization: Bearer ${token}\r\n`,
    `GET / HTTP/1.1\r\n${SID}: ${token}\r\n`,
    `GET / HTTP/1.1\r\nCookie: ${SID.toLowerCase()}=${token}\r\n`,
    `GET / HTTP/1.1\r\nCookie: $Version=1; ${SID} =${token}\r\n`,
    `GET / HTTP/1.1\r\nCookie2: ${SID}=${token}\r\n`,
    `POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n`,
  ]
  for (const start of elsewhere) {
    const body = start.startsWith('POST') ? form : ''
    const message = `${start}Host: localhost\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n\r\n${body}`
    const answer = await sendRaw(gateway.port, message)
    assert.deepEqual([answer.status, answer.body], [200, ''], start)
  }
})

test('a Cookie header of any bytes gets an answer, never a cookie, and never reaches the application', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { site: 'expose: [theme]' })
  const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code))
  const piece = fc.constantFrom(
    SID,
    '=',
    ';',
    '; ',
    '"',
    ',',
    ' ',
    '\t',
    'theme',
    'A'.repeat(43),
    '%',
    '\\',
    '$Version',
  )
  const header = fc.array(fc.oneof(byte, piece), { maxLength: 40 }).map((parts) => parts.join(''))
  await fc.assert(
    fc.asyncProperty(header, async (cookies) => {
      const { status, head, body } = await getRaw(gateway.port, '/', `${BROWSER}Cookie: ${cookies}\r\n`)
      assert(status === 200 || status === 400, `${status}`)
      assert.doesNotMatch(head, /^set-cookie/im)
      if (status === 200) assert.match(body, /^(|theme=[^;,\s]*(; theme=[^;,\s]*)*)$/)
    }),
    { numRuns: 300 },
  )
  assert.deepEqual(
    gateway.heard('refused').filter(({ status }) => status !== 400),
    [],
  )
  assert.equal((await getRaw(gateway.port, '/', BROWSER)).status, 200)
})

test('a large body that nobody wants is refused with an answer that can be read', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { site: 'http: refuse' })
  const head = `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${2 ** 24}\r\n\r\n`
  const answer = await sendRaw(gateway.port, Buffer.concat([Buffer.from(head), Buffer.alloc(2 ** 24)]))
  assert.equal(answer.status, 403)
  assert.match(answer.body, /takes nothing over plain http/)
})

test('G2: TRACE is refused, whose answer would show the vault to page scripts', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port)
  const answer = await sendRaw(
    gateway.port,
    `TRACE / HTTP/1.1\r\nHost: localhost\r\n${BROWSER}Connection: close\r\n\r\n`,
  )
  assert.equal(answer.status, 405)
  assert.deepEqual(app.arrived, [])
})
