// Values that the tests of stores begin with, and the questions that they ask again and again.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Lookup, Rotation, SessionRecord, SignInConditions, Store, Tombstone } from '../store.ts'
import { newNonce, newSessionId, type SessionKey } from '../token.ts'

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
/** When every test begins. */
export const T0 = Date.UTC(2026, 0, 1)
export const SITE = 'shop'

export function newKey(): SessionKey {
  return randomBytes(32).toString('base64url') as SessionKey
}

/** An anonymous record of version 1: idle half an hour, absolute twelve hours. */
export function newRecord(over: Partial<SessionRecord> = {}): SessionRecord {
  return {
    format: 1,
    key: newKey(),
    id: newSessionId(),
    site: SITE,
    user: null,
    version: 1,
    epoch: 0,
    createdAt: T0,
    authenticatedAt: null,
    issuedAt: T0,
    absoluteEnd: T0 + 12 * HOUR,
    idle: 30 * MINUTE,
    brief: false,
    remembered: false,
    methods: [],
    client: { address: null, userAgent: null },
    writes: [],
    links: [],
    unconfirmed: false,
    wrappedKey: new Uint8Array(randomBytes(64)),
    sealed: new Uint8Array(randomBytes(50)),
    ...over,
  }
}

/** A record of someone who signs in at `at`. */
export function newSignedIn(user: string, at = T0, over: Partial<SessionRecord> = {}): SessionRecord {
  const times = { createdAt: at, authenticatedAt: at, issuedAt: at, absoluteEnd: at + 12 * HOUR }
  return newRecord({ user, ...times, methods: ['pwd'], ...over })
}

/** Creates a record that must be accepted; answers it as the store has it. */
export async function created(
  store: Store,
  record: SessionRecord,
  at = record.issuedAt,
  signIn: SignInConditions | null = null,
): Promise<SessionRecord> {
  const outcome = await store.create({ record, at, signIn })
  assert.equal(outcome.state, 'done')
  return (outcome as { record: SessionRecord }).record
}

/** What an update makes of a record, and the name of that write. */
export function changed(record: SessionRecord): { readonly next: SessionRecord; readonly nonce: string } {
  const nonce = newNonce()
  const writes = [...record.writes.slice(-31), nonce]
  return { nonce, next: { ...record, version: record.version + 1, writes, sealed: new Uint8Array(randomBytes(50)) } }
}

/** A sign-in or another rotation: `over` is what the new record has of its own. */
export function rotationOf(from: SessionRecord, at: number, over: Partial<SessionRecord> = {}): Rotation {
  const record = newRecord({ ...from, version: 1, writes: [], links: [], key: newKey(), issuedAt: at, ...over })
  return { record, at, signIn: null, from: from.key, version: from.version, leave: 'tombstone' }
}

/** A renewal, which keeps everything but the token. */
export function renewalOf(from: SessionRecord, at: number): Rotation {
  const wrappedKey = new Uint8Array(randomBytes(64))
  const record = { ...from, key: newKey(), issuedAt: at, unconfirmed: true, wrappedKey }
  return { record, at, signIn: null, from: from.key, version: from.version, leave: 'link' }
}

/** Rotates, which must succeed; answers the new record as the store has it. */
export async function rotated(store: Store, rotation: Rotation): Promise<SessionRecord> {
  const outcome = await store.rotate(rotation)
  assert.equal(outcome.state, 'done')
  return (outcome as { record: SessionRecord }).record
}

export async function readLive(store: Store, key: SessionKey): Promise<Lookup & { state: 'live' }> {
  const lookup = await store.read(key)
  assert.equal(lookup.state, 'live')
  return lookup as Lookup & { state: 'live' }
}

export async function readEnded(store: Store, key: SessionKey): Promise<Tombstone> {
  const lookup = await store.read(key)
  assert.equal(lookup.state, 'ended')
  return (lookup as Lookup & { state: 'ended' }).tombstone
}

export async function stateOf(store: Store, key: SessionKey): Promise<Lookup['state']> {
  return (await store.read(key)).state
}

/** Records are equal by their values; whether bytes come as Buffer or Uint8Array is the store's choice. */
export function assertSameRecord(actual: SessionRecord, expected: SessionRecord): void {
  assert.deepEqual(comparable(actual), comparable(expected))
}

function comparable(record: SessionRecord): unknown {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  return { ...record, wrappedKey: hex(record.wrappedKey), sealed: hex(record.sealed) }
}
