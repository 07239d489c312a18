import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addresses, lines, vaults } from '../testing/vaults.ts'
import { merge } from './merge.ts'
import { parseSetCookie } from './set-cookie.ts'
import { type BrowserUrl, emptyVault, MAX_COOKIES, MAX_VAULT_BYTES, type Vault } from './stored-cookie.ts'

const URL: BrowserUrl = { host: 'shop.test', path: '/', secure: true }
const NOW = Date.UTC(2026, 0, 1)

interface Story {
  readonly sentence: string
  /** The lines that the vault is made of. */
  readonly given?: readonly string[]
  readonly answer: readonly string[]
  /** Name and value of what is in the vault afterwards, in order. */
  readonly kept: string
  readonly changed?: string
  readonly deleted?: string
  readonly sameVault?: boolean
}

const stories: Story[] = [
  { sentence: 'a new cookie', answer: ['a=1'], kept: 'a=1', changed: 'a' },
  { sentence: 'another value', given: ['a=1'], answer: ['a=2'], kept: 'a=2', changed: 'a' },
  {
    sentence: 'a new value keeps the old place',
    given: ['a=1', 'b=1'],
    answer: ['a=2'],
    kept: 'a=2 b=1',
    changed: 'a',
  },
  { sentence: 'the same value again', given: ['a=1'], answer: ['a=1'], kept: 'a=1', sameVault: true },
  { sentence: 'no cookie at all', given: ['a=1'], answer: [], kept: 'a=1', sameVault: true },
  {
    sentence: 'another path is another cookie',
    given: ['a=1'],
    answer: ['a=2; Path=/x'],
    kept: 'a=1 a=2',
    changed: 'a',
  },
  {
    sentence: 'with Domain it is another cookie',
    given: ['a=1'],
    answer: ['a=2; Domain=shop.test'],
    kept: 'a=1 a=2',
    changed: 'a',
  },
  {
    sentence: 'a name in another case is another cookie',
    given: ['a=1'],
    answer: ['A=2'],
    kept: 'a=1 A=2',
    changed: 'A',
  },
  { sentence: 'an attribute changes and the value does not', given: ['a=1'], answer: ['a=1; Secure'], kept: 'a=1' },
  {
    sentence: 'it becomes SameSite=Strict and the value does not change',
    given: ['a=1'],
    answer: ['a=1; SameSite=Strict'],
    kept: 'a=1',
  },
  { sentence: 'the last of two counts', answer: ['a=1', 'a=2'], kept: 'a=2', changed: 'a' },
  {
    sentence: 'a deletion by Expires',
    given: ['.ASPXAUTH=1', 'b=1'],
    answer: ['.ASPXAUTH=; expires=Tue, 12-Oct-1999 04:00:00 GMT; path=/; HttpOnly'],
    kept: 'b=1',
    deleted: '.ASPXAUTH',
  },
  { sentence: 'a deletion by Max-Age', given: ['a=1'], answer: ['a=; Max-Age=0'], kept: '', deleted: 'a' },
  { sentence: 'a deletion of what was never there', answer: ['a=; Max-Age=0'], kept: '', sameVault: true },
  {
    sentence: 'a deletion for another path deletes nothing',
    given: ['a=1'],
    answer: ['a=; Max-Age=0; Path=/x'],
    kept: 'a=1',
    sameVault: true,
  },
  {
    sentence: 'one of two cookies of a name is deleted: the name is not',
    given: ['a=1; Path=/x', 'a=2'],
    answer: ['a=; Max-Age=0; Path=/x'],
    kept: 'a=2',
  },
  {
    sentence: 'both are deleted: the name is',
    given: ['a=1; Path=/x', 'a=2'],
    answer: ['a=; Max-Age=0; Path=/x', 'a=; Max-Age=0'],
    kept: '',
    deleted: 'a',
  },
  {
    sentence: 'deleted and set again in one answer: changed, not deleted',
    given: ['a=1'],
    answer: ['a=; Max-Age=0', 'a=2'],
    kept: 'a=2',
    changed: 'a',
  },
  {
    sentence: 'deleted and set to the same value: nothing',
    given: ['a=1'],
    answer: ['a=; Max-Age=0', 'a=1'],
    kept: 'a=1',
    sameVault: true,
  },
  {
    sentence: 'deleted and set again it is the youngest',
    given: ['a=1', 'b=1'],
    answer: ['a=; Max-Age=0', 'a=1'],
    kept: 'b=1 a=1',
  },
  { sentence: 'set and deleted in one answer: nothing', answer: ['a=1', 'a=; Max-Age=0'], kept: '', sameVault: true },
  {
    sentence: 'set and deleted in one answer, where it was before: deleted',
    given: ['a=1'],
    answer: ['a=2', 'a=; Max-Age=0'],
    kept: '',
    deleted: 'a',
  },
  { sentence: 'a cookie without a name', answer: ['x'], kept: '=x', changed: '' },
  { sentence: 'a name that objects have', answer: ['__proto__=1'], kept: '__proto__=1', changed: '__proto__' },
]

