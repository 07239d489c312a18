// Sweeping ends what has expired and forgets what is past its absolute end, a few rows at a time (E4, E10).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionRecord, Store } from '../store.ts'
import {
  created,
  HOUR,
  MINUTE,
  newRecord,
  newSignedIn,
  readEnded,
  renewalOf,
  rotated,
  SITE,
  stateOf,
  T0,
} from './fixtures.ts'
import { type OpenStore, opened, openedTwice } from './under-test.ts'

export function sweepTests(open: OpenStore): void {
  test('E10: a sweep ends what was idle too long, and says why and since when', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const idle = await created(store, newSignedIn('alice'))
    const seen = await created(store, newSignedIn('alice'))
    const endless = await created(store, newSignedIn('alice', T0, { idle: null }))
    await other.touch(new Map([[seen.id, T0 + MINUTE]]))
    await sweptWhole(store, T0 + 30 * MINUTE)
    const tombstone = await readEnded(other, idle.key)
    assert.deepEqual([tombstone.reason, tombstone.endedAt], ['idle', T0 + 30 * MINUTE])
    assert.equal(await stateOf(store, seen.key), 'live')
    assert.equal(await stateOf(store, endless.key), 'live')
    await sweptWhole(store, T0 + 31 * MINUTE)
    assert.equal(await stateOf(store, seen.key), 'ended')
  })

  test('E10: a session that was seen again after a sweep looked at it is swept at its new end', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    for (let n = 1; n <= 5; n++) {
      await store.touch(new Map([[record.id, T0 + 20 * n * MINUTE]]))
      await sweptWhole(store, T0 + 20 * n * MINUTE + 15 * MINUTE)
      assert.equal(await stateOf(store, record.key), 'live')
    }
    await sweptWhole(store, T0 + 130 * MINUTE)
    assert.equal(await stateOf(store, record.key), 'ended')
  })

  test('E11: a record of a format that this release does not know is not swept, whatever its times seem to say', async (t) => {
    const { store } = await opened(t, open)
    const inSeconds = { format: 2, absoluteEnd: (T0 + 12 * HOUR) / 1000, idle: 30 }
    const record = await created(store, newRecord(inSeconds))
    const ended = await created(store, newRecord({ idle: MINUTE }))
    await sweptWhole(store, T0 + HOUR)
    assert.equal(await stateOf(store, record.key), 'live')
    assert.equal(await stateOf(store, ended.key), 'ended')
  })

  test('E4: what is past its absolute end is forgotten, links and tombstones included', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newSignedIn('alice'))
    const successor = await rotated(store, renewalOf(record, T0 + 1))
    const ended = await created(store, newSignedIn('alice'))
    await store.end(ended.key, { reason: 'signed-out', at: T0 + 1 })
    const lasting = await created(store, newRecord({ absoluteEnd: T0 + 24 * HOUR, idle: null }))
    await sweptWhole(store, T0 + 12 * HOUR)
    for (const { key } of [record, successor, ended]) assert.equal(await stateOf(store, key), 'none')
    assert.equal(await stateOf(store, lasting.key), 'live')
    assert.deepEqual(await store.list(SITE, 'alice', T0 + 12 * HOUR), [])
    assert.equal(await store.endById(SITE, record.id, { reason: 'revoked', at: T0 + 12 * HOUR }), null)
  })

  test('E10: a sweep does no more than it is told, and gets done in steps', async (t) => {
    const { store } = await opened(t, open)
    const records: SessionRecord[] = []
    for (let n = 0; n < 7; n++) records.push(await created(store, newRecord()))
    const survivor = await created(store, newRecord({ idle: null }))
    const first = await store.sweep(T0 + HOUR, 3)
    assert.ok(first <= 3, `asked for 3 rows at most, it took ${first}`)
    const states = await Promise.all(records.map(({ key }) => stateOf(store, key)))
    assert.equal(states.filter((state) => state === 'ended').length, first)
    await sweptWhole(store, T0 + HOUR)
    for (const { key } of records) assert.equal(await stateOf(store, key), 'ended')
    assert.equal(await stateOf(store, survivor.key), 'live')
  })

  test('E10: a sweep ends nothing that a user still has', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newSignedIn('alice'))
    await sweptWhole(store, T0 + 30 * MINUTE - 1)
    assert.equal((await store.list(SITE, 'alice', T0 + 30 * MINUTE - 1)).length, 1)
    assert.equal(await stateOf(store, record.key), 'live')
  })
}

/** Steps until nothing is left to do; a store may need one more to see that it is at the end. */
async function sweptWhole(store: Store, at: number): Promise<void> {
  for (let idle = 0, step = 0; idle < 2; step++) {
    assert.ok(step < 100, 'a sweep of a few rows must come to an end')
    const took = await store.sweep(at, 3)
    assert.ok(took <= 3)
    idle = took === 0 ? idle + 1 : 0
  }
}
