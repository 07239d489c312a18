// Last-seen times, and a user's own list of sessions (E5).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSessionId } from '../token.ts'
import {
  assertSameRecord,
  changed,
  created,
  HOUR,
  MINUTE,
  newRecord,
  newSignedIn,
  readLive,
  renewalOf,
  rotated,
  SITE,
  stateOf,
  T0,
} from './fixtures.ts'
import { type OpenStore, opened, openedTwice } from './under-test.ts'

export function touchTests(open: OpenStore): void {
  test('E5: a touch is seen by every connection, changes no version and never moves back', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newRecord())
    await store.touch(new Map([[record.id, T0 + MINUTE]]))
    await other.touch(new Map([[record.id, T0 + 1]]))
    for (const connection of [store, other]) {
      const lookup = await readLive(connection, record.key)
      assert.equal(lookup.lastSeen, T0 + MINUTE)
      assertSameRecord(lookup.record, record)
    }
  })

  test('E5: one batch touches many sessions, and what it does not know it leaves alone', async (t) => {
    const { store } = await opened(t, open)
    const first = await created(store, newRecord())
    const second = await created(store, newRecord())
    await store.touch(
      new Map([
        [first.id, T0 + 1],
        [newSessionId(), T0 + 2],
        [second.id, T0 + 3],
      ]),
    )
    assert.equal((await readLive(store, first.key)).lastSeen, T0 + 1)
    assert.equal((await readLive(store, second.key)).lastSeen, T0 + 3)
    await store.touch(new Map())
  })

  test('E5: a touch after the end brings nothing back', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newSignedIn('alice'))
    await store.end(record.key, { reason: 'signed-out', at: T0 + 1 })
    await other.touch(new Map([[record.id, T0 + MINUTE]]))
    assert.equal(await stateOf(store, record.key), 'ended')
    assert.deepEqual(await store.list(SITE, 'alice', T0 + MINUTE), [])
    await store.sweep(T0 + 12 * HOUR, 100)
    assert.equal(await stateOf(store, record.key), 'none')
  })

  test('E5: a touch and an end at once leave the session ended', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newRecord())
    await Promise.all([
      store.touch(new Map([[record.id, T0 + MINUTE]])),
      other.end(record.key, { reason: 'signed-out', at: T0 + MINUTE }),
    ])
    assert.equal(await stateOf(store, record.key), 'ended')
  })

  test('E5: a touch keeps the idle end away but never the absolute one', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    await store.touch(new Map([[record.id, T0 + 29 * MINUTE]]))
    const first = changed(record)
    assert.equal(await store.replace(first.next, first.nonce, T0 + 58 * MINUTE), 'done')
    await store.touch(new Map([[record.id, T0 + 13 * HOUR]]))
    const second = changed(first.next)
    assert.equal(await store.replace(second.next, second.nonce, T0 + 13 * HOUR), 'gone')
  })

  test('E5: a touch that resolved counts for every later write', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newRecord())
    await store.touch(new Map([[record.id, T0 + 20 * MINUTE]]))
    const { next, nonce } = changed(record)
    assert.equal(await other.replace(next, nonce, T0 + 45 * MINUTE), 'done')
  })

  test('E5: a brief session lives two minutes, and its full idle time once its cookie came back', async (t) => {
    const { store } = await opened(t, open)
    const unreturned = changed(await created(store, newRecord({ brief: true })))
    const returned = changed(await created(store, newRecord({ brief: true })))
    await store.touch(new Map([[returned.next.id, T0 + 1]]))
    assert.equal(await store.replace(unreturned.next, unreturned.nonce, T0 + 2 * MINUTE), 'gone')
    assert.equal(await store.replace(returned.next, returned.nonce, T0 + 2 * MINUTE), 'done')
  })
}

export function listTests(open: OpenStore): void {
  test('a user’s live sessions are listed, most recently seen first', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const records = [
      await created(store, newSignedIn('alice', T0)),
      await created(other, newSignedIn('alice', T0 + 1)),
      await created(store, newSignedIn('alice', T0 + 2)),
    ]
    await store.touch(new Map([[records[1]!.id, T0 + MINUTE]]))
    for (const connection of [store, other]) {
      const listed = await connection.list(SITE, 'alice', T0 + MINUTE)
      assert.deepEqual(
        listed.map(({ record, lastSeen }) => [record.id, lastSeen]),
        [
          [records[1]!.id, T0 + MINUTE],
          [records[2]!.id, T0 + 2],
          [records[0]!.id, T0],
        ],
      )
      assertSameRecord(listed[0]!.record, records[1]!)
    }
  })

  test('a listing has neither what expired nor what ended, nor other users, sites and anonymous visitors', async (t) => {
    const { store } = await opened(t, open)
    const at = T0 + 31 * MINUTE
    await created(store, newSignedIn('alice'))
    const ended = await created(store, newSignedIn('alice', T0 + 20 * MINUTE))
    await store.end(ended.key, { reason: 'signed-out', at })
    await created(store, newSignedIn('Alice', at))
    await created(store, newSignedIn('alice ', at))
    await created(store, newSignedIn('alice', at, { site: 'another site' }))
    await created(store, newRecord({ issuedAt: at }))
    assert.deepEqual(await store.list(SITE, 'alice', at), [])
  })

  test('a renewed session is listed once', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newSignedIn('alice'))
    const successor = await rotated(store, renewalOf(record, T0 + 1))
    const listed = await store.list(SITE, 'alice', T0 + 2)
    assert.deepEqual(
      listed.map(({ record: found }) => found.key),
      [successor.key],
    )
  })
}
