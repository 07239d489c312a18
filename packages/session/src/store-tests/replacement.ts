// A record is replaced only in the version that was read, and a repeated write is recognised (E1, E2, E10).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertSameRecord,
  changed,
  created,
  HOUR,
  MINUTE,
  newRecord,
  readEnded,
  readLive,
  renewalOf,
  rotated,
  rotationOf,
  stateOf,
  T0,
} from './fixtures.ts'
import { type OpenStore, opened, openedTwice } from './under-test.ts'

export function replacementTests(open: OpenStore): void {
  test('E1: the version that was read is replaced, for every connection', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newRecord())
    const { next, nonce } = changed(record)
    assert.equal(await store.replace(next, nonce, T0 + 1), 'done')
    for (const connection of [store, other]) assertSameRecord((await readLive(connection, record.key)).record, next)
  })

  test('E1: a write based on an older version is a conflict and changes nothing', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    const first = changed(record)
    const second = changed(record)
    await store.replace(first.next, first.nonce, T0 + 1)
    assert.equal(await store.replace(second.next, second.nonce, T0 + 2), 'conflict')
    assertSameRecord((await readLive(store, record.key)).record, first.next)
  })

  test('E1: a write based on a version that never was is a conflict', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    const { next, nonce } = changed({ ...record, version: 7 })
    assert.equal(await store.replace(next, nonce, T0 + 1), 'conflict')
    assertSameRecord((await readLive(store, record.key)).record, record)
  })

  test('E1: of two that replace one version at once, one wins', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newRecord())
    const writes = [changed(record), changed(record)] as const
    const outcomes = await Promise.all([
      store.replace(writes[0].next, writes[0].nonce, T0 + 1),
      other.replace(writes[1].next, writes[1].nonce, T0 + 1),
    ])
    assert.deepEqual([...outcomes].sort(), ['conflict', 'done'])
    const winner = outcomes[0] === 'done' ? writes[0] : writes[1]
    assertSameRecord((await readLive(store, record.key)).record, winner.next)
  })

  test('E2: a write that is sent again is done, and applied once', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newRecord())
    const { next, nonce } = changed(record)
    assert.equal(await store.replace(next, nonce, T0 + 1), 'done')
    assert.equal(await store.replace(next, nonce, T0 + 2), 'done')
    assert.equal(await other.replace(next, nonce, T0 + 3), 'done')
    assertSameRecord((await readLive(store, record.key)).record, next)
  })

  test('E2: a write that is sent again after others is done, and leaves theirs alone', async (t) => {
    const { store } = await opened(t, open)
    const first = changed(await created(store, newRecord()))
    await store.replace(first.next, first.nonce, T0 + 1)
    const second = changed(first.next)
    await store.replace(second.next, second.nonce, T0 + 2)
    assert.equal(await store.replace(first.next, first.nonce, T0 + 3), 'done')
    assertSameRecord((await readLive(store, first.next.key)).record, second.next)
  })

  test('E1: a write to a session that ended is gone and brings nothing back', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newRecord())
    const { next, nonce } = changed(record)
    await other.end(record.key, { reason: 'signed-out', at: T0 + 1 })
    assert.equal(await store.replace(next, nonce, T0 + 2), 'gone')
    assert.equal((await readEnded(store, record.key)).reason, 'signed-out')
    assert.equal(await stateOf(other, record.key), 'ended')
  })

  test('E1: a write and an end at once leave the session ended', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newRecord())
    const { next, nonce } = changed(record)
    const [outcome, tombstone] = await Promise.all([
      store.replace(next, nonce, T0 + 1),
      other.end(record.key, { reason: 'signed-out', at: T0 + 1 }),
    ])
    assert.ok(outcome === 'done' || outcome === 'gone')
    assert.equal(tombstone?.reason, 'signed-out')
    assert.equal(await stateOf(store, record.key), 'ended')
  })

  test('E1: a write to a key that never was is gone and creates nothing', async (t) => {
    const { store } = await opened(t, open)
    const { next, nonce } = changed(newRecord())
    assert.equal(await store.replace(next, nonce, T0), 'gone')
    assert.equal(await stateOf(store, next.key), 'none')
  })

  test('E1: a write to a key that was rotated is gone', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    const { next, nonce } = changed(record)
    const successor = await rotated(store, rotationOf(record, T0 + 1))
    assert.equal(await store.replace(next, nonce, T0 + 2), 'gone')
    assertSameRecord((await readLive(store, successor.key)).record, successor)
  })

  test('E3: a write to a key that was renewed is a conflict: to be read again, through the link', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    const { next, nonce } = changed(record)
    const successor = await rotated(store, renewalOf(record, T0 + 1))
    assert.equal(await store.replace(next, nonce, T0 + 2), 'conflict')
    assertSameRecord((await readLive(store, record.key)).record, successor)
  })

  test('E10: a write that finds its session idle too long ends it', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    await store.touch(new Map([[record.id, T0 + MINUTE]]))
    const { next, nonce } = changed(record)
    assert.equal(await store.replace(next, nonce, T0 + 31 * MINUTE), 'gone')
    const tombstone = await readEnded(store, record.key)
    assert.equal(tombstone.reason, 'idle')
    assert.equal(tombstone.endedAt, T0 + 31 * MINUTE)
  })

  test('E5: a write a moment before the idle end is done', async (t) => {
    const { store } = await opened(t, open)
    const { next, nonce } = changed(await created(store, newRecord()))
    assert.equal(await store.replace(next, nonce, T0 + 30 * MINUTE - 1), 'done')
  })

  test('E10: a write that finds its session past its absolute end ends it, however lately it was seen', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    await store.touch(new Map([[record.id, T0 + 12 * HOUR - 1]]))
    const { next, nonce } = changed(record)
    assert.equal(await store.replace(next, nonce, T0 + 12 * HOUR), 'gone')
    assert.equal((await readEnded(store, record.key)).reason, 'absolute')
  })
}
