import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { withoutIdParts } from './multipart.ts'
import { ParameterNames } from './parameters.ts'

const names = new ParameterNames(['PHPSESSID', 'session_id'])

const part = (header: string, value = 'x') => `--b\r\n${header}\r\n\r\n${value}\r\n--b--\r\n`

const refused: [string, string][] = [
  ['quoted', part('Content-Disposition: form-data; name="PHPSESSID"')],
  ['bare', part('Content-Disposition: form-data; name=PHPSESSID')],
  ['in single quotes, as PHP takes it', part("Content-Disposition: form-data; name='PHPSESSID'")],
  ['in another case', part('CONTENT-DISPOSITION:form-data;NAME="phpsessid"')],
  ['as an array', part('Content-Disposition: form-data; name="PHPSESSID[]"')],
  ['as PHP mends a name', part('Content-Disposition: form-data; name="session.id"')],
  ['with an escape', part('Content-Disposition: form-data; name="PHPSESS\\ID"')],
  ['escaped', part("Content-Disposition: form-data; name*=utf-8''PHP%53ESSID")],
  ['the later of two', part('Content-Disposition: form-data; name="a"; name="PHPSESSID"')],
  ['as a file', part('Content-Disposition: form-data; name="PHPSESSID"; filename="x"')],
  ['on a line of its own', part('Content-Disposition: form-data;\r\n name="PHPSESSID"')],
  ['behind line feeds alone', '--b\nContent-Disposition: form-data; name="PHPSESSID"\n\nx'],
  [
    'behind a boundary that only some see',
    part('Content-Disposition: form-data; name="a"', '--c\r\ncontent-disposition: form-data; name=PHPSESSID\r\n\r\nx'),
  ],
  ['behind space', part(' \tContent-Disposition: form-data; name="PHPSESSID"')],
  [
    'in a folded line, behind a quote that swallows it',
    part('Content-Disposition: form-data; name="a\r\n Content-Disposition: form-data; name="PHPSESSID"'),
  ],
  ['or too many folded lines to read', part(`a\r\n${'Content-Disposition: form-data; name="b"\r\n '.repeat(20)}`)],
  ['in a header that the end cuts off', '--b\r\nContent-Disposition: form-data; name="PHPSESSID"'],
  ['in a header without end', `--b\r\nContent-Disposition: form-data; x="${'x'.repeat(9000)}`],
]

for (const [sentence, body] of refused) {
  test(`G2: a multipart form with an id is refused, and the id goes no further: ${sentence}`, async () => {
    for (const size of [1, 7, body.length]) {
      const sent: Buffer[] = []
      await assert.rejects(
        async () => {
          for await (const chunk of withoutIdParts(cut(body, size), names)) sent.push(chunk)
        },
        { status: 400 },
      )
      assert.doesNotMatch(Buffer.concat(sent).toString(), /phpsess|session.id/i)
    }
  })
}

const header = fc.constantFrom(
  'Content-Disposition: form-data; name="a"\r\n',
  'Content-Disposition: form-data; name="file"; filename="PHPSESSID.txt"\r\n',
  'content-disposition',
  'Content-Dis',
  'position: name=b\r\n',
  'PHPSESSID=1&',
  '\r\n',
  'name="PHPSESSID"',
  '\r\n\r\n',
  '\xff\x00',
)

test('G2: every other multipart form passes byte for byte, whatever the parts in which it comes', async () => {
  const files = fc.array(header, { maxLength: 12 }).map((pieces) => pieces.join('\r\n'))
  await fc.assert(
    fc.asyncProperty(files, fc.integer({ min: 1, max: 40 }), async (text, size) => {
      const whole = await read(text, text.length || 1)
      assert.equal(await read(text, size), whole)
      if (whole !== null) assert.equal(whole, text)
    }),
  )
})

test('G2: a script that writes forms may be uploaded, however long its one line is', async () => {
  const script = `f('${'Content-Disposition: form-data; name="PHPSESSID"\\r\\n'.repeat(500)}')`
  const form = part('Content-Disposition: form-data; name="a"; filename="app.min.js"', script)
  for (const size of [1000, form.length]) assert.equal(await read(form, size), form)
})

async function read(text: string, size: number): Promise<string | null> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of withoutIdParts(cut(text, size), names)) chunks.push(chunk)
  } catch {
    return null
  }
  return Buffer.concat(chunks).toString('latin1')
}

async function* cut(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text, 'latin1')
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
