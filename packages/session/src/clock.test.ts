import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { machineClock, steady } from './clock.ts'

const HOUR = 3_600_000

test('E10: a clock that is set back goes on from where it was, as fast as time passes', () => {
  let [wall, passed] = [1_000_000, 0]
  const now = steady(
    () => wall,
    () => passed,
  )
  assert.equal(now(), 1_000_000)
  wall -= 3 * HOUR
  passed += 2500.7
  assert.equal(now(), 1_002_500)
  wall += 3 * HOUR + 2600
  assert.equal(now(), 1_002_600)
})

test('E10: time never goes back, never falls behind what has passed, and follows the clock forward', () => {
  const steps = fc.array(
    fc.record({ passes: fc.double({ min: 0, max: 1e7, noNaN: true }), step: fc.integer({ min: -1e9, max: 1e9 }) }),
  )
  fc.assert(
    fc.property(steps, (moves) => {
      let [wall, passed] = [1e12, 0]
      const now = steady(
        () => Math.floor(wall),
        () => passed,
      )
      let before = now()
      for (const { passes, step } of moves) {
        wall += passes + step
        passed += passes
        const after = now()
        assert.ok(after >= before + Math.floor(passes) - 1, `${after - before} for ${passes}`)
        assert.ok(after >= Math.floor(wall))
        assert.ok(Number.isInteger(after))
        before = after
      }
    }),
  )
})

test('without a monotonic clock, as tests have it, time stands still until the clock has caught up', () => {
  let wall = 100
  const now = steady(() => wall)
  assert.equal(now(), 100)
  wall = 50
  assert.equal(now(), 100)
  wall = 101
  assert.equal(now(), 101)
})

test('the machine’s clock is the wall clock', () => {
  assert.ok(Math.abs(machineClock()() - Date.now()) < 1000)
})
