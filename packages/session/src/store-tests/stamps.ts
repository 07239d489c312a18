// The proof of freshness: whatever changes what `read(key)` says of record, link and cutoff changes the stamp (E8).
//
// A change made through the same connection shows before its promise settles; one made elsewhere, within the bound
// that the store states. Stores without a stamp, or which cannot vouch for anything just now, are never cached.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Store } from '../store.ts'
import {
  changed,
  created,
  newSignedIn,
  readLive,
  renewalOf,
  rotated,
  rotationOf,
  SECOND,
  SITE,
  T0,
} from './fixtures.ts'
import { type OpenStore, openedTwice } from './under-test.ts'

type Change = (store: Store, record: Awaited<ReturnType<typeof created>>) => Promise<unknown>

const CHANGES: readonly (readonly [what: string, change: Change])[] = [
  [
    'a replacement',
    (store, record) => {
      const { next, nonce } = changed(record)
      return store.replace(next, nonce, T0 + 1)
    },
  ],
  ['an end', (store, { key }) => store.end(key, { reason: 'signed-out', at: T0 + 1 })],
  ['an end by id', (store, { id }) => store.endById(SITE, id, { reason: 'revoked', at: T0 + 1 })],
  ['an end of all', (store) => store.endAll(SITE, 'alice', T0 + 1, null)],
  ['an end of all but this', (store, { id }) => store.endAll(SITE, 'alice', T0 + 1, id)],
  ['a rotation', (store, record) => rotated(store, rotationOf(record, T0 + 1))],
  ['a renewal', (store, record) => rotated(store, renewalOf(record, T0 + 1))],
  [
    'an end by the limit',
    (store) =>
      created(store, newSignedIn('alice', T0 + 1), T0 + 1, {
        openedAt: T0 + 1,
        limit: { max: 1, policy: 'end-oldest' },
      }),
  ],
  ['a sweep that ends it', (store, { absoluteEnd }) => store.sweep(absoluteEnd - 1, 100)],
]

export function stampTests(open: OpenStore): void {
  for (const [what, change] of CHANGES) {
    for (const where of ['this connection', 'another connection']) {
      test(`E8: ${what} through ${where} changes the stamp`, async (t) => {
        const { store, other, settled } = await openedTwice(t, open)
        const record = await created(store, newSignedIn('alice'))
        const before = await stampOf(t, store, record.key)
        await change(where === 'this connection' ? store : other, record)
        if (where === 'another connection') await settled()
        assertNew(store.stamp?.(record.key), [before])
      })
    }
  }

  test('E8: a confirmation changes the stamps of the new key and of its links', async (t) => {
    const { store, other, settled } = await openedTwice(t, open)
    const record = await created(store, newSignedIn('alice'))
    const successor = await rotated(store, renewalOf(record, T0))
    const keys = [record.key, successor.key]
    const before = [await stampOf(t, store, record.key), await stampOf(t, store, successor.key)]
    await other.confirm(successor.key, T0 + 10 * SECOND)
    await settled()
    for (const [n, key] of keys.entries()) assertNew(store.stamp?.(key), [before[n]])
  })

  test('E8: the stamp of a renewed key changes with the record that it leads to', async (t) => {
    const { store, other, settled } = await openedTwice(t, open)
    const record = await created(store, newSignedIn('alice'))
    const successor = await rotated(store, renewalOf(record, T0))
    const before = await stampOf(t, store, record.key)
    const { next, nonce } = changed(successor)
    assert.equal(await other.replace(next, nonce, T0 + 1), 'done')
    await settled()
    assertNew(store.stamp?.(record.key), [before])
  })

  test('E8: a stamp never comes back to what it was', async (t) => {
    const { store, other, settled } = await openedTwice(t, open)
    let record = await created(store, newSignedIn('alice'))
    const seen: unknown[] = []
    for (let n = 0; n < 8; n++) {
      const before = await stampOf(t, store, record.key)
      assertNew(before, seen)
      seen.push(before)
      const { next, nonce } = changed(record)
      assert.equal(await (n % 2 === 0 ? other : store).replace(next, nonce, T0 + 1), 'done')
      await settled()
      record = (await readLive(store, record.key)).record
    }
  })

  test('E8: touches and reads leave the stamp as it is', async (t) => {
    const { store, other, settled } = await openedTwice(t, open)
    const record = await created(store, newSignedIn('alice'))
    const before = await stampOf(t, store, record.key)
    await store.touch(new Map([[record.id, T0 + 1]]))
    await other.touch(new Map([[record.id, T0 + 2]]))
    await store.read(record.key)
    await settled()
    assert.equal(store.stamp?.(record.key), before)
  })
}

async function stampOf(t: TestContext, store: Store, key: Parameters<Store['read']>[0]): Promise<unknown> {
  if (store.stamp === undefined) t.diagnostic('the store has no stamp: nothing of it is cached')
  await store.read(key)
  return store.stamp?.(key)
}

function assertNew(stamp: unknown, seen: readonly unknown[]): void {
  if (stamp !== undefined) assert.ok(!seen.includes(stamp), 'the stamp is what it was before the change')
}
