import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { line } from '../testing/vaults.ts'
import { hardenExposed, withExposed } from './exposed.ts'
import { ExposedNames } from './exposed-names.ts'
import { parseSetCookie } from './set-cookie.ts'

const EXPOSED = new ExposedNames(['theme', 'XSRF-TOKEN', '__Host-Http-sid', ''])

const requests: [sentence: string, vault: string | null, incoming: string | undefined, sent: string | null][] = [
  ['nothing anywhere', null, undefined, null],
  ['the vault alone', 'id=1', undefined, 'id=1'],
  ['an exposed cookie alone', null, 'theme=dark', 'theme=dark'],
  ['an exposed cookie stands behind the vault’s', 'id=1', 'theme=dark', 'id=1; theme=dark'],
  ['no other cookie passes', 'id=1', 'id=2; ASP.NET_SessionId=planted; PHPSESSID=x', 'id=1'],
  ['names are exact', null, 'Theme=a; theme2=b; xtheme=c; them=d', null],
  ['white space between pairs is nothing', null, ' \ttheme=a ;\t XSRF-TOKEN=b\t', 'theme=a; XSRF-TOKEN=b'],
  ['white space before = is part of the name', null, 'theme =a', null],
  ['the vault wins where it has the name', 'theme=vault', 'theme=browser', 'theme=vault'],
  ['the vault wins, though its value is empty', 'a=1; theme=', 'theme=browser', 'a=1; theme='],
  ['two of one name are both sent, in their order', null, 'theme=a; theme=b', 'theme=a; theme=b'],
  ['a value with = in it', null, 'theme=a=b==', 'theme=a=b=='],
  ['an empty value', null, 'theme=', 'theme='],
  ['a quoted value', null, 'theme="dark"', 'theme="dark"'],
  ['a value with bytes beyond ASCII', null, 'theme=\xe9', 'theme=\xe9'],
  ['no name', null, 'theme; =theme', null],
  ['a comma, at which some servers split', null, 'theme=a, JSESSIONID=planted', null],
  ['a space, at which some servers split', null, 'theme=a JSESSIONID=planted', null],
  ['an open quote, which would swallow what follows', null, 'theme="a; XSRF-TOKEN=b', 'XSRF-TOKEN=b'],
  ['a quote that is escaped', null, 'theme="a\\"; XSRF-TOKEN=b', 'XSRF-TOKEN=b'],
  ['a quote in the middle', null, 'theme=a"b', null],
  ['a control character', null, 'theme=a\x01', null],
  ['a character that is no byte', null, 'theme=\u2028', null],
  ['our own cookie never passes, though it be exposed', null, '__Host-Http-sid=token', null],
  ['an attribute of old cookies is no cookie', null, '$Version=1; theme=a; $Path=/', 'theme=a'],
  ['one that is too much for the header', 'id=1', `theme=${'x'.repeat(8190)}; XSRF-TOKEN=b`, 'id=1; XSRF-TOKEN=b'],
]

for (const [sentence, vault, incoming, sent] of requests) {
  test(`G2: exposed cookies towards the application: ${sentence}`, () => {
    assert.equal(withExposed(vault, incoming, EXPOSED), sent)
  })
}

test('G2: where nothing is exposed nothing passes', () => {
  assert.equal(withExposed('id=1', 'theme=dark', new ExposedNames([])), 'id=1')
})

test('G2: whatever the browser sends, every reader finds only exposed names behind the vault’s cookies', () => {
  const header = fc.array(
    fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('theme=', ';', '"', ',', ' ', 'id=x', '\\')),
  )
  fc.assert(
    fc.property(header, fc.constantFrom(null, 'id=1', 'id=1; theme=2'), (parts, vault) => {
      const sent = withExposed(vault, parts.join(''), EXPOSED)
      if (vault !== null) assert.ok(sent?.startsWith(vault))
      const added = (sent ?? '').slice(vault === null ? 0 : vault.length + 2)
      // As the widest of readers splits it.
      for (const pair of added.split(/[;,\s]+/)) assert.ok(pair === '' || EXPOSED.has(pair.split('=')[0]!))
      assert.match(added, /^[\x20-\x7e\x80-\xff]*$/)
    }),
  )
})

