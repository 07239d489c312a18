import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { closeFrame, FrameBoundary } from './websocket-frames.ts'

/** A frame with a payload of this length, its length written in the shortest form, or in a longer one. */
function frame(length: number, masked: boolean, form: 0 | 2 | 8): Buffer {
  const mask = masked ? 0x80 : 0
  const size = form === 8 || length > 0xffff ? 8 : form === 2 || length > 125 ? 2 : 0
  const header = Buffer.alloc(2 + size + (masked ? 4 : 0))
  header[0] = 0x82
  header[1] = mask | (size === 8 ? 127 : size === 2 ? 126 : length)
  if (size === 8) header.writeBigUInt64BE(BigInt(length), 2)
  else if (size === 2) header.writeUInt16BE(length, 2)
  return Buffer.concat([header, Buffer.alloc(length, 0x88)])
}

const frames = fc.array(
  fc.tuple(fc.oneof(fc.nat(200), fc.nat(70_000)), fc.boolean(), fc.constantFrom(0 as const, 2 as const, 8 as const)),
  { minLength: 1, maxLength: 6 },
)

test('however frames are cut into parts, the end of each is seen, and no other place is taken for one', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }), (given, cuts) => {
      const all = given.map((one) => frame(...one))
      const ends = new Set<number>([0])
      let length = 0
      for (const one of all) {
        length += one.length
        ends.add(length)
      }
      const bytes = Buffer.concat(all)
      const boundary = new FrameBoundary()
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const part = bytes.subarray(at, at + cuts[i % cuts.length]!)
        boundary.pass(part)
        at += part.length
        assert.equal(boundary.isWhole, ends.has(at))
      }
    }),
  )
})

test('a close frame is whole, and says why', () => {
  const boundary = new FrameBoundary()
  const bytes = closeFrame(1008, 'session ended')
  boundary.pass(bytes)
  assert.ok(boundary.isWhole)
  assert.equal(bytes.toString('latin1'), '\x88\x0f\x03\xf0session ended')
})
