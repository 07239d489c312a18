import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { crossOrigin, isLoopbackHandshake, isNavigation, mayCreateSession, type RequestFacts } from './origin.ts'

const POST: RequestFacts = {
  method: 'POST',
  host: 'shop.test',
  secure: true,
  origin: undefined,
  fetchSite: undefined,
  fetchMode: undefined,
  fetchDest: undefined,
  upgrade: false,
}
const VISIT = { ...POST, method: 'GET', fetchMode: 'navigate', fetchDest: 'document' }
const SOCKET = { ...POST, method: 'GET', upgrade: true, fetchMode: 'websocket', fetchDest: 'websocket' }
const TRUSTED = new Set(['https://app.test', 'null'])

const r6: [sentence: string, facts: RequestFacts, expected: string][] = [
  ['a GET from elsewhere is allowed', { ...POST, method: 'GET', fetchSite: 'cross-site' }, 'allowed'],
  ['a HEAD from elsewhere is allowed', { ...POST, method: 'HEAD', fetchSite: 'cross-site' }, 'allowed'],
  ['an OPTIONS from elsewhere is allowed', { ...POST, method: 'OPTIONS', fetchSite: 'cross-site' }, 'allowed'],
  ['a POST from our own page', { ...POST, fetchSite: 'same-origin', origin: 'https://shop.test' }, 'allowed'],
  ['a POST of the visitor himself', { ...POST, fetchSite: 'none' }, 'allowed'],
  ['a POST from another site', { ...POST, fetchSite: 'cross-site', origin: 'https://evil.test' }, 'cross-origin'],
  ['a POST from a sibling host', { ...POST, fetchSite: 'same-site', origin: 'https://blog.shop.test' }, 'cross-origin'],
  [
    'Sec-Fetch-Site counts, not Origin',
    { ...POST, fetchSite: 'cross-site', origin: 'https://shop.test' },
    'cross-origin',
  ],
  ['an unknown Sec-Fetch-Site', { ...POST, fetchSite: 'near-by' }, 'cross-origin'],
  ['an empty Sec-Fetch-Site', { ...POST, fetchSite: '' }, 'cross-origin'],
  ['two Sec-Fetch-Site', { ...POST, fetchSite: 'same-origin, cross-site' }, 'cross-origin'],
  ['a DELETE from another site', { ...POST, method: 'DELETE', fetchSite: 'cross-site' }, 'cross-origin'],
  ['a method in lower case is not safe', { ...POST, method: 'get', fetchSite: 'cross-site' }, 'cross-origin'],
  ['a method nobody knows is not safe', { ...POST, method: 'QUERY', fetchSite: 'cross-site' }, 'cross-origin'],
  ['no browser', POST, 'allowed'],
  ['no browser and no host', { ...POST, host: undefined }, 'allowed'],
  ['Origin is the host', { ...POST, origin: 'https://shop.test' }, 'allowed'],
  ['Origin is another host', { ...POST, origin: 'https://evil.test' }, 'cross-origin'],
  ['Origin is a sibling host', { ...POST, origin: 'https://blog.shop.test' }, 'cross-origin'],
  ['Origin begins with the host', { ...POST, origin: 'https://shop.test.evil.test' }, 'cross-origin'],
  ['Origin ends with the host', { ...POST, origin: 'https://evilshop.test' }, 'cross-origin'],
  ['Origin has the host as user name', { ...POST, origin: 'https://shop.test@evil.test' }, 'cross-origin'],
  ['Origin: null', { ...POST, origin: 'null' }, 'cross-origin'],
  ['Origin: null cannot be trusted', { ...POST, origin: 'null', fetchSite: 'cross-site' }, 'cross-origin'],
  ['an empty Origin', { ...POST, origin: '' }, 'cross-origin'],
  ['an Origin without a host', { ...POST, origin: 'https://' }, 'cross-origin'],
  ['an Origin without a host, and no host', { ...POST, host: '', origin: 'https://' }, 'cross-origin'],
  ['an Origin, and no host', { ...POST, host: undefined, origin: 'https://shop.test' }, 'cross-origin'],
  ['another scheme', { ...POST, origin: 'chrome-extension://shop.test' }, 'cross-origin'],
  ['two Origins', { ...POST, origin: 'https://shop.test, https://shop.test' }, 'cross-origin'],
  ['host in another case', { ...POST, host: 'Shop.TEST', origin: 'https://shop.test' }, 'allowed'],
  ['host with a trailing dot', { ...POST, host: 'shop.test.', origin: 'https://shop.test' }, 'allowed'],
  ['host with the default port', { ...POST, host: 'shop.test:443', origin: 'https://shop.test' }, 'allowed'],
  ['host with dot and default port', { ...POST, host: 'shop.test.:443', origin: 'https://shop.test' }, 'allowed'],
  ['host with an empty port', { ...POST, host: 'shop.test:', origin: 'https://shop.test' }, 'allowed'],
  ['host with two dots', { ...POST, host: 'shop.test..', origin: 'https://shop.test' }, 'cross-origin'],
  ['the same port', { ...POST, host: 'shop.test:8443', origin: 'https://shop.test:8443' }, 'allowed'],
  ['another port', { ...POST, host: 'shop.test:8443', origin: 'https://shop.test' }, 'cross-origin'],
  ['the other scheme’s port', { ...POST, host: 'shop.test:80', origin: 'https://shop.test' }, 'cross-origin'],
  ['an IPv6 host', { ...POST, host: '[2001:DB8::1]:8443', origin: 'https://[2001:db8::1]:8443' }, 'allowed'],
  ['a host that is none', { ...POST, host: 'shop.test/', origin: 'https://shop.test/' }, 'cross-origin'],
  ['a page in clear posts to https', { ...POST, origin: 'http://shop.test' }, 'cross-origin'],
  ['a page in clear, with the port', { ...POST, host: 'shop.test:80', origin: 'http://shop.test' }, 'cross-origin'],
  ['plain http to itself', { ...POST, secure: false, origin: 'http://shop.test' }, 'allowed'],
  [
    'plain http with its default port',
    { ...POST, secure: false, host: 'shop.test:80', origin: 'http://shop.test' },
    'allowed',
  ],
  ['https to plain http', { ...POST, secure: false, origin: 'https://shop.test' }, 'cross-origin'],
  ['localhost, counted as secure', { ...POST, host: 'localhost:8080', origin: 'http://localhost:8080' }, 'allowed'],
  ['127.0.0.1, counted as secure', { ...POST, host: '127.0.0.1:80', origin: 'http://127.0.0.1' }, 'allowed'],
  ['[::1], counted as secure', { ...POST, host: '[::1]:8080', origin: 'http://[::1]:8080' }, 'allowed'],
  ['x.localhost, counted as secure', { ...POST, host: 'x.localhost', origin: 'http://x.localhost' }, 'allowed'],
  [
    'a name that begins like localhost',
    { ...POST, host: 'localhost.test', origin: 'http://localhost.test' },
    'cross-origin',
  ],
  ['another port of localhost', { ...POST, host: 'localhost:80', origin: 'http://localhost:8080' }, 'cross-origin'],
  ['a trusted origin, cross-site', { ...POST, fetchSite: 'cross-site', origin: 'https://app.test' }, 'allowed'],
  ['a trusted origin, old browser', { ...POST, origin: 'https://app.test' }, 'allowed'],
  ['a trusted origin with a port is another', { ...POST, origin: 'https://app.test:444' }, 'cross-origin'],
  ['a host below a trusted origin is another', { ...POST, origin: 'https://x.app.test' }, 'cross-origin'],
  ['a trusted origin in clear is another', { ...POST, origin: 'http://app.test' }, 'cross-origin'],
  ['a WebSocket of our own page', { ...SOCKET, fetchSite: 'same-origin', origin: 'https://shop.test' }, 'allowed'],
  ['a WebSocket of our own page, by Origin alone', { ...SOCKET, origin: 'https://shop.test' }, 'allowed'],
  ['a WebSocket of a sibling host', { ...SOCKET, origin: 'https://blog.shop.test' }, 'cross-origin'],
  ['a WebSocket of another site', { ...SOCKET, fetchSite: 'cross-site', origin: 'https://evil.test' }, 'cross-origin'],
  ['a WebSocket of a trusted origin', { ...SOCKET, origin: 'https://app.test' }, 'allowed'],
  ['a WebSocket of a sandbox', { ...SOCKET, origin: 'null' }, 'cross-origin'],
  ['a WebSocket of no browser', SOCKET, 'not-a-browser-upgrade'],
]

