import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseSetCookie, readSetCookie, type SetCookie } from './set-cookie.ts'

const NOW = Date.UTC(2026, 0, 1)
const DAY = 24 * 3600 * 1000

const plain: SetCookie = {
  name: 'a',
  value: 'b',
  domain: null,
  path: null,
  expires: null,
  secure: false,
  httpOnly: false,
  sameSite: null,
  partitioned: false,
}

const lines: [sentence: string, line: string, expected: Partial<SetCookie> | null][] = [
  ['a name and a value', 'a=b', {}],
  ['white space around both is no part of them', ' \ta \t= \tb \t', {}],
  ['white space inside is', 'a b=c\td', { name: 'a b', value: 'c\td' }],
  ['a no-break space is an ordinary byte', '\xa0a=b\xa0', { name: '\xa0a', value: 'b\xa0' }],
  ['the first = separates', 'a=b=c', { value: 'b=c' }],
  ['quotes are part of a value', 'a="b c"', { value: '"b c"' }],
  ['a semicolon ends a value, in quotes too', 'a="b;c"', { value: '"b' }],
  ['a comma does not', 'a=b, c=d', { value: 'b, c=d' }],
  ['bytes beyond ASCII stay as they are', 'a=\xfc\xff', { value: '\xfc\xff' }],
  ['an empty value is a value', 'a=', { value: '' }],
  ['no = at all: a value without a name', 'a', { name: '', value: 'a' }],
  ['an empty name with a value', '=b', { name: '' }],
  ['neither name nor value is no cookie', '=', null],
  ['an empty line is no cookie', '', null],
  ['attributes alone are no cookie', '; Path=/', null],
  ['white space alone is no cookie', ' \t ', null],
  ['a null byte anywhere: no cookie', 'a=b; Path=/\0', null],
  ['a line break: no cookie', 'a=b\r\nSet-Cookie: c=d', null],
  ['DEL: no cookie', 'a=\x7f', null],
  ['a character that is no byte: no cookie', 'a=\u20ac', null],
  ['4096 bytes of name and value', `a=${'b'.repeat(4095)}`, { value: 'b'.repeat(4095) }],
  ['4097 are too many', `a=${'b'.repeat(4096)}`, null],

  ['Path', 'a=b; Path=/x', { path: '/x' }],
  ['names of attributes are read in any case', 'a=b; pATH=/x', { path: '/x' }],
  ['white space around attributes is ignored', 'a=b;\t Path \t=\t /x ;', { path: '/x' }],
  ['a Path that does not begin with / is none', 'a=b; Path=x', {}],
  ['an empty Path is none', 'a=b; Path=', {}],
  ['a quoted Path is none', 'a=b; Path="/x"', {}],
  ['of two Paths the last counts', 'a=b; Path=/x; Path=/y', { path: '/y' }],
  ['of two Paths the last counts, though it is none', 'a=b; Path=/x; Path=y', {}],
  ['a Path of 1024 bytes', `a=b; Path=/${'x'.repeat(1023)}`, { path: `/${'x'.repeat(1023)}` }],
  ['a longer one is as if it were not there', `a=b; Path=/y; Path=/${'x'.repeat(1024)}`, { path: '/y' }],

  ['Domain in lower case, without its dot', 'a=b; Domain=.Shop.TEST', { domain: 'shop.test' }],
  ['only one dot is taken away', 'a=b; Domain=..shop.test', { domain: '.shop.test' }],
  ['an empty Domain is none', 'a=b; Domain=', {}],
  ['a dot alone is none', 'a=b; Domain=.', {}],
  ['of two Domains the last counts, though it is empty', 'a=b; Domain=shop.test; Domain=', {}],

  ['Secure', 'a=b; Secure', { secure: true }],
  ['Secure with a value', 'a=b; secure=no', { secure: true }],
  ['something that begins like Secure', 'a=b; Secure now', {}],
  ['HttpOnly and Partitioned', 'a=b;HttpOnly;Partitioned', { httpOnly: true, partitioned: true }],
  ['SameSite=Strict', 'a=b; SameSite=sTRICT', { sameSite: 'strict' }],
  ['SameSite=Lax', 'a=b; samesite=Lax', { sameSite: 'lax' }],
  ['SameSite=None', 'a=b; SameSite=none', { sameSite: 'none' }],
  ['an unknown SameSite is none', 'a=b; SameSite=Banana', {}],
  ['of two SameSites the last counts, though it is unknown', 'a=b; SameSite=Strict; SameSite=x', {}],
  ['an attribute that nobody knows', 'a=b; Priority=High; Version=1; =; ;', {}],
  ['a quoted attribute is one that nobody knows', 'a=b; "Secure"', {}],
  ['a quote does not hold attributes together', 'a=b; x="y; Secure"', {}],
  ['a quote does not hide an attribute', 'a=b; x="y; Secure; z"', { secure: true }],

  ['Expires', 'a=b; Expires=Thu, 01 Jan 2026 00:01:00 GMT', { expires: NOW + 60_000 }],
  ['Expires in the past', 'a=b; Expires=Tue, 12-Oct-1999 04:00:00 GMT', { expires: Date.UTC(1999, 9, 12, 4) }],
  ['an Expires that is no date is ignored', 'a=b; Expires=never', {}],
  [
    'an Expires that is no date does not undo another',
    'a=b; Expires=1 Jan 2026 00:00:01; Expires=0',
    { expires: NOW + 1000 },
  ],
  ['Expires in the year 9999 is 400 days from now', 'a=b; Expires=31 Dec 9999 23:59:59', { expires: NOW + 400 * DAY }],
  ['Max-Age', 'a=b; Max-Age=60', { expires: NOW + 60_000 }],
  ['Max-Age=0 deletes', 'a=b; Max-Age=0', { expires: 0 }],
  ['a negative Max-Age deletes', 'a=b; Max-Age=-1', { expires: 0 }],
  ['Max-Age wins over Expires, before it', 'a=b; Max-Age=60; Expires=1 Jan 1999 00:00:00', { expires: NOW + 60_000 }],
  ['Max-Age wins over Expires, behind it', 'a=b; Expires=1 Jan 1999 00:00:00; Max-Age=60', { expires: NOW + 60_000 }],
  ['a Max-Age of ever so many digits is 400 days', `a=b; Max-Age=${'9'.repeat(400)}`, { expires: NOW + 400 * DAY }],
  ['a Max-Age with a plus is none', 'a=b; Max-Age=+60', {}],
  ['a Max-Age with a fraction is none', 'a=b; Max-Age=1.5', {}],
  ['a Max-Age of a dash alone is none', 'a=b; Max-Age=-', {}],
  ['an empty Max-Age is none', 'a=b; Max-Age=', {}],
  [
    'a Max-Age that is none leaves Expires',
    'a=b; Max-Age=x; Expires=1 Jan 1999 00:00:00',
    { expires: Date.UTC(1999, 0, 1) },
  ],
]

