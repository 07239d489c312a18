import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApplication, valuesOf } from '../testing/application.ts'
import { HOST, startTestGateway } from '../testing/gateway.ts'
import { sets } from '../testing/members.ts'
import { getRaw, sendRaw } from '../testing/wire.ts'

const head = (line: string, ...headers: string[]) => [line, 'Connection: close', ...headers, '', ''].join('\r\n')

const manyReadings: [sentence: string, target: string][] = [
  ['dot segments as escapes, behind an escaped slash', '/images/%2e%2e%2faccount'],
  ['an escaped slash', '/images/..%2faccount'],
  ['an escaped slash, in capitals', '/images/..%2Faccount'],
  ['a backslash', '/images/..\\account'],
  ['an escaped backslash', '/images/..%5caccount'],
  ['parameters on dots', '/images/..;/account'],
  ['parameters with a value on dots', '/images/..;a=b/account'],
  ['an escaped semicolon on dots', '/images/..%3b/account'],
  ['slashes that some servers merge before they go up', '/images/x/%2f../../account'],
  ['an escaped slash, merged, then gone up', '/images/%2f../account'],
  ['parameters that leave an empty segment', '/images/a/;/%2f../../../account'],
  ['slashes in front', '/%2fimages/x'],
  ['two slashes in front', '//images/x'],
  ['parameters in front', '/;x/images/x'],
]

test('G1: a path that is public in one reading and not in another is refused', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { site: 'public: [/images/*]' })
  for (const [sentence, target] of manyReadings) {
    await t.test(sentence, async () => {
      const { status, head, body } = await getRaw(gateway.port, target, 'Sec-Fetch-Site: none\r\n')
      assert.equal(status, 400)
      assert.match(head, /Content-Type: application\/problem\+json/)
      assert.match(head, /Cache-Control: private, no-store/)
      assert.match(body, /cannot be read in one way/)
    })
  }
  assert.deepEqual(app.arrived, [])
  assert.equal(gateway.heard('refused').length, manyReadings.length)
})

test('G1: a path that is a sign-in in one reading and not in another is refused', async (t) => {
  const app = await startApplication(t)
  const site = 'login: { path: /login, success: { status: [302] } }, logout: { path: /logout }'
  const gateway = await startTestGateway(t, app.port, { site })
  const targets = ['/x/..%2flogin', '/login;jsessionid=1', '/%2flogin', '//login', '/x/..\\logout', '/logout;a']
  for (const target of targets) {
    const post = head(`POST ${target} HTTP/1.1`, 'Host: localhost', 'Sec-Fetch-Site: same-origin', 'Content-Length: 0')
    assert.equal((await sendRaw(gateway.port, post)).status, 400, target)
  }
  assert.deepEqual(app.arrived, [])
})

test('G1: the case of a path is the preset’s: folded for ASP.NET, told apart elsewhere', async (t) => {
  const app = await startApplication(t)
  app.on('/IMAGES/a.png', (_req, res) => res.setHeader('Cache-Control', 'public, max-age=60').end())
  const windows = await startTestGateway(t, app.port, { site: 'preset: aspnet, public: [/images/*]' })
  const other = await startTestGateway(t, app.port, { site: 'public: [/images/*]' })
  assert.match((await getRaw(windows.port, '/IMAGES/a.png', 'Sec-Fetch-Site: none\r\n')).head, /public, max-age=60/)
  assert.match((await getRaw(other.port, '/IMAGES/a.png', 'Sec-Fetch-Site: none\r\n')).head, /private/)
})

test('G1: Windows drops trailing dots and spaces, so with its preset such a path has two readings', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { site: 'preset: aspnet, public: [/images/*]' })
  for (const target of ['/Login.aspx.', '/Login.aspx...', '/Login.aspx%20', '/images./x', '/Logout.aspx.']) {
    const post = head(`POST ${target} HTTP/1.1`, 'Host: localhost', 'Sec-Fetch-Site: none', 'Content-Length: 0')
    assert.equal((await sendRaw(gateway.port, post)).status, 400, target)
  }
})