for (const [sentence, facts, expected] of r6) {
  test(`R6: ${sentence}: ${expected}`, () => assert.equal(crossOrigin(facts, TRUSTED), expected))
}

const r8: [sentence: string, facts: RequestFacts, expected: boolean][] = [
  ['a link from another site', { ...VISIT, fetchSite: 'cross-site' }, true],
  ['a link from a sibling host', { ...VISIT, fetchSite: 'same-site' }, true],
  ['a HEAD for a page from another site', { ...VISIT, method: 'HEAD', fetchSite: 'cross-site' }, true],
  [
    'a cross-site form POST, top-level',
    { ...VISIT, method: 'POST', fetchSite: 'cross-site', origin: 'https://e.test' },
    false,
  ],
  [
    'a same-site form POST, top-level',
    { ...VISIT, method: 'POST', fetchSite: 'same-site', origin: 'https://b.shop.test' },
    false,
  ],
  ['a form POST of our own', { ...VISIT, method: 'POST', fetchSite: 'same-origin', origin: 'https://shop.test' }, true],
  ['a form POST of the visitor himself', { ...VISIT, method: 'POST', fetchSite: 'none' }, true],
  ['a frame in another site', { ...VISIT, fetchDest: 'iframe', fetchSite: 'cross-site' }, false],
  ['an old frame in another site', { ...VISIT, fetchDest: 'frame', fetchSite: 'cross-site' }, false],
  ['an embed in another site', { ...VISIT, fetchDest: 'embed', fetchSite: 'cross-site' }, false],
  ['an object in another site', { ...VISIT, fetchDest: 'object', fetchSite: 'cross-site' }, false],
  ['an image in another site', { ...VISIT, fetchMode: 'no-cors', fetchDest: 'image', fetchSite: 'cross-site' }, false],
  ['an image in a sibling host', { ...VISIT, fetchMode: 'no-cors', fetchDest: 'image', fetchSite: 'same-site' }, false],
  ['an image of our own page', { ...VISIT, fetchMode: 'no-cors', fetchDest: 'image', fetchSite: 'same-origin' }, true],
  ['a fetch from another site', { ...VISIT, fetchMode: 'cors', fetchDest: 'empty', fetchSite: 'cross-site' }, false],
  ['a site nobody knows', { ...POST, fetchSite: 'near-by' }, false],
  ['a cross-site visit without a destination', { ...VISIT, fetchDest: undefined, fetchSite: 'cross-site' }, false],
  ['a cross-site upgrade', { ...VISIT, upgrade: true, fetchSite: 'cross-site' }, false],
  [
    'a trusted sibling host, to which the cookie comes',
    { ...POST, fetchSite: 'same-site', origin: 'https://app.test' },
    true,
  ],
  [
    'a trusted other site, where it is withheld',
    { ...POST, fetchSite: 'cross-site', origin: 'https://app.test' },
    false,
  ],
  ['no browser', POST, true],
  ['no browser, GET', { ...POST, method: 'GET' }, true],
  ['an old browser’s own POST', { ...POST, origin: 'https://shop.test' }, true],
  [
    'an old browser’s own POST in another spelling',
    { ...POST, host: 'SHOP.test:443', origin: 'https://shop.test' },
    true,
  ],
  ['an old browser’s POST from another site', { ...POST, origin: 'https://evil.test' }, false],
  ['an old browser’s GET with a foreign Origin', { ...POST, method: 'GET', origin: 'https://evil.test' }, false],
  ['an old browser’s POST from a sandbox', { ...POST, origin: 'null' }, false],
  ['an old browser’s POST from a page in clear', { ...POST, origin: 'http://shop.test' }, false],
  ['an old browser’s POST from a trusted origin', { ...POST, origin: 'https://app.test' }, true],
  [
    'a navigation that claims no site but a foreign Origin',
    { ...VISIT, method: 'POST', origin: 'https://e.test' },
    false,
  ],
]

