// A site that others may show in a frame: its cookie, who may frame it, and what it does not answer.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createSessions as createFetchSessions } from './adapters/fetch.ts'
import { createSessions } from './create-sessions.ts'
import { framePolicy } from './http/framing.ts'
import { memory } from './stores/memory.ts'
import { FakeBrowser } from './testing/fake-exchange.ts'
import { addOne, code, FakeClock, siteOn } from './testing/site.ts'

const embedded = ['https://lms.example']
const POLICY = "frame-ancestors 'self' https://lms.example"
const IN_FRAME = { fetchSite: 'cross-site', fetchDest: 'iframe' } as const
const IMAGE = { fetchSite: 'cross-site', fetchMode: 'no-cors', fetchDest: 'image' } as const

function setUp(options: Parameters<typeof siteOn>[2] = { embedded }) {
  const clock = new FakeClock()
  return { clock, site: siteOn(memory(), clock, options), browser: new FakeBrowser() }
}

test('R1: in a frame of another site a session begins, with a partitioned cookie', async () => {
  const { site, browser } = setUp()
  const { session, exchange } = await browser.open(site, IN_FRAME)
  await session.signIn('alice')
  const line = exchange.setCookies.get('__Host-Http-sid') as string
  assert.match(line, /; Path=\/; Secure; HttpOnly; SameSite=None; Partitioned$/)
  browser.receive(exchange)
  assert.equal((await browser.visit(site, () => {}, IN_FRAME)).user, 'alice')
})

test('R1: a deletion repeats SameSite=None and Partitioned', async () => {
  const { site, browser } = setUp()
  await browser.visit(site, (session) => session.signIn('alice'), IN_FRAME)
  const { session, exchange } = await browser.open(site)
  await session.signOut()
  assert.match(exchange.setCookies.get('__Host-Http-sid') as string, /SameSite=None; Partitioned; Max-Age=0/)
})

test('R1, R6: what another site’s page asks for by itself is a stranger’s; what it sends is refused', async () => {
  const { site, browser } = setUp()
  await browser.visit(site, (session) => session.signIn('alice'))
  const { session, exchange } = await browser.open(site, IMAGE)
  assert.equal(session.user, null)
  await assert.rejects(session.update(addOne), code('ERR_CROSS_SITE'))
  assert.equal(exchange.setCookies.size, 0)
  const post = { method: 'POST', fetchSite: 'cross-site', origin: 'https://lms.example' }
  await assert.rejects(browser.open(site, post), code('ERR_CROSS_ORIGIN'))
  assert.equal((await browser.visit(site)).user, 'alice')
})

test('R8: not embedded, a frame of another site begins nothing', async () => {
  const { site, browser } = setUp({})
  const { session } = await browser.open(site, IN_FRAME)
  await assert.rejects(session.signIn('alice'), code('ERR_CROSS_SITE'))
})

test('E3: a session in a frame is renewed as a page is loaded there', async () => {
  const { clock, site, browser } = setUp({ embedded, idle: 'off' })
  await browser.visit(site, (session) => session.signIn('alice'), IN_FRAME)
  const { token } = browser
  clock.advance(3_600_000)
  await browser.visit(site, () => {}, { fetchDest: 'iframe' })
  assert.notEqual(browser.token, token)
})

test('R1: nobody is named where nothing is embedded', () => {
  assert.equal(framePolicy([]), null)
})

type Answered = { headers: IncomingMessage['headers']; policies: string[] }

async function ask(options: object, handle: (res: ServerResponse) => void): Promise<Answered> {
  const sessions = createSessions({ store: memory(), ...options })
  const server = createServer(async (req, res) => {
    await sessions.open(req, res)
    handle(res)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const headers = { 'Sec-Fetch-Site': 'none' }
    const sent = request({ port: (server.address() as AddressInfo).port, headers }).end()
    const [res] = (await once(sent, 'response')) as [IncomingMessage]
    res.resume()
    const policies = res.rawHeaders.filter((_, i) => i % 2 === 1 && /^content-sec/i.test(res.rawHeaders[i - 1]!))
    return { headers: res.headers, policies }
  } finally {
    server.close()
    server.closeAllConnections()
    await sessions.close()
  }
}

const ways: [string, (res: ServerResponse) => unknown][] = [
  ['setHeader', (res) => res.setHeader('Content-Security-Policy', 'a').setHeader('X-Frame-Options', 'DENY').end()],
  ['writeHead', (res) => res.writeHead(200, { 'content-security-policy': 'a', 'x-frame-options': 'DENY' }).end()],
]

for (const [way, handle] of ways) {
  test(`R1: node:http names who may frame an answer, beside its own policy, written with ${way}`, async () => {
    const { headers, policies } = await ask({ embedded }, handle)
    assert.deepEqual(policies, ['a', POLICY])
    assert.equal(headers['x-frame-options'], undefined)
  })

  test(`R1: without \`embedded\` framing is the application’s own matter, written with ${way}`, async () => {
    const { headers, policies } = await ask({}, handle)
    assert.deepEqual(policies, ['a'])
    assert.equal(headers['x-frame-options'], 'DENY')
  })
}

test('R1: a Web Response names who may frame it, if its handler looked at the session', async () => {
  const sessions = createFetchSessions({ store: memory(), embedded })
  const answer = (look: boolean) =>
    sessions.handler(async (_request, open) => {
      if (look) await open()
      return new Response('', { headers: { 'content-security-policy': 'a', 'x-frame-options': 'DENY' } })
    })(new Request('https://quiz.example/'))
  const { headers } = await answer(true)
  assert.equal(headers.get('content-security-policy'), `a, ${POLICY}`)
  assert.equal(headers.get('x-frame-options'), null)
  assert.equal((await answer(false)).headers.get('x-frame-options'), 'DENY')
  await sessions.close()
})
