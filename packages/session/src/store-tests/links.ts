// A renewed token leads on to its successor, until ten seconds after that was presented (E3).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertSameRecord,
  changed,
  created,
  MINUTE,
  newKey,
  newRecord,
  newSignedIn,
  readEnded,
  readLive,
  renewalOf,
  rotated,
  rotationOf,
  SECOND,
  SITE,
  stateOf,
  T0,
} from './fixtures.ts'
import { type OpenStore, opened, openedTwice } from './under-test.ts'

export function linkTests(open: OpenStore): void {
  test('E3: a renewed key reads its successor, with the data key wrapped for the old token', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newRecord())
    const successor = await rotated(store, renewalOf(record, T0 + MINUTE))
    for (const connection of [store, other]) {
      const { record: found, link } = await readLive(connection, record.key)
      assertSameRecord(found, successor)
      assert.ok(link)
      assert.equal(link.to, successor.key)
      assert.equal(link.id, record.id)
      assert.equal(link.endsAt, null)
      assert.equal(link.absoluteEnd, record.absoluteEnd)
      assert.deepEqual(Buffer.from(link.wrappedKey), Buffer.from(record.wrappedKey))
      assert.equal((await readLive(connection, successor.key)).link, null)
    }
    assert.deepEqual(successor.links, [record.key])
    assert.equal(successor.unconfirmed, true)
  })

  test('E3: what is written through the link is written to the session', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    const successor = await rotated(store, renewalOf(record, T0 + 1))
    const { next, nonce } = changed((await readLive(store, record.key)).record)
    assert.equal(await store.replace(next, nonce, T0 + 2), 'done')
    for (const key of [record.key, successor.key]) assertSameRecord((await readLive(store, key)).record, next)
  })

  test('E3: the link ends ten seconds after the new token was first presented, not after it was presented again', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newRecord())
    const successor = await rotated(store, renewalOf(record, T0))
    await store.confirm(successor.key, T0 + 10 * SECOND)
    await other.confirm(successor.key, T0 + 60 * SECOND)
    assert.equal((await readLive(store, record.key)).link?.endsAt, T0 + 10 * SECOND)
    assert.equal((await readLive(store, successor.key)).record.unconfirmed, false)
  })

  test('E3: confirming what is not live does nothing', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    await store.end(record.key, { reason: 'signed-out', at: T0 })
    await store.confirm(record.key, T0 + 10 * SECOND)
    await store.confirm(newKey(), T0 + 10 * SECOND)
    assert.equal(await stateOf(store, record.key), 'ended')
  })

  test('E2: a renewal that is sent again is done and undoes neither confirmation nor link', async (t) => {
    const { store } = await opened(t, open)
    const renewal = renewalOf(await created(store, newRecord()), T0)
    const successor = await rotated(store, renewal)
    await store.confirm(successor.key, T0 + 10 * SECOND)
    assert.equal((await store.rotate(renewal)).state, 'done')
    const { record } = await readLive(store, successor.key)
    assert.deepEqual([record.unconfirmed, record.links], [false, [renewal.from]])
    assert.equal((await readLive(store, renewal.from)).link?.endsAt, T0 + 10 * SECOND)
  })

  test('E3: a write that was prepared before confirmation or renewal does not undo them', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    const successor = await rotated(store, renewalOf(record, T0))
    const { next, nonce } = changed({ ...successor, links: [] })
    await store.confirm(successor.key, T0 + 10 * SECOND)
    assert.equal(await store.replace(next, nonce, T0 + 1), 'done')
    const { record: found } = await readLive(store, successor.key)
    assert.deepEqual([found.unconfirmed, found.links], [false, [record.key]])
  })

  test('E3: after two renewals in a row both old keys lead to the newest, and the first keeps its end', async (t) => {
    const { store } = await opened(t, open)
    const first = await created(store, newRecord())
    const second = await rotated(store, renewalOf(first, T0))
    await store.confirm(second.key, T0 + 10 * SECOND)
    const confirmed = (await readLive(store, second.key)).record
    const third = await rotated(store, renewalOf(confirmed, T0 + SECOND))
    const links = [await readLive(store, first.key), await readLive(store, second.key)]
    assert.deepEqual(
      links.map(({ link }) => [link?.to, link?.endsAt]),
      [
        [third.key, T0 + 10 * SECOND],
        [third.key, null],
      ],
    )
    await store.confirm(third.key, T0 + 20 * SECOND)
    assert.equal((await readLive(store, first.key)).link?.endsAt, T0 + 10 * SECOND)
    assert.equal((await readLive(store, second.key)).link?.endsAt, T0 + 20 * SECOND)
  })

  test('E3: a renewal of a key that was renewed is a conflict', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    await rotated(store, renewalOf(record, T0))
    const second = renewalOf(record, T0 + 1)
    assert.equal((await store.rotate(second)).state, 'conflict')
    assert.equal(await stateOf(store, second.record.key), 'none')
  })

  test('E3: signing in ends the links too', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    const successor = await rotated(store, renewalOf(record, T0))
    const signedIn = await rotated(store, rotationOf(successor, T0 + 1, { user: 'alice' }))
    assert.equal((await readEnded(store, record.key)).reason, 'rotated')
    assert.equal((await readEnded(store, successor.key)).reason, 'rotated')
    assert.equal(await stateOf(store, signedIn.key), 'live')
  })

  test('E3: ending through the link ends the session', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newRecord())
    const successor = await rotated(store, renewalOf(record, T0))
    assert.equal((await store.end(record.key, { reason: 'signed-out', at: T0 + 1 }))?.reason, 'signed-out')
    for (const connection of [store, other]) {
      for (const key of [record.key, successor.key]) {
        assert.equal((await readEnded(connection, key)).reason, 'signed-out')
      }
    }
  })

  test('E1: a write to a renewed key of a session that ended is gone', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    const successor = await rotated(store, renewalOf(record, T0))
    await store.end(successor.key, { reason: 'signed-out', at: T0 + 1 })
    const { next, nonce } = changed(record)
    assert.equal(await store.replace(next, nonce, T0 + 2), 'gone')
    assert.equal((await store.rotate(renewalOf(record, T0 + 2))).state, 'gone')
  })

  test('E3: ending the session ends every link, by key and by id', async (t) => {
    const { store } = await opened(t, open)
    for (const byId of [false, true]) {
      const first = await created(store, newSignedIn('alice'))
      const second = await rotated(store, renewalOf(first, T0))
      const third = await rotated(store, renewalOf(second, T0 + 1))
      const ending = { reason: 'revoked', at: T0 + 2 } as const
      await (byId ? store.endById(SITE, first.id, ending) : store.end(third.key, ending))
      for (const { key } of [first, second, third]) assert.equal((await readEnded(store, key)).reason, 'revoked')
    }
  })

  test('E3: once its time is over and it was swept, a link is ended as renewed and the session lives', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    const successor = await rotated(store, renewalOf(record, T0))
    await store.confirm(successor.key, T0 + 10 * SECOND)
    await store.sweep(T0 + 10 * SECOND - 1, 100)
    assert.equal(await stateOf(store, record.key), 'live')
    await store.sweep(T0 + 10 * SECOND, 100)
    const tombstone = await readEnded(store, record.key)
    assert.deepEqual([tombstone.reason, tombstone.endedAt], ['renewed', T0 + 10 * SECOND])
    assert.equal(await stateOf(store, successor.key), 'live')
  })

  test('E3: an end after the link was swept answers that it was renewed, and the id still ends the session', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newSignedIn('alice'))
    const successor = await rotated(store, renewalOf(record, T0))
    await store.confirm(successor.key, T0 + 10 * SECOND)
    await store.sweep(T0 + MINUTE, 100)
    const ending = { reason: 'signed-out', at: T0 + MINUTE } as const
    assert.equal((await store.end(record.key, ending))?.reason, 'renewed')
    assert.equal((await store.endById(SITE, record.id, ending))?.reason, 'signed-out')
    assert.equal(await stateOf(store, successor.key), 'ended')
    assert.equal(await stateOf(store, record.key), 'ended')
  })

  test('E10: a write through a link whose time is over is gone', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    const successor = await rotated(store, renewalOf(record, T0))
    await store.confirm(successor.key, T0 + 10 * SECOND)
    const { next, nonce } = changed(record)
    assert.equal(await store.replace(next, nonce, T0 + 10 * SECOND), 'gone')
    assertSameRecord((await readLive(store, successor.key)).record, { ...successor, unconfirmed: false })
  })
}