for (const { sentence, given = [], answer, kept, changed, deleted, sameVault = false } of stories) {
  test(`G2: cookies enter the vault one by one: ${sentence}`, () => {
    const vault = merge(emptyVault(), given, URL, NOW).vault
    const merged = merge(vault, answer, URL, NOW)
    assert.equal(merged.vault.cookies.map(({ name, value }) => `${name}=${value}`).join(' '), kept)
    assert.deepEqual(merged.changed, changed === undefined ? [] : [changed])
    assert.deepEqual(merged.deleted, deleted === undefined ? [] : [deleted])
    assert.equal(merged.vault === vault, sameVault)
  })
}

test('G2: a cookie that has expired goes with the next change, and is no deletion', () => {
  const { vault } = merge(emptyVault(), ['a=1; Max-Age=10', 'b=1'], URL, NOW)
  assert.equal(merge(vault, ['a=; Max-Age=0'], URL, NOW + 20_000).vault, vault)
  const merged = merge(vault, ['b=2', 'a=; Max-Age=0'], URL, NOW + 20_000)
  assert.deepEqual(merged.vault.cookies, [{ name: 'b', value: '2', host: 'shop.test' }])
  assert.deepEqual(merged.deleted, [])
})

const sliding: [sentence: string, first: string, seconds: number, second: string, sameVault: boolean][] = [
  ['a sliding expiry is not written with every answer', 'a=1; Max-Age=1200', 59, 'a=1; Max-Age=1200', true],
  ['but when it has moved by 60 s', 'a=1; Max-Age=1200', 61, 'a=1; Max-Age=1200', false],
  ['or by a twentieth of a short life', 'a=1; Max-Age=20', 2, 'a=1; Max-Age=20', false],
  ['an earlier expiry is always written', 'a=1; Max-Age=1200', 0, 'a=1; Max-Age=1199', false],
  ['an expiry where there was none is written', 'a=1', 0, 'a=1; Max-Age=1200', false],
  ['no expiry where there was one is written', 'a=1; Max-Age=1200', 0, 'a=1', false],
]

for (const [sentence, first, seconds, second, sameVault] of sliding) {
  test(`G2: ${sentence}`, () => {
    const { vault } = merge(emptyVault(), [first], URL, NOW)
    const merged = merge(vault, [second], URL, NOW + seconds * 1000)
    assert.equal(merged.vault === vault, sameVault)
    assert.deepEqual(merged.changed, [])
  })
}

test('what is refused is reported by name and reason, never by value', () => {
  const { vault, refused } = merge(
    emptyVault(),
    ['a=secret; Domain=other.test', 'b=secret\0', `c=${'secret'.repeat(1000)}`, '__Host-d=secret', '=', 'e=kept'],
    URL,
    NOW,
  )
  assert.deepEqual(vault.cookies, [{ name: 'e', value: 'kept', host: 'shop.test' }])
  assert.deepEqual(refused, [
    { name: 'a', reason: 'foreign-domain' },
    { name: '', reason: 'control-character' },
    { name: 'c', reason: 'too-large' },
    { name: '__Host-d', reason: 'prefix-broken' },
    { name: '', reason: 'empty' },
  ])
})

test('what is refused leaves what is there', () => {
  const { vault } = merge(emptyVault(), ['a=1; Secure'], URL, NOW)
  const merged = merge(vault, ['a=planted', 'a=; Max-Age=0'], { ...URL, secure: false }, NOW)
  assert.equal(merged.vault, vault)
  assert.deepEqual(merged.deleted, [])
  assert.equal(merged.refused.length, 2)
})

test('G2: the 181st cookie pushes the oldest out, which is reported and no deletion', () => {
  const many = Array.from({ length: MAX_COOKIES }, (_, i) => `c${i}=x`)
  const { vault } = merge(emptyVault(), many, URL, NOW)
  // A new value makes a cookie no younger.
  const merged = merge(vault, ['c0=y', 'new=x'], URL, NOW)
  assert.equal(merged.vault.cookies.length, MAX_COOKIES)
  assert.equal(merged.vault.cookies[0]?.name, 'c1')
  assert.deepEqual(merged.evicted, ['c0'])
  assert.deepEqual(merged.changed, ['new'])
  assert.deepEqual(merged.deleted, [])
})

