// The application's session ids beside its cookies: in addresses, in forms, and in what it writes itself.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { bodyOf, startApplication, valuesOf } from '../testing/application.ts'
import { startTestGateway } from '../testing/gateway.ts'
import { getRaw, sendRaw } from '../testing/wire.ts'

const LINKS = '<a href="/list;jsessionid=0AF?a=1">list</a> <img src="/x.png;jsessionid=0AF">'
const HTML = { 'Content-Type': 'text/html; charset=utf-8' }

test('G2: an id in the path stays outside, and rules are met by what is forwarded', async (t) => {
  const app = await startApplication(t)
  app.on('/shop/login', (req, res) => res.writeHead(req.method === 'POST' ? 302 : 200, { 'Set-Cookie': 'a=1' }).end())
  const site = 'preset: java, login: { path: /shop/login, user: { field: u }, success: { status: [302] } }'
  const gateway = await startTestGateway(t, app.port, { site })
  const browser = gateway.browser()
  await browser.visit('/shop;jsessionid=planted/list;v=1;JSESSIONID=planted?x=1')
  await browser.submit('/shop/login;jsessionid=planted', { u: 'alice' })
  assert.deepEqual(
    app.arrived.map(({ url }) => url),
    ['/shop/list;v=1?x=1', '/shop/login'],
  )
  assert.equal(gateway.heardOfSessions('signed-in')[0]?.user, 'alice')
  for (const path of ['/shop/list%3Bjsessionid=planted', '/public/..;jsessionid=planted/shop']) {
    assert.equal((await getRaw(gateway.port, path)).status, 400)
  }
  assert.equal(app.arrived.length, 2)
})

test('G2: cookieless ids of ASP.NET stay outside, in the path and in the header that its filter writes', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { site: 'preset: aspnet' })
  const browser = gateway.browser()
  await browser.visit('/(S(lit3py55t21z5v55vlm25s55))/a.aspx', { headers: { AspFilterSessionId: 'S(planted)' } })
  assert.equal(app.arrived[0]?.url, '/a.aspx')
  assert.deepEqual(valuesOf(app.arrived[0]!, 'AspFilterSessionId'), [])
  assert.equal((await browser.visit('/b/(S(x))in/a.aspx')).status, 400)
  assert.equal(app.arrived.length, 1)
})

test('G2: an answer of two types, one of them a page, is read as one', async (t) => {
  const app = await startApplication(t)
  app.on('/', (_req, res) => res.writeHead(200, { 'Content-Type': ['text/plain', 'text/html'] }).end(LINKS))
  const gateway = await startTestGateway(t, app.port, { site: 'preset: java' })
  assert.doesNotMatch((await gateway.browser().visit('/')).body, /jsessionid/)
})

test('G2: what PHP would find anywhere in an address is refused', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { site: 'preset: php' })
  for (const path of ['/a.php/PHPSESSID=planted/', '/?next=PHPSESSID=planted/', '/%50HPSESSID=planted/a.php']) {
    assert.equal((await gateway.browser().visit(path)).status, 400)
  }
  await gateway.browser().visit('/?PHPSESSID=planted&next=%2F')
  assert.deepEqual(
    app.arrived.map(({ url }) => url),
    ['/?next=%2F'],
  )
})

