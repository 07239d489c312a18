// Whom a multipart form names.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FieldName } from './field-name.ts'
import { multipartFields } from './multipart.ts'
import { nameIn } from './user-name.ts'

const field = (head: string, value: string) => `--b\r\n${head}\r\n\r\n${value}\r\n`
const named = (name: string, value: string) => field(`Content-Disposition: form-data; name="${name}"`, value)
const read = async (text: string, name = 'user') =>
  nameIn(await multipartFields(Buffer.from(text, 'latin1'), 'b', new FieldName(name)))

const ALICE = named('user', 'alice')
const END = '--b--\r\n'

const names: [sentence: string, text: string, expected: string, field?: string][] = [
  ['among others', named('a', '1') + ALICE + named('b', '2') + END, 'alice'],
  ['no line break at the end', `${ALICE}--b--`, 'alice'],
  [
    'a name without quotes, as .NET writes it',
    field('Content-Disposition: form-data; name=user', 'alice') + END,
    'alice',
  ],
  ['another case', named('USER', 'alice') + END, 'alice'],
  ['UTF-8', named('user', 'Zo\xc3\xab') + END, 'Zo\xeb'],
  ['Latin-1', named('user', 'Zo\xeb') + END, 'Zo\xeb'],
  [
    'a type',
    field('Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name="user"', 'alice') + END,
    'alice',
  ],
  [
    'a file beside it',
    `${field('Content-Disposition: form-data; name="f"; filename="x"', '--x\r\n')}${ALICE}${END}`,
    'alice',
  ],
  ['brackets', named('user[email]', 'alice') + END, 'alice', 'user[email]'],
  ['the end of a name', named('ctl00$UserName', 'alice') + END, 'alice', '*$UserName'],
]

for (const [sentence, text, user, name] of names) {
  test(`G1: a multipart form names its user: ${sentence}`, async () => {
    assert.deepEqual(await read(text, name), { user })
  })
}

const nobody: [sentence: string, text: string, why: string][] = [
  ['no such field', named('a', 'alice') + END, 'absent'],
  ['no field at all', END, 'absent'],
  ['more than a thousand parts', named('a', '1').repeat(1000) + ALICE + END, 'too-long'],
  ['an empty field', named('user', '') + END, 'empty'],
  ['two values', named('user', 'bob') + ALICE + END, 'ambiguous'],
  ['two values in two spellings', named('User', 'bob') + ALICE + END, 'ambiguous'],
  ['a file', field('Content-Disposition: form-data; name="user"; filename="x"', 'alice') + END, 'ambiguous'],
  [
    'a coded part',
    field('Content-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name="user"', 'YQ==') + END,
    'ambiguous',
  ],
  [
    'a charset that is not read',
    field('Content-Type: text/plain; charset=utf-7\r\nContent-Disposition: form-data; name="user"', 'a') + END,
    'ambiguous',
  ],
  [
    'a part that has two names',
    field('Content-Disposition: form-data; name="user"; name="a"', 'alice') + END,
    'malformed',
  ],
  ['a coded name', field("Content-Disposition: form-data; name*=utf-8''user", 'alice') + END, 'malformed'],
  [
    'two heads',
    field('Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="user"', 'alice') + END,
    'malformed',
  ],
  ['a head without disposition', field('Content-Type: text/plain', 'alice') + END, 'malformed'],
  ['a head that does not end', `--b\r\nContent-Disposition: form-data; name="user"\r\n--b--\r\n`, 'malformed'],
  ['no end', ALICE, 'malformed'],
  ['another boundary', ALICE.replaceAll('--b', '--c') + END.replace('--b', '--c'), 'malformed'],
  ['a longer boundary', ALICE.replaceAll('--b', '--bb') + END, 'malformed'],
  ['nothing', '', 'malformed'],
  ['a name in single quotes', ALICE + field("Content-Disposition: form-data; name='user'", 'bob') + END, 'malformed'],
  ['a part behind the end', ALICE + END + named('user', 'bob') + END, 'malformed'],
  ['a boundary between bare line feeds', ALICE + named('a', '\n--b\n') + END, 'malformed'],
  ['text before the first part', `x\r\n${ALICE}${END}`, 'malformed'],
]

for (const [sentence, text, why] of nobody) {
  test(`G1: a multipart form names nobody: ${sentence}`, async () => {
    assert.deepEqual(await read(text), { user: null, why })
  })
}

test('G1: what FormData writes is read as it was typed', async () => {
  const typed = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(typed, fc.string(), async (user, other) => {
      fc.pre(user.trim() !== '' && !/\p{Cc}/u.test(user.trim()) && user.isWellFormed())
      const form = new FormData()
      form.append('x', other)
      form.append('user', user)
      form.append('file', new Blob([other]), 'a"b.txt')
      const { headers, ...answer } = await encoded(form)
      const boundary = /boundary=(.*)$/.exec(headers)![1]!
      const name = nameIn(await multipartFields(answer.body, boundary, new FieldName('user')))
      assert.deepEqual(name, { user: user.normalize('NFC').trim() })
    }),
  )
})

async function encoded(form: FormData): Promise<{ headers: string; body: Buffer }> {
  const response = new Response(form)
  return { headers: response.headers.get('content-type')!, body: Buffer.from(await response.arrayBuffer()) }
}

test('G1: any bytes get an answer, and soon', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '--b',
      '\r\n',
      '--',
      '\n',
      '\r',
      'Content-Disposition: form-data; name="user"',
      ':',
      '"',
      ALICE,
      END,
    ),
    fc.string(),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (parts) => {
      await read(parts.join(''))
    }),
    { numRuns: 2000, timeout: 1000 },
  )
})
