// How many sessions a user may have is enforced in the step that begins one (E12).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Limit, SessionRecord, SignInConditions, Store } from '../store.ts'
import {
  created,
  HOUR,
  MINUTE,
  newRecord,
  newSignedIn,
  readEnded,
  rotated,
  rotationOf,
  SITE,
  stateOf,
  T0,
} from './fixtures.ts'
import { type OpenStore, opened, openedTwice } from './under-test.ts'

export function limitTests(open: OpenStore): void {
  test('E12: one session too many ends the one that was not used for longest', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const [first, second] = await signedIn(store, 2)
    await other.touch(new Map([[first!.id, T0 + 5 * MINUTE]]))
    const outcome = await store.create(signingIn(upTo(2, 'end-oldest'), T0 + 6 * MINUTE))
    assert.equal(outcome.state, 'done')
    assert.deepEqual(outcome.state === 'done' && outcome.ended, [second!.id])
    const tombstone = await readEnded(other, second!.key)
    assert.deepEqual([tombstone.reason, tombstone.endedAt], ['limit', T0 + 6 * MINUTE])
    assert.equal(await stateOf(store, first!.key), 'live')
  })

  test('E12: a limit that was lowered ends all that are too many', async (t) => {
    const { store } = await opened(t, open)
    const old = await signedIn(store, 3)
    const outcome = await store.create(signingIn(upTo(1, 'end-oldest'), T0 + MINUTE))
    assert.ok(outcome.state === 'done')
    assert.deepEqual([...outcome.ended].sort(), old.map(({ id }) => id).sort())
    assert.deepEqual(await idsOf(store, T0 + MINUTE), [outcome.record.id])
  })

  test('E12: where the policy is to refuse, one too many changes nothing', async (t) => {
    const { store } = await opened(t, open)
    const [first] = await signedIn(store, 1)
    const visitor = await created(store, newRecord())
    const creation = signingIn(upTo(1, 'refuse'), T0 + MINUTE)
    assert.deepEqual(await store.create(creation), { state: 'limit' })
    const rotation = rotationOf(visitor, T0 + MINUTE, { user: 'alice' })
    assert.deepEqual(await store.rotate({ ...rotation, signIn: creation.signIn }), { state: 'limit' })
    assert.equal(await stateOf(store, creation.record.key), 'none')
    assert.equal(await stateOf(store, rotation.record.key), 'none')
    assert.equal(await stateOf(store, visitor.key), 'live')
    assert.deepEqual(await idsOf(store, T0 + MINUTE), [first!.id])
  })

  test('E12: two that sign in at once where one may: the later ends the earlier', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const creations = [signingIn(upTo(1, 'end-oldest'), T0), signingIn(upTo(1, 'end-oldest'), T0)] as const
    const outcomes = await Promise.all([store.create(creations[0]), other.create(creations[1])])
    assert.deepEqual(
      outcomes.map(({ state }) => state),
      ['done', 'done'],
    )
    assert.equal((await idsOf(store, T0)).length, 1)
    const states = [await stateOf(store, creations[0].record.key), await stateOf(other, creations[1].record.key)]
    assert.deepEqual(states.sort(), ['ended', 'live'])
  })

  test('E12: two that sign in at once where one may and the policy is to refuse: one is refused', async (t) => {
    const { store, other } = await openedTwice(t, open)
    const outcomes = await Promise.all([
      store.create(signingIn(upTo(1, 'refuse'), T0)),
      other.create(signingIn(upTo(1, 'refuse'), T0)),
    ])
    assert.deepEqual(outcomes.map(({ state }) => state).sort(), ['done', 'limit'])
    assert.equal((await idsOf(store, T0)).length, 1)
  })

  test('E12: the session that is being rotated does not count beside its successor', async (t) => {
    const { store } = await opened(t, open)
    for (const policy of ['refuse', 'end-oldest'] as const) {
      const user = `user of ${policy}`
      const record = await created(store, newSignedIn(user))
      const signIn = { openedAt: T0 + 1, limit: upTo(1, policy) }
      const successor = await rotated(store, { ...rotationOf(record, T0 + 1), signIn })
      assert.equal(await stateOf(store, successor.key), 'live')
      assert.equal((await readEnded(store, record.key)).reason, 'rotated')
    }
  })

  test('E12: what has expired, was ended or belongs to another site or user does not count', async (t) => {
    const { store } = await opened(t, open)
    await created(store, newSignedIn('alice'))
    const signedOut = await created(store, newSignedIn('alice', T0 + 20 * MINUTE))
    await store.end(signedOut.key, { reason: 'signed-out', at: T0 + 20 * MINUTE })
    await created(store, newSignedIn('alice', T0 + 20 * MINUTE, { site: 'another site' }))
    await created(store, newSignedIn('bob', T0 + 20 * MINUTE))
    const outcome = await store.create(signingIn(upTo(1, 'refuse'), T0 + HOUR))
    assert.equal(outcome.state, 'done')
  })

  test('E2: a sign-in that is sent again ends nobody else', async (t) => {
    const { store } = await opened(t, open)
    const [first] = await signedIn(store, 1)
    const creation = signingIn(upTo(2, 'end-oldest'), T0 + MINUTE)
    await store.create(creation)
    assert.equal((await store.create(creation)).state, 'done')
    const refused = signingIn(upTo(2, 'refuse'), T0 + MINUTE)
    assert.equal((await store.create(refused)).state, 'limit')
    assert.deepEqual((await idsOf(store, T0 + MINUTE)).sort(), [first!.id, creation.record.id].sort())
  })
}

function upTo(max: number, policy: Limit['policy']): Limit {
  return { max, policy }
}

function signingIn(
  limit: Limit,
  at: number,
): { readonly record: SessionRecord; readonly at: number; readonly signIn: SignInConditions } {
  return { record: newSignedIn('alice', at), at, signIn: { openedAt: at, limit } }
}

/** Sessions of alice, one minute apart. */
async function signedIn(store: Store, count: number): Promise<SessionRecord[]> {
  const records: SessionRecord[] = []
  for (let n = 0; n < count; n++) records.push(await created(store, newSignedIn('alice', T0 + n)))
  return records
}

async function idsOf(store: Store, at: number): Promise<string[]> {
  return (await store.list(SITE, 'alice', at)).map(({ record }) => record.id)
}
