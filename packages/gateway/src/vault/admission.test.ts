import assert from 'node:assert/strict'
import { test } from 'node:test'
import { admit } from './admission.ts'
import { parseSetCookie } from './set-cookie.ts'
import type { BrowserUrl, StoredCookie } from './stored-cookie.ts'

const HTTPS: BrowserUrl = { host: 'www.shop.test', path: '/app/page', secure: true }
const HTTP: BrowserUrl = { ...HTTPS, secure: false }
const LOCAL: BrowserUrl = { ...HTTPS, host: 'localhost' }
const IPV4: BrowserUrl = { ...HTTPS, host: '10.0.0.1' }
const IPV6: BrowserUrl = { ...HTTPS, host: '[::1]' }
const host = 'www.shop.test'

const lines: [sentence: string, line: string, url: BrowserUrl, expected: object | string][] = [
  ['without Domain it is for this host alone', 'a=b; Path=/', HTTPS, { host }],
  ['without Path it is for the folder', 'a=b', HTTPS, { host, path: '/app' }],
  ['a Path need not be above the page', 'a=b; Path=/other', HTTPS, { host, path: '/other' }],
  [
    'Domain of the host itself reaches below it',
    'a=b; Path=/; Domain=www.shop.test',
    HTTPS,
    { host, subdomains: true },
  ],
  ['Domain above the host', 'a=b; Path=/; Domain=shop.test', HTTPS, { host: 'shop.test', subdomains: true }],
  ['Domain below the host', 'a=b; Domain=x.www.shop.test', HTTPS, 'foreign-domain'],
  ['Domain of a sibling', 'a=b; Domain=api.shop.test', HTTPS, 'foreign-domain'],
  ['Domain of the upstream', 'a=b; Domain=10.0.0.1', HTTPS, 'foreign-domain'],
  ['Domain that only ends alike', 'a=b; Domain=op.test', HTTPS, 'foreign-domain'],
  ['Domain with a port', 'a=b; Domain=www.shop.test:443', HTTPS, 'foreign-domain'],
  ['Domain with bytes beyond ASCII', 'a=b; Domain=sh\xf6p.test', HTTPS, 'foreign-domain'],
  ['Domain of one label', 'a=b; Domain=test', HTTPS, 'single-label-domain'],
  [
    'Domain of one label above localhost',
    'a=b; Domain=localhost',
    { ...LOCAL, host: 'x.localhost' },
    'single-label-domain',
  ],
  ['Domain of one label that is the host', 'a=b; Path=/; Domain=localhost', LOCAL, { host: 'localhost' }],
  ['Domain of an IP address that is the host', 'a=b; Path=/; Domain=10.0.0.1', IPV4, { host: '10.0.0.1' }],
  ['Domain of an IPv6 address that is the host', 'a=b; Path=/; Domain=[::1]', IPV6, { host: '[::1]' }],
  ['Domain of a part of the IP address', 'a=b; Domain=0.0.1', IPV4, 'foreign-domain'],

  ['Secure over https', 'a=b; Path=/; Secure', HTTPS, { host, secure: true }],
  ['Secure over http', 'a=b; Path=/; Secure', HTTP, 'secure-on-http'],
  ['SameSite=Strict is kept', 'a=b; Path=/; SameSite=Strict', HTTPS, { host, strict: true }],
  [
    'SameSite=Lax, HttpOnly and Partitioned mean nothing here',
    'a=b;Path=/;SameSite=Lax;HttpOnly;Partitioned',
    HTTPS,
    { host },
  ],
  ['SameSite=None with Secure', 'a=b; Path=/; SameSite=None; Secure', HTTPS, { host, secure: true }],
  ['SameSite=None without Secure', 'a=b; Path=/; SameSite=None', HTTPS, 'same-site-none-without-secure'],
  ['an expiry is kept', 'a=b; Path=/; Max-Age=1', HTTPS, { host, expires: 1000 }],
  ['a deletion is a cookie that has expired', 'a=b; Path=/; Max-Age=0', HTTPS, { host, expires: 0 }],
  [
    'a folder of 1024 characters',
    'a=b',
    { ...HTTPS, path: `/${'x'.repeat(1023)}/` },
    { host, path: `/${'x'.repeat(1023)}` },
  ],
  ['a folder of more', 'a=b', { ...HTTPS, path: `/${'x'.repeat(1024)}/` }, 'path-too-long'],
]