test('G2: beyond 32 KiB the oldest go, counted in bytes of what is stored', () => {
  // 2 bytes each in UTF-8.
  const big = (name: string) => `${name}=${'\xff'.repeat(4000)}`
  const { vault } = merge(emptyVault(), ['a', 'b', 'c', 'd'].map(big), URL, NOW)
  assert.equal(vault.cookies.length, 4)
  const merged = merge(vault, [big('e')], URL, NOW)
  assert.deepEqual(merged.evicted, ['a'])
})

test('G2: whatever an application sends, the vault stays within its caps and merging never throws', () => {
  fc.assert(
    fc.property(vaults(NOW), lines(), addresses(), (vault, answer, url) => {
      const merged = merge(vault, answer, url, NOW)
      assert.ok(merged.vault.cookies.length <= MAX_COOKIES)
      assert.ok(Buffer.byteLength(JSON.stringify(merged.vault)) <= MAX_VAULT_BYTES)
      assert.ok(merged.vault.cookies.every(({ name, value }) => name.length + value.length <= 4096))
    }),
  )
})

test('G2: hundreds of large cookies at once stay within the caps', () => {
  const line = fc.tuple(fc.nat(400), fc.nat(4100)).map(([i, length]) => `c${i}=${'"'.repeat(length)}`)
  fc.assert(
    fc.property(fc.array(line, { minLength: 150, maxLength: 400 }), (answer) => {
      const merged = merge(emptyVault(), answer, URL, NOW)
      assert.ok(merged.vault.cookies.length <= MAX_COOKIES)
      assert.ok(Buffer.byteLength(JSON.stringify(merged.vault)) <= MAX_VAULT_BYTES)
    }),
    { numRuns: 20 },
  )
})

// A cookie that one answer deletes and sets again is a new one each time (RFC 6265bis §5.7), and goes to the end.
const deletes = (line: string) => (parseSetCookie(line, NOW)?.expires ?? Number.POSITIVE_INFINITY) <= NOW

test('G2: merging an answer that deletes nothing twice is merging it once', () => {
  fc.assert(
    fc.property(vaults(NOW), lines(), addresses(), (vault, answer, url) => {
      fc.pre(!answer.some(deletes))
      const once = merge(vault, answer, url, NOW)
      fc.pre(once.evicted.length === 0)
      const twice = merge(once.vault, answer, url, NOW)
      assert.equal(twice.vault, once.vault)
      assert.deepEqual(twice.changed, [])
      assert.deepEqual(twice.deleted, [])
    }),
  )
})

test('G2: a vault that went through the store as JSON merges as it did before', () => {
  fc.assert(
    fc.property(vaults(NOW), lines(), addresses(), (vault, answer, url) => {
      const stored: Vault = JSON.parse(JSON.stringify(vault))
      const before = merge(vault, answer, url, NOW)
      const after = merge(stored, answer, url, NOW)
      assert.deepEqual(after, before)
      assert.equal(after.vault === stored, before.vault === vault)
    }),
  )
})

test('what is reported is what happened to the vault', () => {
  fc.assert(
    fc.property(vaults(NOW), lines(), addresses(), (vault, answer, url) => {
      const merged = merge(vault, answer, url, NOW)
      const before = new Set(vault.cookies.map(({ name }) => name))
      const after = new Set(merged.vault.cookies.map(({ name }) => name))
      assert.ok(merged.deleted.every((name) => before.has(name) && !after.has(name)))
      assert.ok(merged.changed.every((name) => after.has(name)))
      if (merged.vault === vault) assert.equal(merged.changed.length + merged.deleted.length + merged.evicted.length, 0)
      const fresh = [...after].filter((name) => !before.has(name))
      assert.ok(fresh.every((name) => merged.changed.includes(name)))
    }),
  )
})

test('a vault is frozen through and through', () => {
  const { vault } = merge(emptyVault(), ['a=1'], URL, NOW)
  assert.ok(Object.isFrozen(vault) && Object.isFrozen(vault.cookies) && Object.isFrozen(vault.cookies[0]))
  assert.ok(Object.isFrozen(emptyVault()) && Object.isFrozen(emptyVault().cookies))
})
