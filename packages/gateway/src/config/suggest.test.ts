import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from './suggest.ts'

const known = ['listen', 'tls', 'trustedProxies', 'trustedOrigins', 'upstream', 'hosts', 'public']

for (const [word, meant] of [
  ['tsl', 'tls'],
  ['TLS', 'tls'],
  ['trusted_proxies', 'trustedProxies'],
  ['trustedProxy', 'trustedProxies'],
  ['host', 'hosts'],
  ['publik', 'public'],
  ['up', null],
  ['upst', 'upstream'],
  ['backend', null],
  ['', null],
  ['x'.repeat(100_000), null],
] as const) {
  test(`"${word.slice(0, 20)}" ${meant === null ? 'is like nothing' : `means ${meant}`}`, () => {
    assert.equal(nearest(word, known), meant)
  })
}
