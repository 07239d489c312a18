import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { COOKIE_PREFIX, cookieName, deleteCookie, findCookie, setCookie, setsCookie } from './cookie.ts'

const NAME = cookieName('sid')
const SHAPE = { name: NAME, sameSite: 'Lax', partitioned: false, secure: true } as const
const NONE = { kind: 'none' }
const one = (value: string) => ({ kind: 'one', value })
const many = (...values: string[]) => ({ kind: 'many', values })

const reading: [sentence: string, header: string | undefined, expected: object][] = [
  ['no Cookie header', undefined, NONE],
  ['an empty header', '', NONE],
  ['our cookie alone', `${NAME}=abc`, one('abc')],
  ['our cookie between others', `a=1; ${NAME}=abc; b=2`, one('abc')],
  ['no space after the semicolon', `a=1;${NAME}=abc;b=2`, one('abc')],
  ['white space around a pair is trimmed', `a=1 \t;\t  ${NAME}=abc \t ; b=2`, one('abc')],
  ['an empty value', `${NAME}=`, one('')],
  ['a value with an equals sign', `${NAME}=a=b`, one('a=b')],
  ['a value in quotes keeps its quotes, and so is no token', `${NAME}="abc"`, one('"abc"')],
  ['a quoted string does not span a semicolon', `x="1; ${NAME}=abc; y=2"`, one('abc')],
  ['white space inside a pair is not repaired', `${NAME} =abc`, NONE],
  ['a value that begins with a space stays as it is', `${NAME}= abc`, one(' abc')],
  ['no equals sign', `${NAME}; a=1`, NONE],
  ['the name in another case is another name', `${NAME.toLowerCase()}=abc`, NONE],
  ['the name at the end of another name', `x${NAME}=abc`, NONE],
  ['the name at the start of another name', `${NAME}2=abc`, NONE],
  ['the name inside a value', `a=${NAME}=abc`, NONE],
  ['the name inside a value, behind a space', `a=1 ${NAME}=abc`, NONE],
  ['our cookie behind a value that holds its name', `a=${NAME}=no; ${NAME}=abc`, one('abc')],
  ['a byte that String.trim would remove is part of the name', `\xa0${NAME}=abc`, NONE],
  ['a comma separates nothing', `a=1, ${NAME}=abc`, NONE],
  ['an encoded name is another name', `${NAME.replace('_', '%5F')}=abc`, NONE],
  ['$Version means nothing', `$Version=1; ${NAME}=abc; $Path=/`, one('abc')],
  ['two cookies of our name: neither is used', `${NAME}=abc; ${NAME}=def`, many('abc', 'def')],
  ['two equal cookies of our name: neither is used', `${NAME}=abc; ${NAME}=abc`, many('abc', 'abc')],
  ['an empty second cookie of our name: neither is used', `${NAME}=abc; ${NAME}=`, many('abc', '')],
  ['two cookies without a space between them: neither is used', `${NAME}=abc;${NAME}=def`, many('abc', 'def')],
  ['two cookies far apart: neither is used', `${NAME}=abc; ${'a=1; '.repeat(500)}${NAME}=def`, many('abc', 'def')],
]

for (const [sentence, header, expected] of reading) {
  test(`R7: ${sentence}`, () => assert.deepEqual(findCookie(header, NAME), expected))
}

test('R7: the token is read from the cookie of exactly the given name', () => {
  assert.deepEqual(findCookie(`${COOKIE_PREFIX}shop=1; ${COOKIE_PREFIX}shop2=2`, cookieName('shop')), one('1'))
  assert.deepEqual(findCookie('aaaa=1; aa=2', 'aa'), one('2'))
  assert.deepEqual(findCookie('=1', ''), NONE)
})

test('R7: reading agrees with splitting at semicolons, for headers of any bytes', () => {
  const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code))
  const piece = fc.oneof(byte, fc.constantFrom('sid', 'sid=', ';', '; ', ' ', '\t', '=', '"', 'si', 'd'))
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
      (header) => {
        const values = header
          .split(';')
          .map((pair) => pair.replace(/^[ \t]+/, ''))
          .filter((pair) => pair.startsWith('sid='))
          .map((pair) => pair.slice(4).replace(/[ \t]+$/, ''))
        const expected = values.length === 0 ? NONE : values.length === 1 ? one(values[0]!) : many(...values)
        assert.deepEqual(findCookie(header, 'sid'), expected)
      },
    ),
    { numRuns: 2000 },
  )
})

test('R7: 100 KB of anything is read in linear time', () => {
  const unit = ['a', ';', ' ', '\t', '=', NAME, `${NAME}=`, `;${NAME}`, `${NAME}=a;`, '"', '_', `; ${' '.repeat(1000)}`]
  for (const text of unit) {
    const started = performance.now()
    findCookie(text.repeat(Math.ceil(100_000 / text.length)), NAME)
    const took = performance.now() - started
    assert.ok(took < 100, `${took} ms for repeated ${JSON.stringify(text.slice(0, 20))}`)
  }
})

