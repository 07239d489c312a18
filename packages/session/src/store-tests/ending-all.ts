// Ending all of a user's sessions is complete: it reaches those that are just being begun (E12).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expired } from '../expiry.ts'
import type { Store } from '../store.ts'
import type { SessionKey } from '../token.ts'
import {
  changed,
  created,
  MINUTE,
  newRecord,
  newSignedIn,
  readLive,
  renewalOf,
  rotated,
  rotationOf,
  SITE,
  stateOf,
  T0,
} from './fixtures.ts'
import { type OpenStore, opened, openedTwice } from './under-test.ts'

const AT = T0 + 10 * MINUTE

export function endingAllTests(open: OpenStore): void {
  test('E12: all sessions of the user on the site are over, and nobody else’s', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const mine = [await created(store, newSignedIn('alice')), await created(other, newSignedIn('alice'))]
    const bobs = await created(store, newSignedIn('bob'))
    const elsewhere = await created(store, newSignedIn('alice', T0, { site: 'another site' }))
    const ended = await store.endAll(SITE, 'alice', AT, null)
    assert.deepEqual([...ended].sort(), mine.map(({ id }) => id).sort())
    for (const connection of [store, other]) {
      for (const { key } of mine) assert.equal(await isOver(connection, key), true)
      for (const { key } of [bobs, elsewhere]) assert.equal(await isOver(connection, key), false)
      assert.deepEqual(await connection.list(SITE, 'alice', AT), [])
    }
  })

  test('E12: the excepted session lives on and can be written, rotated and renewed', async (t) => {
    const { store } = await opened(t, open)
    const kept = await created(store, newSignedIn('alice'))
    const lost = await created(store, newSignedIn('alice'))
    assert.deepEqual(await store.endAll(SITE, 'alice', AT, kept.id), [lost.id])
    assert.equal(await isOver(store, kept.key), false)
    const { next, nonce } = changed(kept)
    assert.equal(await store.replace(next, nonce, AT + 1), 'done')
    const renewed = await rotated(store, renewalOf((await readLive(store, kept.key)).record, AT + 2))
    const again = await rotated(store, rotationOf(renewed, AT + 3))
    assert.equal(await isOver(store, again.key), false)
    assert.equal((await store.list(SITE, 'alice', AT + 3)).length, 1)
  })

  test('E12: writes, rotations and renewals of a session that was ended so are gone', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newSignedIn('alice'))
    await other.endAll(SITE, 'alice', AT, null)
    const { next, nonce } = changed(record)
    assert.equal((await store.rotate(renewalOf(record, AT + 1))).state, 'gone')
    assert.equal((await store.rotate(rotationOf(record, AT + 1))).state, 'gone')
    assert.equal(await store.replace(next, nonce, AT + 1), 'gone')
    assert.equal(await stateOf(store, record.key), 'ended')
  })

  for (const [when, openedAt, expected] of [
    ['before', AT - 1, 'cutoff'],
    ['in the same millisecond as', AT, 'cutoff'],
    ['after', AT + 1, 'done'],
  ] as const) {
    test(`E12: a sign-in whose request was opened ${when} it: ${expected}`, async (t) => {
      const { store, other } = await openedTwice(t, open)
      const visitor = await created(store, newRecord())
      await other.endAll(SITE, 'alice', AT, null)
      const signIn = { openedAt, limit: null }
      const fresh = newSignedIn('alice', AT + 1)
      assert.equal((await store.create({ record: fresh, at: AT + 1, signIn })).state, expected)
      const rotation = rotationOf(visitor, AT + 1, { user: 'alice', authenticatedAt: AT + 1 })
      assert.equal((await store.rotate({ ...rotation, signIn })).state, expected)
      const begun = expected === 'done'
      assert.equal(await isOver(store, fresh.key), !begun)
      assert.equal(await isOver(store, rotation.record.key), !begun)
      assert.equal(await stateOf(store, visitor.key), begun ? 'ended' : 'live')
    })
  }

  test('E12: a sign-in and an end of all at once: it is defeated or it is over', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = newSignedIn('alice', AT)
    await Promise.all([
      store.create({ record, at: AT, signIn: { openedAt: AT - 1, limit: null } }),
      other.endAll(SITE, 'alice', AT, null),
    ])
    assert.equal(await isOver(store, record.key), true)
  })

  test('E12: the excepted session may re-authenticate in a request that was opened before', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newSignedIn('alice'))
    await store.endAll(SITE, 'alice', AT, record.id)
    const again = { ...rotationOf(record, AT + 1), signIn: { openedAt: AT - 1, limit: null } }
    assert.equal((await store.rotate(again)).state, 'done')
    assert.equal(await isOver(store, again.record.key), false)
  })

  test('E12: epochs grow, and a session begun between two ends of all is over with the second', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const epochs: number[] = []
    for (const at of [AT, AT + 10, AT + MINUTE]) {
      await store.endAll(SITE, 'alice', at, null)
      const record = await created(other, newSignedIn('alice', at + 1), at + 1, { openedAt: at + 1, limit: null })
      assert.equal(await isOver(store, record.key), false)
      epochs.push(record.epoch)
      await other.endAll(SITE, 'alice', at + 2, null)
      assert.equal(await isOver(store, record.key), true)
    }
    assert.deepEqual(
      epochs,
      [...new Set(epochs)].sort((a, b) => a - b),
    )
  })

  test('E12: a second end of all with another exception ends the first one’s', async (t) => {
    const { store } = await opened(t, open)
    const first = await created(store, newSignedIn('alice'))
    await store.endAll(SITE, 'alice', AT, first.id)
    const second = await created(store, newSignedIn('alice', AT + 1), AT + 1, { openedAt: AT + 1, limit: null })
    assert.deepEqual(await store.endAll(SITE, 'alice', AT + 2, second.id), [first.id])
    assert.equal(await isOver(store, first.key), true)
    assert.equal(await isOver(store, second.key), false)
  })

  test('E12: an exception brings nothing back that an earlier end of all had ended', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newSignedIn('alice'))
    await store.endAll(SITE, 'alice', AT, null)
    await other.endAll(SITE, 'alice', AT + 1, record.id)
    assert.equal(await isOver(store, record.key), true)
    assert.deepEqual(await store.list(SITE, 'alice', AT + 1), [])
  })

  test('E2: an end of all that is sent again spares what began after it', async (t) => {
    const { store } = await opened(t, open)
    await created(store, newSignedIn('alice'))
    await store.endAll(SITE, 'alice', AT, null)
    const later = await created(store, newSignedIn('alice', AT + 1), AT + 1, { openedAt: AT + 1, limit: null })
    await store.endAll(SITE, 'alice', AT, null)
    assert.equal(await isOver(store, later.key), false)
  })

  test('E12: an end of all with an earlier time does not open the door again that a later one closed', async (t) => {
    const { store, other } = await openedTwice(t, open)
    await store.endAll(SITE, 'alice', AT + MINUTE, null)
    await other.endAll(SITE, 'alice', AT, null)
    const record = newSignedIn('alice', AT + MINUTE)
    const signIn = { openedAt: AT + 1, limit: null }
    assert.equal((await store.create({ record, at: AT + MINUTE, signIn })).state, 'cutoff')
  })
}

/** Whether the store's answer opens nothing: a tombstone, or a record that its cutoff has ended. */
async function isOver(store: Store, key: SessionKey): Promise<boolean> {
  const lookup = await store.read(key)
  if (lookup.state !== 'live') return true
  const { record, lastSeen, cutoff } = lookup
  return expired(record, lastSeen, cutoff, Math.max(AT, record.issuedAt)) !== null
}
