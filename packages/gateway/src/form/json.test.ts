// Whom a JSON body names.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FieldName } from './field-name.ts'
import { jsonFields } from './json.ts'
import { nameIn } from './user-name.ts'

const read = (text: string, field: string) => nameIn(jsonFields(Buffer.from(text), new FieldName(field)))

const names: [sentence: string, field: string, text: string, expected: string][] = [
  ['a key', 'user', '{"a":{"user":"bob"},"user":"alice"}', 'alice'],
  ['a dotted path', 'credentials.email', ' { "credentials" : { "x": [1,{"email":"b"}], "email" : "a@b" } } ', 'a@b'],
  ['a pointer', '/credentials/e~1mail', '{"credentials":{"e/mail":"alice"}}', 'alice'],
  ['a place in a list', '/0/user', '[{"user":"alice"},{"user":"bob"}]', 'alice'],
  ['the brackets of a form', 'user[email]', '{"user":{"email":"alice"}}', 'alice'],
  ['an escaped key', 'user', '{"us\\u0065r":"\\u0061lice"}', 'alice'],
  ['another case', 'user', '{"User":"alice"}', 'alice'],
  ['a number', 'user', '{"user":12345}', '12345'],
  ['signs in texts', 'user', '{"x":"{\\"user\\":\\"bob\\",","user":"a]{\\\\"}', 'a]{\\'],
]

for (const [sentence, field, text, user] of names) {
  test(`G1: a JSON body names its user: ${sentence}`, () => assert.deepEqual(read(text, field), { user }))
}

const nobody: [sentence: string, field: string, text: string, why: string][] = [
  ['no such key', 'user', '{"a":{"user":"bob"}}', 'absent'],
  ['null', 'user', '{"user":null}', 'absent'],
  ['a value instead of an object', 'user.email', '{"user":"alice"}', 'absent'],
  ['a text alone', 'user', '"user"', 'absent'],
  ['a suffix, of which JSON has none', '*user', '{"user":"alice"}', 'absent'],
  ['an empty text', 'user', '{"user":""}', 'empty'],
  ['a key twice', 'user', '{"user":"bob","user":"alice"}', 'ambiguous'],
  ['a key twice with one value', 'user', '{"user":"bob","user":"bob"}', 'ambiguous'],
  ['a key in two cases', 'user', '{"user":"bob","USER":"alice"}', 'ambiguous'],
  ['a key in two spellings', 'user', '{"user":"bob","\\u0075ser":"alice"}', 'ambiguous'],
  ['the way there twice', 'a.user', '{"a":{"user":"bob"},"a":{"user":"alice"}}', 'ambiguous'],
  ['the way there twice, once elsewhere', 'a.user', '{"a":{"user":"bob"},"A":1}', 'ambiguous'],
  ['an object', 'user', '{"user":{"$ne":null}}', 'improper'],
  ['a list', 'user', '{"user":["alice"]}', 'improper'],
  ['true', 'user', '{"user":true}', 'improper'],
  ['a number of several readings', 'user', '{"user":1e3}', 'improper'],
  ['half a character', 'user', '{"user":"\\ud800"}', 'improper'],
  ['no JSON', 'user', "{'user':'alice'}", 'malformed'],
  ['something behind it', 'user', '{"user":"alice"} {}', 'malformed'],
  ['nothing', 'user', '', 'malformed'],
]

for (const [sentence, field, text, why] of nobody) {
  test(`G1: a JSON body names nobody: ${sentence}`, () => assert.deepEqual(read(text, field), { user: null, why }))
}

test('G1: a JSON body that is not UTF-8 names nobody', () => {
  const bytes = Buffer.from('{"user":"Zo\xeb"}', 'latin1')
  assert.deepEqual(nameIn(jsonFields(bytes, new FieldName('user'))), { user: null, why: 'malformed' })
})

test('G1: any JSON is read as JSON.parse reads it, and any bytes get an answer', () => {
  const value = fc.jsonValue({ maxDepth: 3 })
  fc.assert(
    fc.property(value, fc.stringMatching(/^[a-z@.]{1,20}$/), fc.constantFrom(0, 1, '\t'), (other, user, space) => {
      const text = JSON.stringify({ other, in: { other, user }, more: other }, null, space)
      assert.deepEqual(read(text, 'in.user'), { user })
    }),
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((json) => Buffer.from(json)),
      ),
      fc.string(),
      (bytes, field) => {
        nameIn(jsonFields(Buffer.from(bytes), new FieldName(field || 'user')))
      },
    ),
  )
})
