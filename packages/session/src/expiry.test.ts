import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BRIEF, type Expired, expired, idleTimeout, shortened, touchInterval } from './expiry.ts'
import type { Cutoff } from './store.ts'
import { newSignedIn } from './store-tests/fixtures.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const T = Date.UTC(2026, 0, 1)
const RECORD = newSignedIn('alice', T)

const ENDS: readonly (readonly [
  what: string,
  seen: number,
  cutoff: Cutoff | null,
  now: number,
  over: Expired | null,
])[] = [
  ['lives until a millisecond before its idle end', T, null, T + 30 * MINUTE - 1, null],
  ['is over at its idle end', T, null, T + 30 * MINUTE, { reason: 'idle', at: T + 30 * MINUTE }],
  ['lives where it was seen since', T + 20 * MINUTE, null, T + 40 * MINUTE, null],
  [
    'is over at its absolute end though just seen',
    T + 12 * HOUR,
    null,
    T + 12 * HOUR,
    { reason: 'absolute', at: T + 12 * HOUR },
  ],
  ['is over with an older epoch', T, { epoch: 9, at: T + 5, except: null }, T + 6, { reason: 'revoked', at: T + 5 }],
  ['lives with the current epoch', T, { epoch: 0, at: T + 5, except: null }, T + 6, null],
  ['lives as the excepted one', T, { epoch: 9, at: T + 5, except: RECORD.id }, T + 6, null],
  [
    'is over as the excepted one, too, once it is idle',
    T,
    { epoch: 9, at: T, except: RECORD.id },
    T + HOUR,
    { reason: 'idle', at: T + 30 * MINUTE },
  ],
]

for (const [what, seen, cutoff, now, over] of ENDS) {
  test(`E5, E12: a session ${what}`, () => assert.deepEqual(expired(RECORD, seen, cutoff, now), over))
}

test('E5: without an idle timeout only the absolute end counts', () => {
  const record = { ...RECORD, idle: null }
  assert.equal(expired(record, T, null, T + 12 * HOUR - 1), null)
  assert.equal(expired(record, T, null, T + 12 * HOUR)?.reason, 'absolute')
})

test('E5: no last-seen time makes a session live past its absolute end, or come back', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), (seen, now, later) => {
      const time = T + 12 * HOUR + now
      assert.notEqual(expired(RECORD, T + seen, null, time), null)
      if (expired(RECORD, T + seen, null, T + now) !== null) {
        assert.notEqual(expired(RECORD, T + seen, null, T + now + later), null)
      }
    }),
  )
})

test('a brief session lives two minutes until its cookie came back', () => {
  const brief = { ...RECORD, brief: true }
  assert.equal(idleTimeout(brief, T), BRIEF)
  assert.equal(idleTimeout(brief, T + 1), 30 * MINUTE)
  assert.equal(idleTimeout({ ...brief, idle: MINUTE }, T), MINUTE)
  assert.equal(idleTimeout({ ...brief, idle: null }, T), BRIEF)
  assert.equal(idleTimeout({ ...brief, idle: null }, T + 1), null)
})

test('E5: last-seen times are written every twentieth of idle, and every minute at most', () => {
  assert.deepEqual([null, 60 * MINUTE, 10 * MINUTE].map(touchInterval), [MINUTE, MINUTE, MINUTE / 2])
})

test('E5: lifetimes that were shortened count at once; longer ones never do', () => {
  const lifetimes = { idle: 30 * MINUTE, absolute: 12 * HOUR }
  assert.equal(shortened(RECORD, lifetimes), RECORD)
  assert.equal(shortened(RECORD, { idle: null, absolute: 24 * HOUR }), RECORD)
  const { idle, absoluteEnd } = shortened(RECORD, { idle: 10 * MINUTE, absolute: HOUR })
  assert.deepEqual([idle, absoluteEnd], [10 * MINUTE, T + HOUR])
  assert.equal(shortened({ ...RECORD, idle: null }, lifetimes).idle, 30 * MINUTE)
})