const answers: [sentence: string, line: string, secure: boolean, sent: string | null][] = [
  ['as little as possible', 'theme=dark', true, 'theme=dark; Secure; SameSite=Lax'],
  ['over http without Secure', 'theme=dark', false, 'theme=dark; SameSite=Lax'],
  ['Path is kept', 'theme=dark; path=/x', true, 'theme=dark; Path=/x; Secure; SameSite=Lax'],
  ['a Path that is none is dropped', 'theme=dark; path=x', true, 'theme=dark; Secure; SameSite=Lax'],
  ['Domain is dropped', 'theme=dark; Domain=.shop.test', true, 'theme=dark; Secure; SameSite=Lax'],
  ['HttpOnly is kept and not added', 'theme=dark; HttpOnly', true, 'theme=dark; Secure; HttpOnly; SameSite=Lax'],
  ['SameSite=Strict is kept', 'theme=dark; SameSite=Strict', true, 'theme=dark; Secure; SameSite=Strict'],
  ['SameSite=None is kept over https', 'theme=dark; SameSite=None', true, 'theme=dark; Secure; SameSite=None'],
  ['SameSite=None is Lax over http', 'theme=dark; SameSite=None', false, 'theme=dark; SameSite=Lax'],
  ['an unknown SameSite is Lax', 'theme=dark; SameSite=x', true, 'theme=dark; Secure; SameSite=Lax'],
  ['Partitioned is kept', 'theme=dark; Partitioned', true, 'theme=dark; Secure; SameSite=Lax; Partitioned'],
  ['Partitioned over http is not sent', 'theme=dark; Partitioned', false, null],
  ['Secure over http is not sent', 'theme=dark; Secure', false, null],
  ['Max-Age is kept', 'theme=dark; Max-Age=60', true, 'theme=dark; Max-Age=60; Secure; SameSite=Lax'],
  ['a deletion', 'theme=; Max-Age=-1', true, 'theme=; Max-Age=0; Secure; SameSite=Lax'],
  [
    'Expires is written as it should be',
    'theme=; expires=Tue, 12-Oct-1999 04:00:00 GMT',
    true,
    'theme=; Expires=Tue, 12 Oct 1999 04:00:00 GMT; Secure; SameSite=Lax',
  ],
  ['what nobody knows is dropped', 'theme=dark; Priority=High', true, 'theme=dark; Secure; SameSite=Lax'],
  ['__Secure- over https', '__Secure-t=1', true, '__Secure-t=1; Secure; SameSite=Lax'],
  ['__Secure- over http', '__Secure-t=1', false, null],
  ['__Host- loses its Domain', '__Host-t=1; Path=/; Domain=x.test', true, '__Host-t=1; Path=/; Secure; SameSite=Lax'],
  ['__Host- without Path', '__Host-t=1', true, null],
  ['the prefix of our own cookie', '__Host-Http-sid=1; Path=/; Secure; HttpOnly', true, null],
  ['the prefix of our own cookie in another case', '__hoST-hTTP-sid=1; Path=/; Secure; HttpOnly', true, null],
  ['no name', 'theme', true, null],
  ['no cookie', 'theme=\r\nSet-Cookie: x=y', true, null],
]

for (const [sentence, given, secure, sent] of answers) {
  test(`G2: exposed cookies towards the browser: ${sentence}`, () => assert.equal(hardenExposed(given, secure), sent))
}

test('G2: a hardened line says what the application said, host-only and Secure', () => {
  fc.assert(
    fc.property(line(), fc.boolean(), (given, secure) => {
      const sent = hardenExposed(given, secure)
      if (sent === null) return
      const before = parseSetCookie(given, 0)!
      const sameSite = before.sameSite === 'none' && !secure ? 'lax' : (before.sameSite ?? 'lax')
      assert.deepEqual(parseSetCookie(sent, 0), { ...before, domain: null, secure, sameSite })
      assert.equal(hardenExposed(sent, secure), sent)
    }),
  )
})