for (const [sentence, line, url, expected] of lines) {
  test(`G2: the vault judges a cookie by the browser's address: ${sentence}`, () => {
    const stored = admit(parseSetCookie(line, 0)!, url, [])
    assert.deepEqual(stored, typeof expected === 'string' ? expected : { name: 'a', value: 'b', ...expected })
  })
}

const prefixes: [sentence: string, line: string, holds: boolean][] = [
  ['__Secure- with Secure', '__Secure-a=b; Secure', true],
  ['__Secure- without', '__Secure-a=b', false],
  ['__SECURE- without', '__SECURE-a=b', false],
  ['__Host- as it should be', '__Host-a=b; Secure; Path=/', true],
  ['__Host- without Secure', '__Host-a=b; Path=/', false],
  ['__Host- with Domain', '__Host-a=b; Secure; Path=/; Domain=shop.test', false],
  ['__Host- with the Domain of its own host', '__Host-a=b; Secure; Path=/; Domain=www.shop.test', false],
  ['__Host- with another Path', '__Host-a=b; Secure; Path=/app', false],
  ['__Host- without Path', '__Host-a=b; Secure', false],
  ['__hoST- without Path', '__hoST-a=b; Secure', false],
  ['__Http- as it should be', '__Http-a=b; Secure; HttpOnly; Domain=shop.test', true],
  ['__Http- without HttpOnly', '__Http-a=b; Secure', false],
  ['__Http- without Secure', '__Http-a=b; HttpOnly', false],
  ['__Host-Http- as it should be', '__Host-Http-a=b; Secure; HttpOnly; Path=/', true],
  ['__Host-Http- without HttpOnly', '__Host-Http-a=b; Secure; Path=/', false],
  ['__Host-Http- with Domain', '__Host-Http-a=b; Secure; HttpOnly; Path=/; Domain=shop.test', false],
  ['a name that only resembles one', '__Hosta=b', true],
  ['a bare value that would be read as a prefixed cookie', '=__Secure-a=b', false],
  ['the same without its =', '__Host-a', false],
]

for (const [sentence, line, holds] of prefixes) {
  test(`G2: the vault holds a name to its prefix: ${sentence}`, () => {
    assert.equal(admit(parseSetCookie(line, 0)!, HTTPS, []) === 'prefix-broken', !holds)
  })
}

test('G2: the name of our own cookie is the application’s to use in the vault, which the browser never sees', () => {
  const stored = admit(parseSetCookie('__Host-Http-sid=b; Secure; HttpOnly; Path=/', 0)!, HTTPS, [])
  assert.deepEqual(stored, { name: '__Host-Http-sid', value: 'b', host, secure: true })
})

const overlays: [
  sentence: string,
  line: string,
  existing: Partial<StoredCookie>,
  url: BrowserUrl,
  admitted: boolean,
][] = [
  ['the same name, host and path', 'a=x; Path=/', {}, HTTP, false],
  ['a path below that of the secure one', 'a=x; Path=/app', {}, HTTP, false],
  ['a path above it', 'a=x; Path=/', { path: '/login' }, HTTP, true],
  ['a wider Domain', 'a=x; Path=/; Domain=shop.test', {}, HTTP, false],
  ['a narrower one', 'a=x; Path=/', { host: 'shop.test', subdomains: true }, HTTP, false],
  ['another name', 'b=x; Path=/', {}, HTTP, true],
  ['over https', 'a=x; Path=/', {}, HTTPS, true],
  ['a deletion', 'a=; Path=/; Max-Age=0', {}, HTTP, false],
]

for (const [sentence, line, existing, url, admitted] of overlays) {
  test(`F1: what comes over http ${admitted ? 'may be set beside' : 'does not replace'} a secure cookie: ${sentence}`, () => {
    const secured: StoredCookie = { name: 'a', value: 'b', host, secure: true, ...existing }
    assert.equal(admit(parseSetCookie(line, 0)!, url, [secured]) !== 'would-overlay-secure', admitted)
  })
}