test('G1, G3: IIS hands what follows a page to the page, so with its preset a sign-in is one there too', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port, { site: 'preset: aspnet' })
  for (const path of ['/Login.aspx/x', '/login.ASPX/', '/LOGIN.aspx/x/y', '/login']) {
    const browser = gateway.browser()
    await browser.visit('/set')
    const planted = browser.frozenCopy()
    await browser.fetch(path, { method: 'POST' })
    assert.equal((await planted.visit('/')).body, '', `${path}: the token from before opens nothing`)
    assert.equal((await browser.visit('/')).body, 'app=1')
  }
  for (const path of ['/Login.aspx./x', '/Login.aspx%20/x'])
    assert.equal((await gateway.browser().fetch(path, { method: 'POST' })).status, 400, path)
})

test('G1: a long path holds nobody else up, with dots that Windows drops in it', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { site: 'preset: aspnet' })
  for (const run of ['.', '%20', '/.', ';', '%2f']) {
    const target = `/${run.repeat(40_000 / run.length)}x//%2fb;c/a.`
    // Of the processor's time, which other programs do not lengthen: linear work takes some milliseconds.
    const before = process.cpuUsage()
    await getRaw(gateway.port, target, 'Sec-Fetch-Site: none\r\n')
    const { user } = process.cpuUsage(before)
    assert.ok(user < 1_000_000, `${run}: ${user} µs`)
  }
})

const onePath: [sentence: string, target: string, forwarded: string][] = [
  ['escapes that need none are undone', '/%7Euser/%61', '/~user/a'],
  ['other escapes are spelt in capitals', '/a%2fb%c3%bc', '/a%2Fb%C3%BC'],
  ['dot segments go', '/a/./b/../c', '/a/c'],
  ['dot segments as escapes go', '/a/%2e%2E/c', '/c'],
  ['dot segments at the root go', '/../../a', '/a'],
  ['a slash at the end stays', '/a/b/..', '/a/'],
  ['absolute-form is taken where it names the same host', 'http://localhost/a?b', '/a?b'],
  ['the query passes byte for byte', '/a?%7e%2f/../x=%GG&%e9&&=?', '/a?%7e%2f/../x=%GG&%e9&&=?'],
  ['a query alone', '/?', '/?'],
  ['bytes that are no UTF-8', '/caf%E9', '/caf%E9'],
  ['an escaped slash where no rule cares', '/group%2Fproject', '/group%2Fproject'],
  ['an escape that no rule’s pattern lacks', '/my%20images/a%25b.png', '/my%20images/a%25b.png'],
]

test('G1: what is forwarded is one canonical form of the path', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { site: 'public: [/my%20images/*]' })
  for (const [sentence, target, forwarded] of onePath) {
    await t.test(sentence, async () => {
      assert.equal((await getRaw(gateway.port, target, 'Sec-Fetch-Site: none\r\n')).status, 200)
      assert.equal(app.arrived.at(-1)?.url, forwarded)
    })
  }
})

