import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterDeath } from './restarts.ts'

test('a worker that served for long is replaced at once', () => {
  assert.deepEqual(afterDeath({ served: 3_600_000, soon: 4, othersServe: false }), { pause: 0, soon: 0 })
})

test('those that die soon are replaced later and later, and never given up', () => {
  const pauses: number[] = []
  let soon = 0
  for (let i = 0; i < 10; i++) {
    const next = afterDeath({ served: 50, soon, othersServe: false })
    assert.ok(next)
    soon = next.soon
    pauses.push(next.pause)
  }
  assert.deepEqual(pauses, [0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
})

test('those that never serve are given up after five attempts, unless others serve', () => {
  assert.deepEqual(afterDeath({ served: null, soon: 3, othersServe: false }), { pause: 800, soon: 4 })
  assert.equal(afterDeath({ served: null, soon: 4, othersServe: false }), null)
  assert.deepEqual(afterDeath({ served: null, soon: 40, othersServe: true }), { pause: 10_000, soon: 41 })
})
