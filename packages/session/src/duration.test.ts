import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type Duration, milliseconds } from './duration.ts'

const good: [sentence: string, duration: Duration, expected: number][] = [
  ['a number is seconds', 90, 90_000],
  ['nothing is nothing', 0, 0],
  ['seconds', '90s', 90_000],
  ['minutes', '30m', 1_800_000],
  ['hours', '12h', 43_200_000],
  ['days', '180d', 15_552_000_000],
  ['a fraction of a unit', '1.5h', 5_400_000],
  ['a fraction of a second', 0.25, 250],
  ['a fraction that binary numbers cannot hold', 1.001, 1001],
  ['a sum that binary numbers cannot hold', 0.1 + 0.2, 300],
  ['one millisecond', '0.001s', 1],
  ['100 years', '36525d', 3_155_760_000_000],
]

for (const [sentence, duration, expected] of good) {
  test(`E5: ${sentence}: ${duration}`, () => assert.equal(milliseconds(duration, 'idle'), expected))
}

const bad: [sentence: string, duration: unknown, problem: RegExp][] = [
  ['a negative number', -1, /idle: -1 is negative/],
  ['a negative string', '-5m', /idle: "-5m" is negative/],
  ['not a number', Number.NaN, /idle: NaN is not a duration/],
  ['infinity', Number.POSITIVE_INFINITY, /idle: Infinity is longer than 100 years/],
  ['minus infinity', Number.NEGATIVE_INFINITY, /is negative/],
  ['more than 100 years', '36526d', /is longer than 100 years/],
  ['a fraction of a millisecond', 0.0005, /has fractions of a millisecond/],
  ['a tiny fraction', 5e-324, /has fractions of a millisecond/],
  ['a third of a second', '0.3333s', /has fractions of a millisecond/],
  ['milliseconds', '500ms', /idle: "500ms" is not a duration/],
  ['a digit string without a unit', '90', /is not a duration/],
  ['a unit without a number', 'm', /is not a duration/],
  ['a unit nobody knows', '3w', /is not a duration/],
  ['a capital', '30M', /is not a duration/],
  ['a space', '30 m', /is not a duration/],
  ['an exponent', '1e3s', /is not a duration/],
  ['hexadecimal', '0x10s', /is not a duration/],
  ['two units', '1h30m', /is not a duration/],
  ['a line break', '30m\n', /is not a duration/],
  ['a name that objects inherit', '1constructor', /is not a duration/],
  ['nothing at all', undefined, /idle: undefined is not a duration/],
  ['null', null, /is not a duration/],
  ['true', true, /is not a duration/],
  ['an object', {}, /is not a duration/],
  ['an object without a prototype', Object.create(null), /is not a duration/],
  ['an empty string', '', /is not a duration/],
]

for (const [sentence, duration, problem] of bad) {
  test(`E5: a duration cannot be ${sentence}`, () => {
    assert.throws(
      () => milliseconds(duration as Duration, 'idle'),
      (error: Error) =>
        error instanceof TypeError && problem.test(error.message) && /write seconds.*'30m'/.test(error.message),
    )
  })
}

test('E5: an endless string is quoted in part', () => {
  assert.throws(
    () => milliseconds('9'.repeat(100_000) as Duration, 'idle'),
    (error: Error) => error.message.length < 200,
  )
})

test('E5: every whole number of milliseconds can be said in seconds, and is exact', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3_155_760_000_000 }), (ms) => {
      assert.equal(milliseconds(ms / 1000, 'idle'), ms)
      assert.equal(
        milliseconds(`${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}s` as Duration, 'idle'),
        ms,
      )
    }),
  )
})