const multipart = (name: string, value = 'x') =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--b--\r\n`

test('G2: a multipart form with an id is refused, and every other one passes byte for byte', async (t) => {
  const app = await startApplication(t)
  const seen: string[] = []
  app.on('/upload', async (req, res) => {
    // The gateway breaks off what it refuses.
    seen.push(await bodyOf(req).catch(() => 'broken off'))
    res.end('taken')
  })
  const gateway = await startTestGateway(t, app.port, { site: 'preset: php' })
  const browser = gateway.browser()
  const send = (body: string, headers = {}) =>
    browser.visit('/upload', {
      method: 'POST',
      from: 'same-origin',
      headers: { 'Content-Type': 'multipart/form-data; boundary=b', ...headers },
      body,
    })
  const large = multipart('file', 'PHPSESSID=1\r\n'.repeat(50_000))
  assert.equal((await send(large)).body, 'taken')
  assert.equal(seen[0], large)
  const refused = await send(large.replace('--b--', '') + multipart('PHPSESSID', 'planted'))
  assert.equal(refused.status, 400)
  assert.equal((await send(multipart('a'), { 'Content-Encoding': 'gzip' })).status, 415)
  assert.equal((await send(multipart('a'))).body, 'taken')
  assert.ok(seen.every((body) => !body.includes('planted')))
})

test('G1, G2: a form of two content types is refused', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { site: 'preset: php' })
  const body = 'PHPSESSID=planted'
  const types =
    'Sec-Fetch-Site: same-origin\r\nContent-Type: text/plain\r\nContent-Type: application/x-www-form-urlencoded\r\n'
  const head = `POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${types}Content-Length: ${body.length}\r\n\r\n`
  assert.equal((await sendRaw(gateway.port, head + body)).status, 400)
  assert.equal(app.arrived.length, 0)
})

test('G2: ids that the application writes into links stay inside, until the vault has its cookie', async (t) => {
  const app = await startApplication(t)
  const asked: (string | undefined)[] = []
  app.on('/', (req, res) => {
    asked.push(req.headers['accept-encoding'] as string | undefined)
    const isKnown = req.headers.cookie !== undefined
    const body = isKnown ? gzipSync(LINKS) : Buffer.from(LINKS)
    const coding = isKnown ? { 'Content-Encoding': 'gzip' } : { 'Set-Cookie': 'JSESSIONID=0AF; Path=/; HttpOnly' }
    res.writeHead(200, { ...HTML, ...coding, ETag: '"1"', 'Accept-Ranges': 'bytes', 'Content-Length': body.length })
    // In parts, one of which ends inside an id.
    res.write(body.subarray(0, 25))
    setImmediate(() => res.end(body.subarray(25)))
  })
  const gateway = await startTestGateway(t, app.port, { site: 'preset: java' })
  const browser = gateway.browser()
  const headers = { 'Accept-Encoding': 'gzip' }
  const first = await browser.visit('/', { headers })
  assert.equal(first.body, '<a href="/list?a=1">list</a> <img src="/x.png">')
  assert.equal(first.headers.etag, 'W/"1"')
  assert.equal(first.headers['accept-ranges'], undefined)
  assert.equal(first.headers['content-length'], undefined)
  const second = await browser.visit('/', { headers })
  assert.equal(second.headers['content-encoding'], 'gzip')
  assert.equal(second.headers.etag, '"1"')
  assert.deepEqual(asked, ['identity', 'gzip'])
  await gateway.browser().visit('/')
  assert.deepEqual(gateway.heard('ids-removed'), [{ type: 'ids-removed', site: 'default', path: '/', where: 'page' }])
})

test('G2: the cookie that says that pages need no search may be named by how it begins', async (t) => {
  const asked: (string | undefined)[] = []
  const app = (await startApplication(t)).on('/', (req, res) => {
    asked.push(req.headers['accept-encoding'] as string | undefined)
    res.writeHead(200, { ...HTML, 'Set-Cookie': 'SESS_5c0=0AF; Path=/; HttpOnly' }).end()
  })
  const site = 'preset: java, sessionCookies: [SESS_*]'
  const browser = (await startTestGateway(t, app.port, { site })).browser()
  const headers = { 'Accept-Encoding': 'gzip' }
  await browser.visit('/', { headers })
  await browser.visit('/', { headers })
  assert.deepEqual(asked, ['identity', 'gzip'])
})

test('G2: what is no page passes as it is, and a page that was compressed all the same does not pass', async (t) => {
  const app = await startApplication(t)
  app.on('/text', (_req, res) =>
    res.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': LINKS.length }).end(LINKS),
  )
  app.on('/zipped', (_req, res) => res.writeHead(200, { ...HTML, 'Content-Encoding': 'gzip' }).end(gzipSync(LINKS)))
  app.on('/part', (_req, res) =>
    res.writeHead(206, { ...HTML, 'Content-Range': 'bytes 0-9/77' }).end(LINKS.slice(0, 10)),
  )
  const gateway = await startTestGateway(t, app.port, { site: 'preset: java' })
  const text = await gateway.browser().visit('/text')
  assert.equal(text.body, LINKS)
  assert.equal(text.headers['content-length'], String(LINKS.length))
  assert.equal((await gateway.browser().visit('/zipped')).status, 502)
  assert.equal((await gateway.browser().visit('/part')).status, 416)
})

test('G2: ids in the addresses of headers stay inside, and those addresses lead to the gateway', async (t) => {
  const app = await startApplication(t)
  const { origin } = app
  app.on('/', (_req, res) => {
    res.setHeader('Set-Cookie', 'JSESSIONID=0AF')
    res.setHeader('Location', `${origin}/a;jsessionid=0AF?b`)
    res.setHeader('Content-Location', `${origin}/b;jsessionid=0AF`)
    res.setHeader('Refresh', `0; url=${origin}/c;jsessionid=0AF`)
    res.setHeader('Link', `<${origin}/d;jsessionid=0AF>; rel=next, </e.css>; rel=preload`)
    res.writeHead(302).end()
  })
  const gateway = await startTestGateway(t, app.port, { site: 'preset: java' })
  const { headers } = await gateway.browser().visit('/')
  assert.equal(headers.location, '/a?b')
  assert.equal(headers['content-location'], '/b')
  assert.equal(headers.refresh, '0; url=/c')
  assert.equal(headers.link, '</d>; rel=next, </e.css>; rel=preload')
  assert.deepEqual(
    gateway.heard('ids-removed').map(({ where }) => where),
    ['location', 'content-location', 'refresh', 'link'],
  )
})

test('G2: an application that knows its visitors by addresses alone is told of, not followed in a circle', async (t) => {
  const app = await startApplication(t)
  app.on('/a.aspx', (_req, res) => res.writeHead(302, { Location: '/(S(lit3py55t21z5v55vlm25s55))/a.aspx' }).end())
  app.on('/b.aspx', (_req, res) => res.writeHead(302, { Location: '/(S(lit3py55t21z5v55vlm25s55))/a.aspx' }).end())
  const gateway = await startTestGateway(t, app.port, { site: 'preset: aspnet' })
  assert.equal((await gateway.browser().visit('/a.aspx')).status, 502)
  assert.equal((await gateway.browser().visit('/b.aspx')).headers.location, '/a.aspx')
})

test('G3: with the preset java a form of the application’s own may be a sign-in, until the site says which is', async (t) => {
  const app = await startApplication(t)
  app.on('/', (_req, res) => res.writeHead(200, { 'Set-Cookie': 'JSESSIONID=0AF' }).end())
  const changes = async (site: string) => {
    const browser = (await startTestGateway(t, app.port, { site })).browser()
    await browser.visit('/')
    const { token } = browser
    await browser.submit('/own/login', { user: 'alice' })
    return browser.token !== token
  }
  assert.equal(await changes('preset: java'), true)
  assert.equal(await changes('preset: java, login: { path: /other }'), false)
})