for (const [sentence, facts, expected] of r8) {
  test(`R8: ${sentence} ${expected ? 'may' : 'may not'} begin a session`, () => {
    assert.equal(mayCreateSession(facts, TRUSTED), expected)
  })
}

const navigations: [sentence: string, facts: RequestFacts, expected: boolean][] = [
  ['a page by address bar', { ...VISIT, fetchSite: 'none' }, true],
  ['a page by link', { ...VISIT, fetchSite: 'cross-site' }, true],
  ['a HEAD', { ...VISIT, method: 'HEAD', fetchSite: 'none' }, false],
  ['a form POST', { ...VISIT, method: 'POST', fetchSite: 'same-origin' }, false],
  ['a frame', { ...VISIT, fetchDest: 'iframe', fetchSite: 'same-origin' }, false],
  ['a fetch', { ...VISIT, fetchMode: 'cors', fetchDest: 'empty', fetchSite: 'same-origin' }, false],
  ['a WebSocket', { ...VISIT, upgrade: true }, false],
  ['a client that says nothing', { ...POST, method: 'GET' }, false],
]

for (const [sentence, facts, expected] of navigations) {
  test(`E3: ${sentence} is ${expected ? 'a' : 'no'} navigation, on which a session is renewed`, () => {
    assert.equal(isNavigation(facts), expected)
  })
}

