import type { TestContext } from 'node:test'
import type { Store } from '../store.ts'

/** One opened store, and what a test may do with it beyond the contract. */
export interface StoreUnderTest {
  readonly store: Store
  /** A second connection to the same data, as another process would have; left out where there can be none (memory). */
  another?(): Promise<Store>
  /** Resolves once what was written elsewhere shows in each connection's `stamp`. Left out: it shows at once. */
  settled?(): Promise<void>
  /** Closes what was opened, second connections included. Left out: `store.close()`. */
  close?(): Promise<void>
}

/** Opens an empty store, one for each test. */
export type OpenStore = () => Promise<StoreUnderTest> | StoreUnderTest

/** Opens a store for one test and closes it after. */
export async function opened(t: TestContext, open: OpenStore): Promise<{ readonly store: Store }> {
  return openedFor(t, open)
}

export interface OpenedTwice {
  readonly store: Store
  /** A second connection, or the only one where the store has no other. */
  readonly other: Store
  settled(): Promise<void>
}

/** Opens a store with a second connection for one test, and closes both after. */
export async function openedTwice(t: TestContext, open: OpenStore): Promise<OpenedTwice> {
  const under = await openedFor(t, open)
  const other = (await under.another?.()) ?? under.store
  return { store: under.store, other, settled: async () => under.settled?.() }
}

async function openedFor(t: TestContext, open: OpenStore): Promise<StoreUnderTest> {
  const under = await open()
  t.after(() => (under.close === undefined ? under.store.close() : under.close()))
  return under
}