const noReading: [sentence: string, message: string][] = [
  ['no Host', head('GET / HTTP/1.1')],
  ['two Hosts', head('GET / HTTP/1.1', 'Host: localhost', 'Host: evil.test')],
  ['two Hosts that are the same', head('GET / HTTP/1.1', 'Host: localhost', 'host: localhost')],
  ['a Host that is none', head('GET / HTTP/1.1', 'Host: a b')],
  ['a Host with a user name', head('GET / HTTP/1.1', 'Host: localhost@evil.test')],
  ['a Host with a path', head('GET / HTTP/1.1', 'Host: localhost/evil.test')],
  ['a Host with escapes', head('GET / HTTP/1.1', 'Host: %6cocalhost')],
  ['a Host with a tab', head('GET / HTTP/1.1', 'Host: local\thost')],
  ['an empty Host', head('GET / HTTP/1.1', 'Host: ')],
  ['an absolute-form of another host', head('GET http://evil.test/ HTTP/1.1', 'Host: localhost')],
  ['an absolute-form of another port', head('GET http://localhost:1/ HTTP/1.1', 'Host: localhost')],
  ['an absolute-form of another scheme', head('GET ftp://localhost/ HTTP/1.1', 'Host: localhost')],
  ['an asterisk', head('OPTIONS * HTTP/1.1', 'Host: localhost')],
  ['a NUL', head('GET /a\0b HTTP/1.1', 'Host: localhost')],
  ['an escaped NUL', head('GET /a%00b HTTP/1.1', 'Host: localhost')],
  ['a broken escape', head('GET /a%2 HTTP/1.1', 'Host: localhost')],
  ['an escape of no digits', head('GET /a%zz HTTP/1.1', 'Host: localhost')],
  ['a raw fragment', head('GET /a#b HTTP/1.1', 'Host: localhost')],
  ['a raw fragment behind the query', head('GET /a?b#c HTTP/1.1', 'Host: localhost')],
  ['raw bytes beyond ASCII', head('GET /caf\xe9 HTTP/1.1', 'Host: localhost')],
  ['two Content-Length', head('POST / HTTP/1.1', 'Host: localhost', 'Content-Length: 1', 'Content-Length: 2')],
  [
    'Content-Length with Transfer-Encoding',
    head('POST / HTTP/1.1', 'Host: localhost', 'Content-Length: 1', 'Transfer-Encoding: chunked'),
  ],
  ['another coding before the chunks', head('POST / HTTP/1.1', 'Host: localhost', 'Transfer-Encoding: gzip, chunked')],
  ['a coding that is none', head('POST / HTTP/1.1', 'Host: localhost', 'Transfer-Encoding: identity')],
  ['chunks in HTTP/1.0', head('POST / HTTP/1.0', 'Host: localhost', 'Transfer-Encoding: chunked')],
  ['a header without a colon', head('GET / HTTP/1.1', 'Host: localhost', 'nonsense')],
  ['white space before a colon', head('GET / HTTP/1.1', 'Host: localhost', 'Cookie : a=1')],
  ['a folded header', head('GET / HTTP/1.1', 'Host: localhost', 'X: a', ' b')],
  ['a NUL in a header', head('GET / HTTP/1.1', 'Host: localhost', 'X: a\0b')],
  ['no HTTP at all', 'hello\r\n\r\n'],
]

test('G1: a message that can not be read in one way gets 400, and the next one is served', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port)
  for (const [sentence, message] of noReading) {
    await t.test(sentence, async () => {
      const answer = await sendRaw(gateway.port, message)
      assert.equal(answer.status, 400)
      assert.doesNotMatch(answer.head, /set-cookie/i)
    })
  }
  assert.deepEqual(app.arrived, [])
  assert.equal((await getRaw(gateway.port, '/', 'Sec-Fetch-Site: none\r\n')).status, 200)
})

test('G1: a message of another version than those that are spoken is refused', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port)
  for (const line of ['GET /', 'GET / HTTP/0.9', 'GET / HTTP/2.0']) {
    const own = head(line, 'Host: localhost', 'Sec-Fetch-Site: none', 'Connection: close')
    assert.equal((await sendRaw(gateway.port, own)).status, 505, line)
  }
  assert.deepEqual(app.arrived, [])
})

test('G1: hosts are compared in one form: case, trailing dot and port', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { site: 'hosts: [shop.example.test]' })
  const ask = async (host: string) => {
    const answer = await sendRaw(gateway.port, head('GET / HTTP/1.1', `Host: ${host}`, 'Sec-Fetch-Site: none'))
    return answer.status
  }
  assert.equal(await ask('SHOP.Example.Test.:8080'), 200)
  assert.deepEqual(valuesOf(app.arrived[0]!, 'host'), ['SHOP.Example.Test.:8080'])
  for (const host of ['evil.test', 'shop.example.test.evil.test', 'xshop.example.test', '127.0.0.1']) {
    assert.equal(await ask(host), 421, host)
  }
})