test('R1: the name has the prefix that browsers enforce', () => {
  assert.equal(cookieName(), '__Host-Http-sid')
  assert.equal(cookieName('shop_2'), '__Host-Http-shop_2')
})

test('R1: a name that is no token is refused, with a remedy', () => {
  for (const suffix of ['', ' ', 'a b', 'a;b', 'a=b', 'a,b', 'a"b', 'ä', 'a\n', 'a\0', '(a)', 'a/b']) {
    assert.throws(() => cookieName(suffix), { name: 'TypeError', message: /cookie's name.*such as 'sid'/ }, suffix)
  }
})

test('R1: the cookie is host-only, Secure, HttpOnly, Lax, and ends with the browser', () => {
  assert.equal(setCookie(SHAPE, 'abc'), '__Host-Http-sid=abc; Path=/; Secure; HttpOnly; SameSite=Lax')
})

test('R1: only "remember me" gives it an end', () => {
  const line = setCookie(SHAPE, 'abc', new Date(Date.UTC(2027, 0, 2, 3, 4, 5)))
  assert.equal(
    line,
    '__Host-Http-sid=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Expires=Sat, 02 Jan 2027 03:04:05 GMT',
  )
})

test('R1: embedded gives SameSite=None; Partitioned', () => {
  const embedded = { ...SHAPE, sameSite: 'None', partitioned: true } as const
  assert.equal(setCookie(embedded, 'abc'), '__Host-Http-sid=abc; Path=/; Secure; HttpOnly; SameSite=None; Partitioned')
})

test('R1: a deletion repeats every attribute', () => {
  for (const sameSite of ['Lax', 'None'] as const) {
    for (const partitioned of [false, true]) {
      const shape = { ...SHAPE, sameSite, partitioned }
      const deletion = deleteCookie(shape)
      assert.ok(deletion.startsWith(setCookie(shape, '')), deletion)
      assert.ok(deletion.endsWith('; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT'), deletion)
    }
  }
})

test('R5: the plain tier has its own name and no Secure', () => {
  const plain = { ...SHAPE, name: 'sid-plain', secure: false }
  assert.equal(setCookie(plain, 'abc'), 'sid-plain=abc; Path=/; HttpOnly; SameSite=Lax')
  assert.ok(deleteCookie(plain).startsWith('sid-plain=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0'))
})

test('R1: what a browser would drop without a word is an error', () => {
  const plain = { ...SHAPE, name: 'plain', secure: false }
  const shapes = [
    { ...SHAPE, secure: false },
    { ...plain, name: '__HOST-x' },
    { ...plain, name: '__secure-x' },
    { ...plain, sameSite: 'None' as const },
    { ...plain, partitioned: true },
    { ...SHAPE, name: 'a b' },
    { ...SHAPE, name: '' },
  ]
  for (const shape of shapes) {
    assert.throws(() => setCookie(shape, 'abc'), TypeError, JSON.stringify(shape))
    assert.throws(() => deleteCookie(shape), TypeError, JSON.stringify(shape))
  }
  for (const date of [new Date(Number.NaN), new Date(8.64e15), new Date(-1)]) {
    assert.throws(() => setCookie(SHAPE, 'abc', date), TypeError)
  }
})

test('R1: a value cannot add an attribute or a header, and the error does not repeat it', () => {
  for (const bad of ['a; Domain=evil.test', 'a\r\nSet-Cookie: b=c', 'a b', 'a,b', 'a"b', 'a\\b', 'ä', 'a\0', 'a\x7f']) {
    assert.throws(
      () => setCookie(SHAPE, bad),
      (error: Error) => error instanceof TypeError && !error.message.includes(bad),
    )
  }
})

test('R7: what is written is read back', () => {
  fc.assert(
    fc.property(
      fc.base64String().map((text) => text.replaceAll('+', '-')),
      (value) => {
        const pair = setCookie(SHAPE, value).split(';')[0]
        assert.deepEqual(findCookie(`a=1; ${pair}; b=2`, NAME), one(value))
      },
    ),
  )
})

const setting: [sentence: string, line: string, expected: boolean][] = [
  ['our line', setCookie(SHAPE, 'abc'), true],
  ['our deletion', deleteCookie(SHAPE), true],
  ['white space that browsers remove', ` \t${NAME} \t= abc`, true],
  ['another name', 'sid=abc', false],
  ['a longer name', `${NAME}2=abc`, false],
  ['another case', `${NAME.toLowerCase()}=abc`, false],
  ['a nameless cookie whose value looks like ours', `=${NAME}=abc`, false],
  ['no equals sign before the first semicolon', `${NAME}; Path=/`, false],
  ['our name in an attribute', `a=b; ${NAME}=abc`, false],
  ['an empty line', '', false],
]

for (const [sentence, line, expected] of setting) {
  test(`R1: an earlier Set-Cookie of ours is recognised: ${sentence}`, () => {
    assert.equal(setsCookie(line, NAME), expected)
  })
}
