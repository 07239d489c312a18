import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  cookieCounts,
  crossOrigin,
  isForeignForm,
  isLoopbackHandshake,
  isNavigation,
  mayCreateSession,
  type RequestFacts,
} from './origin.ts'

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

const FRAME = { ...VISIT, fetchDest: 'iframe', fetchSite: 'cross-site' }
const IMAGE = { ...VISIT, fetchMode: 'no-cors', fetchDest: 'image', fetchSite: 'cross-site' }

const framed: [sentence: string, facts: RequestFacts, begins: boolean, counts: boolean][] = [
  ['a frame in another site', FRAME, true, true],
  ['an old frame in another site', { ...FRAME, fetchDest: 'frame' }, true, true],
  ['a frame in a sibling host', { ...FRAME, fetchSite: 'same-site' }, true, true],
  ['a link from another site', { ...VISIT, fetchSite: 'cross-site' }, true, true],
  ['a page of our own in the frame', { ...FRAME, fetchSite: 'same-origin' }, true, true],
  ['a form POST of our own in the frame', { ...FRAME, method: 'POST', fetchSite: 'same-origin' }, true, true],
  ['a form POST into the frame, left to R6', { ...FRAME, method: 'POST' }, false, true],
  ['a WebSocket of another site, left to R6', { ...SOCKET, fetchSite: 'cross-site' }, false, true],
  ['an embed in another site', { ...FRAME, fetchDest: 'embed' }, false, false],
  ['an image in another site', IMAGE, false, false],
  ['a script in another site', { ...IMAGE, fetchDest: 'script' }, false, false],
  ['a fetch from another site', { ...IMAGE, fetchMode: 'cors', fetchDest: 'empty' }, false, false],
  ['a fetch that claims to be a frame', { ...FRAME, fetchMode: 'cors' }, false, false],
  ['an image from a site nobody knows', { ...IMAGE, fetchSite: 'near-by' }, false, false],
  ['an image in a sibling host', { ...IMAGE, fetchSite: 'same-site' }, false, true],
  ['a fetch from a trusted site', { ...IMAGE, fetchMode: 'cors', origin: 'https://app.test' }, false, true],
  ['an old browser’s GET', { ...POST, method: 'GET' }, true, true],
]

for (const [sentence, facts, begins, counts] of framed) {
  test(`R1, R8: embedded, ${sentence} ${begins ? 'may' : 'may not'} begin a session, and its cookie ${counts ? 'counts' : 'does not'}`, () => {
    assert.equal(mayCreateSession(facts, TRUSTED, true), begins)
    assert.equal(cookieCounts(facts, TRUSTED), counts)
  })
}

const FORM = { ...VISIT, method: 'POST', fetchSite: 'cross-site', origin: 'https://idp.test' }

const forms: [sentence: string, facts: RequestFacts, expected: boolean, embedded?: boolean][] = [
  ['a form of another site', FORM, true],
  ['a form of a sibling host', { ...FORM, fetchSite: 'same-site' }, true],
  ['a form of a sandbox', { ...FORM, origin: 'null' }, true],
  ['a form of our own', { ...FORM, fetchSite: 'same-origin' }, false],
  ['a reload by the visitor himself', { ...FORM, fetchSite: 'none' }, false],
  ['a link', { ...FORM, method: 'GET' }, false],
  ['a PUT', { ...FORM, method: 'PUT' }, false],
  ['a script’s POST', { ...FORM, fetchMode: 'no-cors', fetchDest: 'empty' }, false],
  ['a form into a frame', { ...FORM, fetchDest: 'iframe' }, false],
  ['a form into a frame of an embedded site', { ...FORM, fetchDest: 'iframe' }, true, true],
  ['an old browser’s form of another site', { ...POST, origin: 'https://idp.test' }, true],
  ['an old browser’s form of our own', { ...POST, origin: 'https://shop.test' }, false],
  ['no browser', POST, false],
]

for (const [sentence, facts, expected, embedded] of forms) {
  test(`R8: ${sentence} is ${expected ? 'a' : 'no'} form that comes without the cookie and can come again with it`, () => {
    assert.equal(isForeignForm(facts, embedded), expected)
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

test('E3: a frame of an embedded site is a navigation too', () => {
  assert.equal(isNavigation({ ...FRAME, fetchSite: 'same-origin' }, true), true)
})

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
      if (crossOrigin(unsafe, TRUSTED) !== 'cross-origin') return
      for (const embedded of [false, true]) assert.equal(mayCreateSession(unsafe, TRUSTED, embedded), false)
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
