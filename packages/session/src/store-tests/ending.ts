// What has ended stays ended, and is remembered until its absolute end (E1, E4).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSessionId } from '../token.ts'
import {
  created,
  HOUR,
  MINUTE,
  newKey,
  newSignedIn,
  readEnded,
  rotated,
  rotationOf,
  SITE,
  stateOf,
  T0,
} from './fixtures.ts'
import { type OpenStore, opened, openedTwice } from './under-test.ts'

export function endingTests(open: OpenStore): void {
  test('E4: an end leaves a tombstone that says why and when', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newSignedIn('alice'))
    const { id, absoluteEnd } = record
    const expected = { id, reason: 'signed-out', signedIn: record.user !== null, endedAt: T0 + MINUTE, absoluteEnd }
    assert.deepEqual(await store.end(record.key, { reason: 'signed-out', at: T0 + MINUTE }), expected)
    for (const connection of [store, other]) assert.deepEqual(await readEnded(connection, record.key), expected)
    assert.deepEqual(await other.list(SITE, 'alice', T0 + MINUTE), [])
  })

  test('E2: an end that is sent again answers the tombstone that stands', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newSignedIn('alice'))
    const first = await store.end(record.key, { reason: 'signed-out', at: T0 + 1 })
    assert.deepEqual(await store.end(record.key, { reason: 'signed-out', at: T0 + 1 }), first)
    assert.deepEqual(await other.end(record.key, { reason: 'revoked', at: T0 + 2 }), first)
    assert.deepEqual(await readEnded(store, record.key), first)
  })

  test('E4: an end of a key that never was answers null and is not remembered', async (t) => {
    const { store } = await opened(t, open)
    const key = newKey()
    assert.equal(await store.end(key, { reason: 'exposed', at: T0 }), null)
    assert.equal(await stateOf(store, key), 'none')
  })

  test('E4: a session is ended by its id, at its newest key', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newSignedIn('alice'))
    const successor = await rotated(store, rotationOf(record, T0 + 1))
    const tombstone = await store.endById(SITE, record.id, { reason: 'revoked', at: T0 + 2 })
    assert.deepEqual([tombstone?.id, tombstone?.reason, tombstone?.endedAt], [record.id, 'revoked', T0 + 2])
    assert.equal((await readEnded(store, successor.key)).reason, 'revoked')
    assert.equal((await readEnded(store, record.key)).reason, 'rotated')
  })

  test('E2: an end by id that is sent again changes nothing', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newSignedIn('alice'))
    const first = await store.endById(SITE, record.id, { reason: 'revoked', at: T0 + 1 })
    await store.endById(SITE, record.id, { reason: 'limit', at: T0 + 2 })
    assert.deepEqual(await readEnded(store, record.key), first)
  })

  test('E4: an id of another site, or of no session, ends nothing', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newSignedIn('alice'))
    assert.equal(await store.endById('another site', record.id, { reason: 'revoked', at: T0 }), null)
    assert.equal(await store.endById(SITE, newSessionId(), { reason: 'revoked', at: T0 }), null)
    assert.equal(await stateOf(store, record.key), 'live')
  })

  test('E4: a tombstone stands until the session’s absolute end, and no longer', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newSignedIn('alice'))
    await store.end(record.key, { reason: 'signed-out', at: T0 + 1 })
    await store.sweep(T0 + 12 * HOUR - 1, 100)
    assert.equal(await stateOf(store, record.key), 'ended')
    await store.sweep(T0 + 12 * HOUR, 100)
    assert.equal(await stateOf(store, record.key), 'none')
    assert.equal(await stateOf(other, record.key), 'none')
  })

  test('E4: a rotated token is remembered until the end that it had, though its session goes on', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newSignedIn('alice'))
    const at = T0 + 6 * HOUR
    await store.touch(new Map([[record.id, at]]))
    const successor = await rotated(
      store,
      rotationOf(record, at, { authenticatedAt: at, absoluteEnd: at + 12 * HOUR, idle: null }),
    )
    // The idle timeout was kept at bay until here by the touch above.
    await store.sweep(T0 + 12 * HOUR - 1, 100)
    assert.equal(await stateOf(store, record.key), 'ended')
    await store.sweep(T0 + 12 * HOUR, 100)
    assert.equal(await stateOf(store, record.key), 'none')
    assert.equal(await stateOf(store, successor.key), 'live')
  })
}
