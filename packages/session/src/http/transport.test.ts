import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type ConnectionFacts, clientAddress, isLoopbackAddress, isSecure, type Loopback } from './transport.ts'

const PLAIN: ConnectionFacts = {
  encrypted: false,
  peerTrusted: false,
  forwardedProto: undefined,
  forwarded: undefined,
  peerLoopback: false,
  fetchSite: undefined,
}
const PROXY = { ...PLAIN, peerTrusted: true }
const LOCAL = { ...PLAIN, peerLoopback: true }

const r5: [sentence: string, facts: ConnectionFacts, loopback: Loopback, expected: boolean][] = [
  ['a TLS socket', { ...PLAIN, encrypted: true }, 'never', true],
  ['a plain socket', PLAIN, 'insecure', false],
  ['a stranger who says https', { ...PLAIN, forwardedProto: 'https', forwarded: 'proto=https' }, 'browser', false],
  ['a stranger who says http over TLS', { ...PLAIN, encrypted: true, forwardedProto: 'http' }, 'browser', true],
  ['a stranger with Sec-Fetch-Site', { ...PLAIN, fetchSite: 'same-origin' }, 'insecure', false],
  ['a trusted proxy that says https', { ...PROXY, forwardedProto: 'https' }, 'never', true],
  ['in another case', { ...PROXY, forwardedProto: ' HTTPS\t' }, 'never', true],
  ['wss, as Traefik says for a WebSocket', { ...PROXY, forwardedProto: 'wss' }, 'never', true],
  ['a trusted proxy that says http', { ...PROXY, forwardedProto: 'http' }, 'never', false],
  ['a trusted proxy that says http over TLS', { ...PROXY, encrypted: true, forwardedProto: 'http' }, 'never', false],
  ['a trusted proxy that says nothing', PROXY, 'insecure', false],
  ['a trusted proxy that says nothing over TLS', { ...PROXY, encrypted: true }, 'never', true],
  ['a trusted proxy with an empty header', { ...PROXY, forwardedProto: '', encrypted: true }, 'never', false],
  ['a trusted proxy with a word nobody knows', { ...PROXY, forwardedProto: 'httpss' }, 'never', false],
  ['every hop says https', { ...PROXY, forwardedProto: 'https,https' }, 'never', true],
  ['a client’s https before the proxy’s http', { ...PROXY, forwardedProto: 'https, http' }, 'never', false],
  ['an inner https after a client’s http', { ...PROXY, forwardedProto: 'http, https' }, 'never', false],
  ['a hop that says nothing', { ...PROXY, forwardedProto: 'https,' }, 'never', false],
  ['Forwarded with https', { ...PROXY, forwarded: 'for=192.0.2.60;proto=https;by=203.0.113.43' }, 'never', true],
  [
    'Forwarded in quotes and capitals',
    { ...PROXY, forwarded: 'For="[2001:db8::1]:80" ; Proto="HTTPS"' },
    'never',
    true,
  ],
  ['Forwarded with http', { ...PROXY, forwarded: 'for=192.0.2.60;proto=http' }, 'never', false],
  ['Forwarded with http over TLS', { ...PROXY, encrypted: true, forwarded: 'proto=http' }, 'never', false],
  ['Forwarded without a protocol', { ...PROXY, forwarded: 'for=192.0.2.60' }, 'never', false],
  ['Forwarded without a protocol over TLS', { ...PROXY, encrypted: true, forwarded: 'for=192.0.2.60' }, 'never', true],
  ['Forwarded, every hop https', { ...PROXY, forwarded: 'proto=https, for=b;proto=https' }, 'never', true],
  ['Forwarded, the nearest hop http', { ...PROXY, forwarded: 'proto=https, for=b;proto=http' }, 'never', false],
  ['Forwarded, the nearest hop silent', { ...PROXY, forwarded: 'proto=https, for=b' }, 'never', false],
  ['Forwarded, an outer hop silent', { ...PROXY, forwarded: 'for=a, for=b;proto=https' }, 'never', true],
  ['Forwarded, an outer hop http', { ...PROXY, forwarded: 'proto=http, proto=https' }, 'never', false],
  ['Forwarded, two protocols in one hop', { ...PROXY, forwarded: 'proto=https;proto=https' }, 'never', false],
  ['Forwarded, a client opens a quote', { ...PROXY, forwarded: 'proto=https;for=", for=b;proto=http' }, 'never', false],
  [
    'Forwarded, a client’s quote meets the proxy’s',
    { ...PROXY, forwarded: 'for="x, for="[::1]";proto=https' },
    'never',
    false,
  ],
  ['Forwarded, the protocol within a quoted string', { ...PROXY, forwarded: 'for="a;proto=https"' }, 'never', false],
  ['Forwarded, https in part', { ...PROXY, forwarded: 'proto=https x' }, 'never', false],
  ['the two headers agree', { ...PROXY, forwardedProto: 'https', forwarded: 'proto=https' }, 'never', true],
  ['only Forwarded says http', { ...PROXY, forwardedProto: 'https', forwarded: 'proto=http' }, 'never', false],
  ['only X-Forwarded-Proto says http', { ...PROXY, forwardedProto: 'http', forwarded: 'proto=https' }, 'never', false],
  ['Forwarded speaks of addresses alone', { ...PROXY, forwardedProto: 'https', forwarded: 'for=a' }, 'never', true],
  ['a browser on this machine', { ...LOCAL, fetchSite: 'same-origin' }, 'browser', true],
  ['a browser on this machine, turned off', { ...LOCAL, fetchSite: 'same-origin' }, 'never', false],
  ['a careless proxy on this machine', LOCAL, 'browser', false],
  ['an empty Sec-Fetch-Site', { ...LOCAL, fetchSite: '' }, 'browser', false],
  ['any program on this machine, allowed', LOCAL, 'insecure', true],
  ['any program on this machine, turned off', LOCAL, 'never', false],
  [
    'a trusted proxy on this machine that says http',
    { ...LOCAL, peerTrusted: true, forwardedProto: 'http', fetchSite: 'none' },
    'insecure',
    false,
  ],
  [
    'a trusted proxy on this machine that says https',
    { ...LOCAL, peerTrusted: true, forwardedProto: 'https' },
    'never',
    true,
  ],
  [
    'a trusted proxy on this machine that says nothing',
    { ...LOCAL, peerTrusted: true, fetchSite: 'none' },
    'browser',
    false,
  ],
  ['a silent trusted proxy on this machine, allowed', { ...LOCAL, peerTrusted: true }, 'insecure', true],
]

