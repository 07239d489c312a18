import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { WrittenIds } from './written.ts'

const ids = new WrittenIds({
  parameters: ['PHPSESSID', 'CFID', 'CFTOKEN'],
  pathParameters: ['jsessionid'],
  cookieless: true,
})

const removed: [sentence: string, before: string, after: string][] = [
  ['the only parameter', '<a href="/a?PHPSESSID=abc">', '<a href="/a">'],
  ['the only one, before a fragment', '/a?PHPSESSID=abc#top', '/a#top'],
  ['the first of two', '/a?PHPSESSID=abc&amp;b=1', '/a?b=1'],
  ['the first of two, in a script', "'/a?PHPSESSID=abc&b=1'", "'/a?b=1'"],
  ['the last of two', '/a?b=1&amp;PHPSESSID=abc"', '/a?b=1"'],
  ['one in the middle', '/a?b=1&PHPSESSID=abc&c=2', '/a?b=1&c=2'],
  ['one behind a number for an ampersand', '/a?b=1&#38;PHPSESSID=abc&#038;c=2', '/a?b=1&#038;c=2'],
  ['two in a row', '/a?CFID=12&CFTOKEN=34-ab&c=2', '/a?c=2'],
  ['two, and nothing else', '/a?CFID=12&amp;CFTOKEN=34-ab"', '/a"'],
  ['in an address inside another', '/a?next=%2Fb%3FPHPSESSID%3Dabc%26c%3D1&d', '/a?next=%2Fb%3Fc%3D1&d'],
  ['a path parameter', '<a href=/a;jsessionid=0AF.node1?b=1>', '<a href=/a?b=1>'],
  ['a path parameter in capitals', '/a;JSESSIONID=0AF!123!-4;b=1"', '/a;b=1"'],
  ['a path parameter in an address inside another', '/a?next=%2Fb%3Bjsessionid%3D0AF%3Fc', '/a?next=%2Fb%3Fc'],
  ['a cookieless segment', 'href="/app/(S(lit3py55t21z5v55vlm25s55))/a.aspx"', 'href="/app/a.aspx"'],
  ['a cookieless segment inside another address', '?ReturnUrl=%2f(A(x)F(y))%2fa.aspx', '?ReturnUrl=%2fa.aspx'],
  ['a hidden field', '<form><input type="hidden" name="PHPSESSID" value="abc" /><p>', '<form><p>'],
  ['a hidden field written otherwise', "<INPUT value=abc name='PHPSESSID'\ntype=hidden><p>", '<p>'],
]

const kept: [sentence: string, text: string][] = [
  ['other parameters', '/a?phpsess=1&b=PHPSESSID&PHPSESSIDx=1&xPHPSESSID=2'],
  ['other fields', '<input type="text" name="PHPSESSID"><input type=hidden name=x value=PHPSESSID>'],
  ['a name without value', '/a?PHPSESSID=&b=1" ;jsessionid "'],
  ['a script', 'if (a&&PHPSESSID==b) c?PHPSESSID=get(x):0; x;jsessionid=list[1]'],
  ['prose', 'Write PHPSESSID=abc, or jsessionid=abc, (S(x)) and and/or (maybe) /(1)/'],
  ['a value that is too long for an id', `/a?PHPSESSID=${'x'.repeat(2000)}"`],
  ['a tag that does not end', `<input type="hidden" name="PHPSESSID" value="${'x'.repeat(5000)}`],
  ['bytes that are no text', '\x00\xff&\xe4?\x80;'],
]

for (const [sentence, before, after] of removed) {
  test(`G2: an id in what the application writes is removed: ${sentence}`, () => {
    assert.equal(ids.removedFrom(before), after)
    assert.deepEqual(filtered([before]), { text: after, found: true })
  })
}

for (const [sentence, text] of kept) {
  test(`G2: what is no id stays: ${sentence}`, () => {
    assert.equal(ids.removedFrom(text), text)
    assert.deepEqual(filtered([text]), { text, found: false })
  })
}

const piece = fc.oneof(
  fc.constantFrom(...removed.map(([, before]) => before), ...kept.slice(0, 5).map(([, text]) => text)),
  fc.constantFrom(
    '?',
    '&',
    '&amp;',
    ';',
    '%3F',
    '%3B',
    '/(',
    'S(',
    '))/',
    'PHPSESSID',
    'CFID',
    '=',
    '%3D',
    'abc',
    '<input',
  ),
  fc.constantFrom(' type="hidden"', ' name="PHPSESSID"', '>', '"', "'", '/', '%', '\n', '\xe4'),
)

test('G2: a page is the same whatever the parts in which it comes', () => {
  const page = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''))
  const cuts = fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(page, cuts, (text, lengths) => {
      const parts: string[] = []
      for (let at = 0, i = 0; at < text.length; i++) {
        const length = (lengths[i % lengths.length] as number) + (i % lengths.length === 0 ? 1 : 0)
        parts.push(text.slice(at, at + length))
        at += length
      }
      assert.deepEqual(filtered(parts), filtered([text]))
      assert.equal(filtered([text]).text, ids.removedFrom(text))
    }),
    { numRuns: 2000 },
  )
})

test('G2: bytes without marks pass as they came, every part at once', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (parts) => {
      const filter = ids.filter()
      const text = Buffer.concat(parts)
      if (ids.removedFrom(text.toString('latin1')) !== text.toString('latin1')) return
      const out = [...parts.map((part) => filter.push(Buffer.from(part))), filter.end()]
      assert.deepEqual(Buffer.concat(out), text)
      assert.equal(filter.found, false)
    }),
  )
  const filter = ids.filter()
  const part = Buffer.from('<p>A page that is shown as it is made</p>')
  assert.equal(filter.push(part), part)
})

test('G2: a page of marks alone holds nobody else up', () => {
  // Of the processor's time, which other programs do not lengthen.
  const before = process.cpuUsage()
  for (const part of [
    '?PHPSESSID=',
    '&PHPSESSID=a',
    '?CFID=1&',
    '<input ',
    '<input "',
    '/(S(',
    ';jsessionid=%',
    '&amp;',
    '/(',
  ]) {
    const filter = ids.filter()
    const chunk = Buffer.from(part.repeat(2 ** 16 / part.length), 'latin1')
    for (let i = 0; i < 8; i++) filter.push(chunk)
    filter.end()
  }
  const { user } = process.cpuUsage(before)
  assert.ok(user < 4_000_000, `${user} µs`)
})

function filtered(parts: readonly string[]): { text: string; found: boolean } {
  const filter = ids.filter()
  const out = [...parts.map((part) => filter.push(Buffer.from(part, 'latin1'))), filter.end()]
  return { text: Buffer.concat(out).toString('latin1'), found: filter.found }
}
