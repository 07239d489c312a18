import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { predictNext } from './tokens.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('the next token is named', () => {
  const cases: [sentence: string, samples: string[], next: string][] = [
    ['for a plain counter', ['981249305', '981249306', '981249307'], '981249308'],
    ['for a counter with leading zeros in a text', ['sid-0098-x', 'sid-0099-x'], 'sid-0100-x'],
    ['for a counter in base64', [base64('user:41'), base64('user:42')], base64('user:43')],
    ['for a counter in hex text', ['73313039', '73313130'], '73313131'],
    ['for a hexadecimal counter', ['00ffaafe', '00ffaaff'], '00ffab00'],
    ['for a counter in letters', ['AAAZY', 'AAAZZ'], 'AABAA'],
  ]
  for (const [sentence, samples, next] of cases) {
    it(sentence, () => assert.equal(predictNext(samples, 1)?.next[0], next))
  }

  it('for random tokens it is not', () => {
    for (let i = 0; i < 200; i++) {
      const samples = Array.from({ length: 5 }, () => randomBytes(32))
      assert.equal(
        predictNext(
          samples.map((bytes) => bytes.toString('base64url')),
          1,
        ),
        undefined,
      )
      assert.equal(
        predictNext(
          samples.map((bytes) => bytes.toString('hex')),
          1,
        ),
        undefined,
      )
    }
  })
})