for (const [sentence, facts, loopback, expected] of r5) {
  test(`R5: ${sentence}: ${expected ? 'secure' : 'not secure'}`, () =>
    assert.equal(isSecure(facts, loopback), expected))
}

test('R5: whoever is not trusted says nothing by forwarded headers, of any bytes', () => {
  const text = fc.option(fc.oneof(fc.constantFrom('https', 'proto=https'), fc.string({ unit: 'binary' })), {
    nil: undefined,
  })
  fc.assert(
    fc.property(text, text, fc.boolean(), (forwardedProto, forwarded, encrypted) => {
      assert.equal(isSecure({ ...PLAIN, forwardedProto, forwarded, encrypted }, 'insecure'), encrypted)
    }),
  )
})

test('R5: whatever a client puts before it, a trusted proxy’s http is http', () => {
  const client = fc.array(fc.constantFrom('proto=https', 'for=', '"', '\\', ',', ';', '=', ' ', 'a', 'https'), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(client, fc.constantFrom('for="[::1]:80";proto=http', 'proto="http"', 'proto=http'), (list, own) => {
      const forwarded = `${list.join('')}, ${own}`
      assert.equal(isSecure({ ...PROXY, forwarded }, 'never'), false)
      assert.equal(isSecure({ ...PROXY, forwardedProto: `${list.join('')}, http` }, 'never'), false)
    }),
    { numRuns: 3000 },
  )
})

