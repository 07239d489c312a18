// A site for tests: sessions over a store, and a clock that stands still until it is moved.

import assert from 'node:assert/strict'
import type { ErrorCode } from '../errors.ts'
import { SessionError } from '../errors.ts'
import type { SessionEvent } from '../events.ts'
import type { SessionsOptions } from '../options.ts'
import { Sessions } from '../sessions.ts'
import type { Store } from '../store.ts'
import type { FakeExchange } from './fake-exchange.ts'

/** What the test site keeps for a visitor. */
export interface Basket {
  n: number
  items: string[]
}

export type Site = Sessions<Basket, [FakeExchange]>

export class FakeClock {
  now = Date.UTC(2026, 0, 1)

  advance(milliseconds: number): void {
    this.now += milliseconds
  }
}

export function siteOn(store: Store, clock: FakeClock, options: Partial<SessionsOptions<Basket>> = {}): Site {
  return new Sessions<Basket, [FakeExchange]>(
    { store, clock: () => clock.now, initial: () => ({ n: 0, items: [] }), ...options },
    (exchange) => exchange,
  )
}

export function eventsOf(site: Site): SessionEvent[] {
  const events: SessionEvent[] = []
  site.on('*', (event) => void events.push(event))
  return events
}

export function addOne(data: Basket): void {
  data.n++
}

/** For `assert.rejects`. */
export function code(expected: ErrorCode): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof SessionError, String(error))
    assert.equal(error.code, expected)
    return true
  }
}
