import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addresses, vaults } from '../testing/vaults.ts'
import { cookieHeader } from './cookie-header.ts'
import { domainMatches, pathMatches } from './matching.ts'
import { merge } from './merge.ts'
import { type BrowserUrl, emptyVault, type StoredCookie, type Vault } from './stored-cookie.ts'

const host = 'shop.test'
const PAGE: BrowserUrl = { host, path: '/app/page', secure: true }
const NOW = Date.UTC(2026, 0, 1)

interface Case {
  readonly sentence: string
  readonly cookies: readonly Partial<StoredCookie>[]
  readonly url?: Partial<BrowserUrl>
  readonly crossSite?: boolean
  readonly sent: string | null
}

const cases: Case[] = [
  { sentence: 'an empty vault', cookies: [], sent: null },
  { sentence: 'the oldest first', cookies: [{}, { name: 'b' }, { name: 'A' }], sent: 'a=1; b=1; A=1' },
  {
    sentence: 'the longest path first, then the oldest',
    cookies: [
      {},
      { name: 'b', path: '/app' },
      { name: 'c' },
      { name: 'd', path: '/app/page' },
      { name: 'e', path: '/app' },
    ],
    sent: 'd=1; b=1; e=1; a=1; c=1',
  },
  { sentence: 'an empty value', cookies: [{ value: '' }], sent: 'a=' },
  { sentence: 'no name', cookies: [{ name: '', value: 'x' }], sent: 'x' },
  { sentence: 'bytes beyond ASCII, one character each', cookies: [{ value: '\xff' }], sent: 'a=\xff' },
  { sentence: 'another host', cookies: [{}], url: { host: 'other.test' }, sent: null },
  { sentence: 'a host below that of a host-only cookie', cookies: [{}], url: { host: 'www.shop.test' }, sent: null },
  { sentence: 'a host below its Domain', cookies: [{ subdomains: true }], url: { host: 'www.shop.test' }, sent: 'a=1' },
  { sentence: 'a host above its Domain', cookies: [{ host: 'www.shop.test', subdomains: true }], sent: null },
  { sentence: 'a path beside its own', cookies: [{ path: '/app' }], url: { path: '/apps' }, sent: null },
  { sentence: 'Secure over https', cookies: [{ secure: true }, { name: 'b' }], sent: 'a=1; b=1' },
  { sentence: 'Secure over http', cookies: [{ secure: true }, { name: 'b' }], url: { secure: false }, sent: 'b=1' },
  { sentence: 'one that expires later', cookies: [{ expires: NOW + 1 }], sent: 'a=1' },
  { sentence: 'one that expires now', cookies: [{ expires: NOW }, { name: 'b' }], sent: 'b=1' },
  { sentence: 'SameSite=Strict on the own site', cookies: [{ strict: true }, { name: 'b' }], sent: 'a=1; b=1' },
  {
    sentence: 'SameSite=Strict from another',
    cookies: [{ strict: true }, { name: 'b' }],
    crossSite: true,
    sent: 'b=1',
  },
]

for (const { sentence, cookies, url, crossSite = false, sent } of cases) {
  test(`G2: what goes upstream: ${sentence}`, () => {
    const vault = { cookies: cookies.map((cookie) => ({ name: 'a', value: '1', host, ...cookie })) }
    const frozen = Object.freeze({ cookies: Object.freeze(vault.cookies) })
    assert.equal(cookieHeader(vault, { ...PAGE, ...url }, crossSite, NOW), sent)
    assert.equal(cookieHeader(frozen, { ...PAGE, ...url }, crossSite, NOW), sent)
    assert.equal(cookieHeader(frozen, { ...PAGE, ...url }, crossSite, NOW), sent, 'from the cache')
  })
}

test('G2: the header that is kept is no longer sent when its first cookie expires', () => {
  const { vault } = merge(emptyVault(), ['a=1; Path=/', 'b=1; Path=/; Max-Age=10'], PAGE, NOW)
  assert.equal(cookieHeader(vault, PAGE, false, NOW), 'a=1; b=1')
  assert.equal(cookieHeader(vault, PAGE, false, NOW + 10_000), 'a=1')
})

test('a draft of the vault, which may still change, is read afresh each time', () => {
  const draft = { cookies: [{ name: 'a', value: '1', host }] }
  assert.equal(cookieHeader(draft, PAGE, false, NOW), 'a=1')
  draft.cookies.push({ name: 'b', value: '2', host })
  assert.equal(cookieHeader(draft, PAGE, false, NOW), 'a=1; b=2')
})

test('G2: the header is 8 KiB at most, and the oldest cookies stay behind', () => {
  const sent = (lengths: number[]) => {
    const answer = lengths.map((length, i) => `${'abcd'[i]}=${'x'.repeat(length)}; Path=/`)
    const header = cookieHeader(merge(emptyVault(), answer, PAGE, NOW).vault, PAGE, false, NOW) ?? ''
    return `${header.replace(/=x*/g, '')}: ${header.length} bytes`
  }
  // Three pairs of 2 bytes more each, and "; " twice between them.
  assert.equal(sent([2728, 2727, 2727]), 'a; b; c: 8192 bytes')
  assert.equal(sent([2728, 2728, 2727]), 'b; c: 5461 bytes')
  assert.equal(sent([1, 2728, 2727, 2727]), 'b; c; d: 8192 bytes')
})

test('G2: a header has no control character, no byte too many and no foreign cookie', () => {
  fc.assert(
    fc.property(vaults(NOW), addresses(), fc.boolean(), (vault, url, crossSite) => {
      const header = cookieHeader(vault, url, crossSite, NOW)
      const own = vault.cookies.filter((cookie) => mayGo(cookie, url, crossSite))
      if (header === null) return assert.equal(own.length, 0)
      assert.match(header, /^[\t\x20-\x7e\x80-\xff]+$/)
      assert.ok(header.length <= 8192)
      const pairs = new Set(own.map(({ name, value }) => (name === '' ? value : `${name}=${value}`)))
      assert.ok(header.split('; ').every((pair) => pairs.has(pair)))
      assert.equal(header.split('; ').length, own.length)
    }),
  )
})

test('G2: a vault that went through the store as JSON sends what it did before', () => {
  fc.assert(
    fc.property(vaults(NOW), addresses(), fc.boolean(), (vault, url, crossSite) => {
      const stored: Vault = JSON.parse(JSON.stringify(vault))
      assert.equal(cookieHeader(stored, url, crossSite, NOW), cookieHeader(vault, url, crossSite, NOW))
    }),
  )
})

/** The rules once more, in the standard's words. */
function mayGo(cookie: StoredCookie, url: BrowserUrl, crossSite: boolean): boolean {
  if (cookie.expires !== undefined && cookie.expires <= NOW) return false
  if (cookie.subdomains ? !domainMatches(url.host, cookie.host) : url.host !== cookie.host) return false
  // Every path is below `/`, that of `OPTIONS *` too.
  if (cookie.path !== undefined && !pathMatches(url.path, cookie.path)) return false
  return (url.secure || !cookie.secure) && !(crossSite && cookie.strict)
}
