// A record is created where no key exists, and nowhere else (E1).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertSameRecord,
  changed,
  created,
  newKey,
  newRecord,
  readEnded,
  readLive,
  renewalOf,
  rotated,
  stateOf,
  T0,
} from './fixtures.ts'
import { type OpenStore, opened, openedTwice } from './under-test.ts'

export function creationTests(open: OpenStore): void {
  test('E1: a key that nobody created is none', async (t) => {
    const { store } = await opened(t, open)
    assert.deepEqual(await store.read(newKey()), { state: 'none' })
  })

  test('E1: a record is read as it was created, to the last field', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = newRecord({
      user: `O'Brien "\u{1F9E5}" \\ % ; --`,
      authenticatedAt: T0 + 1,
      idle: null,
      brief: true,
      remembered: true,
      methods: ['pwd', 'otp'],
      client: { address: '2001:db8::1', userAgent: 'Ünï/1.0 ("quoted")' },
      writes: ['n-1', 'n-2'],
      wrappedKey: new Uint8Array([0, 1, 128, 255]),
      sealed: new Uint8Array(200_000).fill(7),
    })
    await created(store, record)
    for (const connection of [store, other]) {
      const lookup = await readLive(connection, record.key)
      assertSameRecord(lookup.record, record)
      assert.equal(lookup.lastSeen, record.issuedAt)
      assert.equal(lookup.cutoff, null)
      assert.equal(lookup.link, null)
    }
  })

  test('E1: a key that lives is not created over', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    const intruder = newRecord({ key: record.key })
    assert.deepEqual(await store.create({ record: intruder, at: T0, signIn: null }), { state: 'exists' })
    assertSameRecord((await readLive(store, record.key)).record, record)
  })

  test('E1: a key that ended is not created over', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    await store.end(record.key, { reason: 'signed-out', at: T0 + 1 })
    const intruder = newRecord({ key: record.key })
    assert.deepEqual(await store.create({ record: intruder, at: T0 + 2, signIn: null }), { state: 'exists' })
    assert.equal((await readEnded(store, record.key)).reason, 'signed-out')
  })

  test('E1: a renewed key is not created over', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    await rotated(store, renewalOf(record, T0 + 1))
    const intruder = newRecord({ key: record.key })
    assert.deepEqual(await store.create({ record: intruder, at: T0 + 2, signIn: null }), { state: 'exists' })
    assert.equal((await readLive(store, record.key)).record.id, record.id)
  })

  test('E2: a creation that is sent again answers as before and undoes nothing that came after it', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    const again = await store.create({ record, at: T0, signIn: null })
    assert.equal(again.state, 'done')
    const { next, nonce } = changed(record)
    assert.equal(await store.replace(next, nonce, T0 + 1), 'done')
    const late = await store.create({ record, at: T0, signIn: null })
    assert.equal(late.state, 'done')
    assertSameRecord((await readLive(store, record.key)).record, next)
  })

  test('E2: a creation that is sent again after its session ended brings nothing back', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    await store.end(record.key, { reason: 'revoked', at: T0 + 1 })
    assert.notEqual((await store.create({ record, at: T0, signIn: null })).state, 'done')
    assert.equal(await stateOf(store, record.key), 'ended')
  })

  test('E1: of two that create one key at once, one wins', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const first = newRecord()
    const second = newRecord({ key: first.key })
    const outcomes = await Promise.all([
      store.create({ record: first, at: T0, signIn: null }),
      other.create({ record: second, at: T0, signIn: null }),
    ])
    assert.deepEqual(outcomes.map(({ state }) => state).sort(), ['done', 'exists'])
    const winner = outcomes[0].state === 'done' ? first : second
    assertSameRecord((await readLive(store, first.key)).record, winner)
  })
}
