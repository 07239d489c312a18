// How rows look in the file.
//
// Keys and ids are hashes and random bytes in base64url; they are kept as the bytes they spell (32 instead of 43, in
// the table and in its indexes). A key that is not in that one canonical spelling is kept as text, so that no two keys
// ever share a row. What SQL looks for stands in a column; the rest of a record is JSON, so that a field that only a
// newer release knows survives a write by an older one (E11).

import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { Cutoff, EndReason, Link, SessionRecord } from '../../store.ts'
import type { SessionId, SessionKey } from '../../token.ts'
import type { Row } from '../reading.ts'

export const RECORD = 0
export const LINK = 1
/** And above: why it ended, and whether someone was signed in under it, are part of the kind. */
export const TOMBSTONE = 2

/** By their numbers in the file: new ones are added at the end. */
const REASONS: readonly EndReason[] = [
  'signed-out',
  'rotated',
  'renewed',
  'revoked',
  'limit',
  'exposed',
  'idle',
  'absolute',
]

/** The columns that hold a row, in the order of `encodeRow` and `decodeRow`. */
export const COLUMNS = ['kind', 'id', 'site', 'user', 'ended', 'target', 'body', 'wrapped_key', 'sealed']

const KEY = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/
const ID = /^[A-Za-z0-9_-]{21}[AQgw]$/

export function encodeKey(key: SessionKey): Uint8Array | string {
  return KEY.test(key) ? Buffer.from(key, 'base64url') : key
}

export function encodeId(id: SessionId): Uint8Array | string {
  return ID.test(id) ? Buffer.from(id, 'base64url') : id
}

export function decodeKey(value: SQLOutputValue | undefined): SessionKey {
  return spelled(value) as SessionKey
}

export function decodeId(value: SQLOutputValue | undefined): SessionId {
  return spelled(value) as SessionId
}

/** The values of COLUMNS. */
export function encodeRow(row: Row): SQLInputValue[] {
  if (row.kind === 'tombstone') {
    const { id, endedAt, reason, signedIn, absoluteEnd } = row.tombstone
    const kind = TOMBSTONE + 2 * REASONS.indexOf(reason) + (signedIn ? 1 : 0)
    // The sweeper drops it at its absolute end: that is the column `due`. From there back the other time is a short number.
    return [kind, encodeId(id), null, null, absoluteEnd - endedAt, null, null, null, null]
  }
  if (row.kind === 'link') {
    const { id, to, wrappedKey, endsAt, ...rest } = row.link
    return [LINK, encodeId(id), null, null, endsAt, encodeKey(to), JSON.stringify(rest), wrappedKey, null]
  }
  const { key: _, id, site, user, wrappedKey, sealed, ...rest } = row.record
  return [RECORD, encodeId(id), site, user, null, null, JSON.stringify(rest), wrappedKey, sealed]
}

/** @throws an ordinary error where the values are not what `encodeRow` made: the row is unreadable, not absent (E9) */
export function decodeRow(key: SessionKey, values: readonly SQLOutputValue[], due: number): Row {
  const [kind, idBytes, site, user, ended, target, body, wrappedKey, sealed] = values
  const id = decodeId(idBytes)
  if (typeof kind === 'number' && kind >= TOMBSTONE) {
    const reason = REASONS[(kind - TOMBSTONE) >> 1]
    if (reason === undefined) throw new Error(`a tombstone of the unknown kind ${kind}`)
    const signedIn = kind % 2 === 1
    return {
      kind: 'tombstone',
      tombstone: { id, reason, signedIn, endedAt: due - (ended as number), absoluteEnd: due },
    }
  }
  if (kind === LINK) {
    const link = { ...JSON.parse(body as string), id, to: decodeKey(target), endsAt: ended, wrappedKey }
    return { kind: 'link', link: link as Link }
  }
  if (kind !== RECORD) throw new Error(`a row of the unknown kind ${kind}`)
  const record = { ...JSON.parse(body as string), key, id, site, user, wrappedKey, sealed }
  return { kind: 'record', record: record as SessionRecord }
}

/** From `epoch`, `at` and `except_id`, which are all null where there is no cutoff. */
export function decodeCutoff([epoch, at, except]: readonly SQLOutputValue[]): Cutoff | null {
  if (epoch === null || epoch === undefined) return null
  return { epoch: epoch as number, at: at as number, except: except === null ? null : decodeId(except) }
}

/** A record that owns its bytes: a Buffer is often a view of a larger pool, all of which would go to the thread. */
export function detached(record: SessionRecord): SessionRecord {
  return { ...record, wrappedKey: new Uint8Array(record.wrappedKey), sealed: new Uint8Array(record.sealed) }
}

function spelled(value: SQLOutputValue | undefined): string {
  if (typeof value === 'string') return value
  if (!(value instanceof Uint8Array)) throw new Error('a row without a key or an id')
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64url')
}
