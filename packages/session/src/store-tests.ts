// The store contract as tests, for every store, other people's included. What `store.ts` says in words is checked here
// in fixed interleavings: no test sleeps, and none depends on who is faster.

import { describe } from 'node:test'
import { creationTests } from './store-tests/creation.ts'
import { endingTests } from './store-tests/ending.ts'
import { endingAllTests } from './store-tests/ending-all.ts'
import { freshnessTests } from './store-tests/freshness.ts'
import { inFlightTests } from './store-tests/in-flight.ts'
import { limitTests } from './store-tests/limits.ts'
import { linkTests } from './store-tests/links.ts'
import { listTests, touchTests } from './store-tests/listing.ts'
import { lostAnswerTests } from './store-tests/lost-answers.ts'
import { replacementTests } from './store-tests/replacement.ts'
import { rotationTests } from './store-tests/rotation.ts'
import { signInTests } from './store-tests/sign-ins.ts'
import { stampTests } from './store-tests/stamps.ts'
import { sweepTests } from './store-tests/sweeping.ts'
import type { OpenStore } from './store-tests/under-test.ts'
import { updateTests } from './store-tests/updates.ts'

export type { OpenStore, StoreUnderTest } from './store-tests/under-test.ts'

/**
 * Registers the contract's tests with node:test. `open` gives an empty store, one for each test.
 *
 * @example
 * import { memory } from '@coatcheck/session'
 * import { storeTests } from '@coatcheck/session/store-tests'
 *
 * storeTests('memory', () => ({ store: memory() }))
 */
export function storeTests(name: string, open: OpenStore): void {
  describe(`the store contract, kept by ${name}`, () => {
    creationTests(open)
    replacementTests(open)
    rotationTests(open)
    linkTests(open)
    endingTests(open)
    endingAllTests(open)
    limitTests(open)
    touchTests(open)
    listTests(open)
    stampTests(open)
    sweepTests(open)
  })
  describe(`the engine on ${name}`, () => {
    inFlightTests(open)
    updateTests(open)
    signInTests(open)
    lostAnswerTests(open)
    freshnessTests(open)
  })
}
