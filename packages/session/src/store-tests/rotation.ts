// One key ends and another begins in one step: never both usable, never neither, and never twice (E1, E3).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertSameRecord,
  changed,
  created,
  HOUR,
  MINUTE,
  newKey,
  newRecord,
  newSignedIn,
  readEnded,
  readLive,
  renewalOf,
  rotated,
  rotationOf,
  SITE,
  stateOf,
  T0,
} from './fixtures.ts'
import { type OpenStore, opened, openedTwice } from './under-test.ts'

export function rotationTests(open: OpenStore): void {
  test('E3: the old key ends in the step in which the new one begins', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const record = await created(store, newRecord())
    const rotation = rotationOf(record, T0 + MINUTE, { user: 'alice', authenticatedAt: T0 + MINUTE })
    await rotated(store, rotation)
    for (const connection of [store, other]) {
      const tombstone = await readEnded(connection, record.key)
      assert.deepEqual(tombstone, {
        id: record.id,
        reason: 'rotated',
        signedIn: false,
        endedAt: T0 + MINUTE,
        absoluteEnd: record.absoluteEnd,
      })
      assertSameRecord((await readLive(connection, rotation.record.key)).record, rotation.record)
    }
  })

  test('E2: a rotation that is sent again is done, also after the new record changed', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const rotation = rotationOf(await created(store, newRecord()), T0 + 1)
    const successor = await rotated(store, rotation)
    assert.equal((await store.rotate(rotation)).state, 'done')
    const { next, nonce } = changed(successor)
    await store.replace(next, nonce, T0 + 2)
    assert.equal((await other.rotate(rotation)).state, 'done')
    assertSameRecord((await readLive(store, successor.key)).record, next)
  })

  test('E2: a rotation that is sent again after the new session ended brings nothing back', async (t) => {
    const { store } = await opened(t, open)
    const rotation = rotationOf(await created(store, newRecord()), T0 + 1)
    const successor = await rotated(store, rotation)
    await store.end(successor.key, { reason: 'signed-out', at: T0 + 2 })
    assert.notEqual((await store.rotate(rotation)).state, 'done')
    assert.equal(await stateOf(store, successor.key), 'ended')
    assert.equal(await stateOf(store, rotation.from), 'ended')
  })

  for (const leave of ['tombstone', 'link'] as const) {
    const of = (...args: Parameters<typeof renewalOf>) => (leave === 'link' ? renewalOf(...args) : rotationOf(...args))

    test(`E1: a rotation (to ${leave}) of a session that ended is gone`, async (t) => {
      const { store, other } = await openedTwice(t, open)
      const record = await created(store, newRecord())
      await other.end(record.key, { reason: 'signed-out', at: T0 + 1 })
      const rotation = of(record, T0 + 2)
      assert.equal((await store.rotate(rotation)).state, 'gone')
      assert.equal(await stateOf(store, rotation.record.key), 'none')
      assert.equal((await readEnded(store, record.key)).reason, 'signed-out')
    })

    test(`E1: a rotation (to ${leave}) and an end at once leave no key that both survived`, async (t) => {
      const { store, other } = await openedTwice(t, open)
      const record = await created(store, newRecord())
      const rotation = of(record, T0 + 1)
      const [outcome] = await Promise.all([
        store.rotate(rotation),
        other.end(record.key, { reason: 'signed-out', at: T0 + 1 }),
      ])
      if (leave === 'link' || outcome.state === 'gone') {
        assert.notEqual(await stateOf(store, rotation.record.key), 'live')
      } else assert.equal((await readEnded(store, record.key)).reason, 'rotated')
      assert.equal(await stateOf(store, record.key), 'ended')
    })

    test(`E1: a rotation (to ${leave}) of an older version is a conflict and changes nothing`, async (t) => {
      const { store } = await opened(t, open)
      const record = await created(store, newRecord())
      const { next, nonce } = changed(record)
      await store.replace(next, nonce, T0 + 1)
      const rotation = of(record, T0 + 2)
      assert.equal((await store.rotate(rotation)).state, 'conflict')
      assert.equal(await stateOf(store, rotation.record.key), 'none')
      assertSameRecord((await readLive(store, record.key)).record, next)
    })

    test(`E1: of two rotations (to ${leave}) of one key at once, one wins`, async (t) => {
      const { store, other } = await openedTwice(t, open)
      const record = await created(store, newRecord())
      const rotations = [of(record, T0 + 1), of(record, T0 + 1)] as const
      const outcomes = await Promise.all([store.rotate(rotations[0]), other.rotate(rotations[1])])
      const loser = leave === 'link' ? 'conflict' : 'gone'
      assert.deepEqual(outcomes.map(({ state }) => state).sort(), ['done', loser].sort())
      const [winning, losing] = outcomes[0].state === 'done' ? rotations : [rotations[1], rotations[0]]
      assert.equal(await stateOf(store, winning.record.key), 'live')
      assert.equal(await stateOf(store, losing.record.key), 'none')
    })

    test(`E10: a rotation (to ${leave}) that finds its session expired ends it`, async (t) => {
      const { store } = await opened(t, open)
      const record = await created(store, newRecord({ idle: null }))
      const rotation = of(record, T0 + 12 * HOUR)
      assert.equal((await store.rotate(rotation)).state, 'gone')
      assert.equal((await readEnded(store, record.key)).reason, 'absolute')
      assert.equal(await stateOf(store, rotation.record.key), 'none')
    })

    test(`E1: a rotation (to ${leave}) of a key that never was is gone and creates nothing`, async (t) => {
      const { store } = await opened(t, open)
      const rotation = of(newRecord(), T0)
      assert.equal((await store.rotate(rotation)).state, 'gone')
      assert.equal(await stateOf(store, rotation.record.key), 'none')
    })
  }

  test('E1: an end of a key that was rotated answers its tombstone and leaves the new session alone', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    const successor = await rotated(store, rotationOf(record, T0 + 1))
    const tombstone = await store.end(record.key, { reason: 'signed-out', at: T0 + 2 })
    assert.equal(tombstone?.reason, 'rotated')
    assert.equal(await stateOf(store, successor.key), 'live')
  })

  test('E1: a rotation does not take a key that is taken', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newRecord())
    const victim = await created(store, newRecord())
    const outcome = await store.rotate(rotationOf(record, T0 + 1, { key: victim.key, id: newRecord().id }))
    assert.notEqual(outcome.state, 'done')
    assertSameRecord((await readLive(store, victim.key)).record, victim)
    assertSameRecord((await readLive(store, record.key)).record, record)
  })

  test('E3: signing in as another user ends the first one’s session', async (t) => {
    const { store } = await opened(t, open)
    const alice = await created(store, newSignedIn('alice'))
    const bob = newSignedIn('bob', T0 + MINUTE)
    await rotated(store, { ...rotationOf(alice, T0 + MINUTE), record: bob })
    assert.deepEqual(await store.list(SITE, 'alice', T0 + MINUTE), [])
    assert.deepEqual(
      (await store.list(SITE, 'bob', T0 + MINUTE)).map(({ record }) => record.id),
      [bob.id],
    )
    assert.equal((await readEnded(store, alice.key)).id, alice.id)
    assert.equal(await store.endById(SITE, alice.id, { reason: 'revoked', at: T0 + MINUTE }).then(toKey), null)
    assert.equal(await stateOf(store, bob.key), 'live')
  })

  test('E3: a session keeps its id and its last-seen time through rotations', async (t) => {
    const { store } = await opened(t, open)
    const record = await created(store, newSignedIn('alice'))
    await store.touch(new Map([[record.id, T0 + 3 * MINUTE]]))
    const second = await rotated(store, rotationOf(record, T0 + MINUTE))
    const third = await rotated(store, renewalOf(second, T0 + 2 * MINUTE))
    const lookup = await readLive(store, third.key)
    assert.equal(lookup.record.id, record.id)
    assert.equal(lookup.lastSeen, T0 + 3 * MINUTE)
    assert.equal((await store.endById(SITE, record.id, { reason: 'revoked', at: T0 + 4 * MINUTE }))?.id, record.id)
    assert.equal(await stateOf(store, third.key), 'ended')
    assert.equal(await stateOf(store, newKey()), 'none')
  })
}

function toKey(tombstone: { reason: string } | null): string | null {
  // A store may remember by id that it ended, or not; what it must not do is end it anew.
  return tombstone === null || tombstone.reason === 'rotated' ? null : tombstone.reason
}