for (const [sentence, line, expected] of lines) {
  test(`a Set-Cookie line: ${sentence}`, () => {
    assert.deepEqual(parseSetCookie(line, NOW), expected === null ? null : { ...plain, ...expected })
  })
}

test('a Set-Cookie line that is too large is still told by its name', () => {
  assert.deepEqual(readSetCookie(`ticket=${'x'.repeat(5000)}`), { name: 'ticket', malformed: 'too-large' })
})

test('any text is a cookie or null, and a cookie has nothing in it that a header cannot carry', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.nat(), (line, now) => {
      const cookie = parseSetCookie(line, now)
      if (cookie === null) return
      assert.match(cookie.name, /^[\t\x20-\x3a\x3c\x3e-\x7e\x80-\xff]*$/)
      assert.match(cookie.value, /^[\t\x20-\x3a\x3c-\x7e\x80-\xff]*$/)
      assert.ok(cookie.name + cookie.value !== '')
      assert.equal(cookie.path?.[0] ?? '/', '/')
    }),
  )
})

test('a line of 100 KB is read in time linear to its length', () => {
  for (const character of [';', '=', ' ', 'x', ';=', '; Expires=']) {
    const started = performance.now()
    parseSetCookie(`a=b${character.repeat(100_000 / character.length)}`, NOW)
    assert.ok(performance.now() - started < 1000, `${JSON.stringify(character)} took too long`)
  }
})