const anyText = fc.option(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.webUrl(),
    fc.constantFrom('null', 'shop.test', 'cross-site'),
  ),
  { nil: undefined },
)
const anyFacts: fc.Arbitrary<RequestFacts> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'get', ''),
  host: anyText,
  secure: fc.boolean(),
  origin: anyText,
  fetchSite: anyText,
  fetchMode: anyText,
  fetchDest: anyText,
  upgrade: fc.boolean(),
})

test('R6: any header values get an answer, and a foreign Origin never a yes', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      crossOrigin(facts, TRUSTED)
      isNavigation(facts)
      const foreign = { ...facts, host: 'shop.test', origin: 'https://evil.test', fetchSite: undefined, method: 'POST' }
      assert.equal(crossOrigin(foreign, TRUSTED), 'cross-origin')
    }),
  )
})

test('R8: whatever unsafe request R6 refuses begins no session either', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const unsafe = { ...facts, method: 'POST' }
      if (crossOrigin(unsafe, TRUSTED) === 'cross-origin') assert.equal(mayCreateSession(unsafe, TRUSTED), false)
    }),
  )
})

test('R6: spelling the host otherwise changes nothing', () => {
  fc.assert(
    fc.property(fc.domain(), fc.boolean(), fc.boolean(), fc.boolean(), (domain, upper, dot, port) => {
      const host = `${upper ? domain.toUpperCase() : domain}${dot ? '.' : ''}${port ? ':443' : ''}`
      assert.equal(crossOrigin({ ...POST, host, origin: `https://${domain.toLowerCase()}` }, new Set()), 'allowed')
    }),
  )
})

test('R6: 100 KB in any header is judged in linear time', () => {
  for (const unit of ['a', '.', 'a.', ':', '0', '[', '@', '127.']) {
    const text = unit.repeat(100_000 / unit.length)
    const started = performance.now()
    crossOrigin({ ...POST, host: text, origin: `https://${text}!` }, TRUSTED)
    crossOrigin({ ...POST, host: `${text}!`, origin: `http://${text}` }, TRUSTED)
    assert.ok(performance.now() - started < 100, unit)
  }
})

for (const [sentence, origin, host, vouched] of [
  ['a page on localhost', 'http://localhost:8080', 'localhost:8080', true],
  ['a page on another port of it, which R6 then refuses', 'http://127.0.0.1:3000', 'localhost:8080', true],
  ['a page of a name below localhost', 'http://shop.localhost', 'shop.localhost:80', true],
  ['a page on IPv6 loopback', 'http://[::1]:8080', '[::1]:8080', true],
  ['a page from elsewhere', 'http://shop.test', 'localhost:8080', false],
  ['a page by a name that a careless proxy passes on', 'http://shop.test', 'shop.test', false],
  ['a name that only begins like it', 'http://localhost.shop.test', 'localhost:8080', false],
  ['no page', undefined, 'localhost:8080', false],
  ['a page that may not say', 'null', 'localhost:8080', false],
  ['no host', 'http://localhost', undefined, false],
] as const) {
  test(`R5: a WebSocket handshake without Sec-Fetch-Site, from ${sentence}, ${vouched ? 'has' : 'has not'} the browser’s word for loopback`, () => {
    assert.equal(isLoopbackHandshake(origin, host), vouched)
  })
}