test('G1: a name beyond ASCII is that of the configuration when browsers send what it stands for', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, {
    site: "hosts: [bücher.example.test, '[::1]', a_b.example.test]",
  })
  const ask = (host: string) => sendRaw(gateway.port, head('GET / HTTP/1.1', `Host: ${host}`, 'Sec-Fetch-Site: none'))
  for (const host of [
    'xn--bcher-kva.example.test',
    'XN--Bcher-KVA.example.test.',
    '[::1]:80',
    '[0:0::1]',
    'A_B.example.test',
  ])
    assert.equal((await ask(host)).status, 200, host)
  for (const host of ['b\xfccher.example.test', '[::1', '[::1%25lo]', 'a_b.example.test:70000'])
    assert.equal((await ask(host)).status, 400, host)
  assert.equal((await sendRaw(gateway.port, 'GET / HTTP/1.0\r\n\r\n')).status, 400, 'HTTP/1.0 without a host')
})

test('G1: a method is one that is served, spelt in capitals', async (t) => {
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port)
  const ask = async (method: string) => {
    const message = head(`${method} / HTTP/1.1`, 'Host: localhost', 'Sec-Fetch-Site: same-origin', 'Content-Length: 0')
    return (await sendRaw(gateway.port, message)).status
  }
  for (const method of ['post', 'Post', 'pOST', 'TRACK', 'FOO', 'G\u00cbT'])
    assert.equal(await ask(method), 400, method)
  for (const method of ['DELETE', 'PROPFIND', 'QUERY']) assert.equal(await ask(method), 200, method)
  assert.equal(await ask('TRACE'), 405)
  assert.deepEqual(
    app.arrived.map(({ method }) => method),
    ['DELETE', 'PROPFIND', 'QUERY'],
  )
})

test('G1, R5: a token that came in clear with a request that nobody can read is over, whatever was wrong', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('app=1'))
  const sites = `sites:
  - { name: shop, hosts: [${HOST}], upstream: 'http://127.0.0.1:${app.port}', public: [/images/*] }
  - { name: other, hosts: [other.example.test], upstream: 'http://127.0.0.1:${app.port}' }`
  const gateway = await startTestGateway(t, app.port, { sites, https: true, file: 'loopback: never' })
  const wrong: [sentence: string, message: (cookie: string) => string][] = [
    ['a path of two meanings', (cookie) => head('GET /images/..%2fx HTTP/1.1', `Host: ${HOST}`, cookie)],
    ['a broken escape', (cookie) => head('GET /% HTTP/1.1', `Host: ${HOST}`, cookie)],
    ['two hosts', (cookie) => head('GET / HTTP/1.1', `Host: ${HOST}`, 'Host: evil.test', cookie)],
    ['no host', (cookie) => head('GET / HTTP/1.0', cookie)],
    ['a host that is not served', (cookie) => head('GET / HTTP/1.1', 'Host: evil.test', cookie)],
    ['the host of another site', (cookie) => head('GET /% HTTP/1.1', 'Host: evil test', cookie)],
    ['TRACE', (cookie) => head('TRACE / HTTP/1.1', `Host: ${HOST}`, cookie)],
  ]
  for (const [sentence, message] of wrong) {
    await t.test(sentence, async () => {
      const browser = gateway.secureBrowser()
      await browser.visit('/set')
      assert.equal((await browser.visit('/')).body, 'app=1')
      const { status } = await sendRaw(gateway.port, message(`Cookie: __Host-Http-sid=${browser.token}`))
      assert.ok(status >= 400 && status < 500, String(status))
      assert.equal((await browser.visit('/')).body, '')
    })
  }
})
