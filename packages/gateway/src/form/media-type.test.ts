import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseMediaType } from './media-type.ts'

const rows: [header: string, type: string | null, parameters?: Record<string, string>][] = [
  ['text/html', 'text/html', {}],
  ['Text/HTML ; Charset="UTF-8"', 'text/html', { charset: 'UTF-8' }],
  ["multipart/form-data; boundary=--x'()+_,-./:=?", null],
  ['multipart/form-data; boundary=--x()+_-./:=?', 'multipart/form-data', { boundary: '--x()+_-./:=?' }],
  ['application/json;', 'application/json', {}],
  ['text/plain; a=1; A=2', null],
  ['text/plain; a="x', null],
  ['text/plain; a="\\x"', null],
  ['text/plain, text/html', null],
  ['text', null],
  ['', null],
]

for (const [header, type, parameters] of rows) {
  test(`G1: a Content-Type says one thing or none: ${header}`, () => {
    const media = parseMediaType(header)
    assert.equal(media?.type ?? null, type)
    if (media !== null) assert.deepEqual(Object.fromEntries(media.parameters), parameters)
  })
}

test('G1: a Content-Type of any characters gets an answer', () => {
  const pieces = fc.array(fc.oneof(fc.constantFrom('a/b', ';', '=', '"', ' ', 'c', ','), fc.string()))
  fc.assert(fc.property(pieces, (parts) => void parseMediaType(parts.join(''))))
})