test('R5: 100 KB of forwarded headers is read in linear time', () => {
  for (const unit of [
    ',',
    ';',
    '"',
    '\\',
    'https,',
    'proto=https,',
    'for="a";',
    'a',
    '=',
    ' ',
    '10.0.0.1, ',
    '1:',
    '[',
  ]) {
    const text = unit.repeat(100_000 / unit.length)
    const started = performance.now()
    isSecure({ ...PROXY, forwarded: text }, 'never')
    isSecure({ ...PROXY, forwarded: `for="${text}` }, 'never')
    isSecure({ ...PROXY, forwardedProto: text }, 'never')
    clientAddress('10.0.0.1', true, text, () => true)
    assert.ok(performance.now() - started < 150, unit)
  }
})

const loopbacks: [address: string | undefined, expected: boolean][] = [
  ['127.0.0.1', true],
  ['127.255.3.4', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['::FFFF:127.9.9.9', true],
  ['128.0.0.1', false],
  ['10.0.0.1', false],
  ['0.0.0.0', false],
  ['::', false],
  ['::ffff:10.0.0.1', false],
  ['::127.0.0.1', false],
  ['127.0.0.1.evil.test', false],
  ['127.1', false],
  ['localhost', false],
  ['', false],
  [undefined, false],
]

for (const [address, expected] of loopbacks) {
  test(`R5: ${address} is ${expected ? '' : 'not '}this machine`, () =>
    assert.equal(isLoopbackAddress(address), expected))
}

const TEN = (address: string) => address.startsWith('10.')
const clients: [sentence: string, peer: string, trusted: boolean, header: string | undefined, expected: string][] = [
  ['a peer that is no proxy is the client', '192.0.2.1', false, '1.1.1.1', '192.0.2.1'],
  ['a proxy that says nothing', '10.0.0.1', true, undefined, '10.0.0.1'],
  ['a proxy’s client', '10.0.0.1', true, '198.51.100.7', '198.51.100.7'],
  ['what the client claims is left', '10.0.0.1', true, '1.1.1.1, 198.51.100.7', '198.51.100.7'],
  ['through two proxies', '10.0.0.1', true, '1.1.1.1,198.51.100.7 , 10.0.0.2', '198.51.100.7'],
  ['all of them proxies: the farthest', '10.0.0.1', true, '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['an unknown client: the proxy that says so', '10.0.0.1', true, '1.1.1.1, unknown, 10.0.0.2', '10.0.0.2'],
  ['an empty header', '10.0.0.1', true, '', '10.0.0.1'],
  ['an empty entry', '10.0.0.1', true, '1.1.1.1,', '10.0.0.1'],
  ['an address with a port', '10.0.0.1', true, '198.51.100.7:4711', '198.51.100.7'],
  ['an IPv6 address', '10.0.0.1', true, '2001:db8::7', '2001:db8::7'],
  ['an IPv6 address with a port', '10.0.0.1', true, '[2001:db8::7]:4711', '2001:db8::7'],
  ['an IPv6 address in brackets', '10.0.0.1', true, '[2001:db8::7]', '2001:db8::7'],
  ['a port that is none', '10.0.0.1', true, '198.51.100.7:x', '10.0.0.1'],
  ['brackets that do not close', '10.0.0.1', true, '[2001:db8::7', '10.0.0.1'],
  ['a mapped proxy in the list', '10.0.0.1', true, '198.51.100.7, ::ffff:10.0.0.2', '198.51.100.7'],
  ['a mapped client', '10.0.0.1', true, '::ffff:198.51.100.7', '198.51.100.7'],
  ['a mapped peer', '::ffff:192.0.2.1', false, undefined, '192.0.2.1'],
]

for (const [sentence, peer, trusted, header, expected] of clients) {
  test(`R5: ${sentence} is ${expected}`, () => assert.equal(clientAddress(peer, trusted, header, TEN), expected))
}

test('R5: no claim of the client changes its address', () => {
  const claim = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit: 'binary', maxLength: 20 }), fc.constant('10.0.0.9'))
  fc.assert(
    fc.property(fc.array(claim), (claims) => {
      const header = [...claims, '198.51.100.7', '10.0.0.2'].join(', ')
      assert.equal(clientAddress('10.0.0.1', true, header, TEN), '198.51.100.7')
    }),
  )
})
