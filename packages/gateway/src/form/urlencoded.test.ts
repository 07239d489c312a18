// Whom an urlencoded form names, as every server would read it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FieldName } from './field-name.ts'
import { type FormReading, urlencodedFields } from './urlencoded.ts'
import { nameIn } from './user-name.ts'

const plain: FormReading = { charset: 'utf-8', wideEscapes: false }
const aspnet: FormReading = { charset: 'utf-8', wideEscapes: true }

type Row = [sentence: string, field: string, text: string, expected: string, reading?: FormReading]

const names: Row[] = [
  ['a plain field', 'user', 'a=1&user=alice&b=2', 'alice'],
  ['escapes and plus signs', 'user', 'us%65r=al+ice%2B', 'al ice+'],
  ['another case of the field', 'User', 'USER=alice', 'alice'],
  ['a field that servers fold to it', 'user', '%00x=1&+user=alice', 'alice'],
  ['%u escapes in the name of the field', 'User', '%u0055ser=alice', 'alice'],
  ['%u escapes in the value, where ASP.NET reads it', 'user', 'user=Zo%u00eb', 'Zo\xeb', aspnet],
  ['the same value twice', 'user', 'user=alice&User=alice', 'alice'],
  ['UTF-8', 'user', 'user=Zo%C3%AB', 'Zo\xeb'],
  ['an apostrophe of windows-1252', 'user', 'user=O%92Neill', 'O\u2019Neill'],
  ['Latin-1 that is no UTF-8', 'user', 'user=Zo%EB', 'Zo\xeb'],
  ['declared Latin-1 that would be UTF-8', 'user', 'user=%C3%AB', '\xc3\xab', { ...plain, charset: 'latin1' }],
  ['one form of the name', 'user', 'user=+Zoe%CC%88+', 'Zo\xeb'],
  ['the end of a name', '*$UserName', 'ctl00%24Main%24Login1%24UserName=alice&Password=x', 'alice'],
  ['two logins on a page, one of them empty', '*$UserName', 'a$UserName=&b$UserName=alice', 'alice'],
  ['a name in brackets', 'user[email]', 'user%5Bemail%5D=a%40b&user[password]=x', 'a@b'],
]

for (const [sentence, field, text, expected, reading = plain] of names) {
  test(`G1: a form names its user: ${sentence}`, () => {
    assert.deepEqual(nameIn(urlencodedFields(text, new FieldName(field), reading)), { user: expected })
  })
}

const nobody: Row[] = [
  ['no such field', 'user', 'a=1', 'absent'],
  ['a field that only begins so', 'user', 'username=alice', 'absent'],
  ['an empty field', 'user', 'user=', 'empty'],
  ['a field of white space', 'user', 'user=++', 'empty'],
  ['two values', 'user', 'user=bob&user=alice', 'ambiguous'],
  ['two values, one empty', 'user', 'user=&user=alice', 'ambiguous'],
  ['two values in two spellings', 'user', 'user=bob&USER=alice', 'ambiguous'],
  ['two values, one behind NUL', 'user', 'user=bob&user%00x=alice', 'ambiguous'],
  ['a value beside a list', 'user', 'user=bob&user[]=alice', 'ambiguous'],
  ['a value behind a semicolon', 'user', 'user=bob&x=1;user=alice', 'ambiguous'],
  ['a semicolon in the value', 'user', 'user=alice;x', 'ambiguous'],
  ['two logins on a page', '*$UserName', 'a$UserName=bob&b$UserName=alice', 'ambiguous'],
  ['a long s, which Go folds', 'user', 'user=bob&u%C5%BFer=alice', 'ambiguous'],
  ['a broken escape', 'user', 'user=al%zzice', 'ambiguous'],
  ['%u escapes where nobody knows the server', 'user', 'user=%u0061lice', 'ambiguous'],
  ['NUL', 'user', 'user=alice%00', 'improper'],
  ['a line break', 'user', 'user=al%0Aice', 'improper'],
  ['half a character', 'user', 'user=%ud800', 'improper', aspnet],
  ['513 characters', 'user', `user=${'a'.repeat(513)}`, 'improper'],
]

for (const [sentence, field, text, why, reading = plain] of nobody) {
  test(`G1: a form names nobody: ${sentence}`, () => {
    assert.deepEqual(nameIn(urlencodedFields(text, new FieldName(field), reading)), { user: null, why })
  })
}

test('G1: what a browser writes is read as it was typed', () => {
  const typed = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(typed, fc.string(), fc.boolean(), (user, other, wideEscapes) => {
      fc.pre(user.trim() !== '' && !/\p{Cc}/u.test(user.trim()) && user.isWellFormed())
      const text = new URLSearchParams({ x: other, user, y: other }).toString()
      const name = nameIn(urlencodedFields(text, new FieldName('user'), { charset: 'utf-8', wideEscapes }))
      assert.deepEqual(name, { user: user.normalize('NFC').trim() })
    }),
  )
})

test('G1: any bytes, for any field, get an answer', () => {
  const pieces = fc.array(fc.oneof(fc.constantFrom('user', '=', '&', ';', '%u', '%', '+', '[', '\0'), fc.string()))
  fc.assert(
    fc.property(pieces, fc.string({ minLength: 1 }), fc.boolean(), (parts, field, wideEscapes) => {
      const text = Buffer.from(parts.join('')).toString('latin1')
      for (const each of ['user', '*er', field]) {
        const name = nameIn(urlencodedFields(text, new FieldName(each), { charset: 'utf-8', wideEscapes }))
        assert(name.user === null || name.user.length > 0)
      }
    }),
  )
})
