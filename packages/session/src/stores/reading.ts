// What a store keeps, and what reading it says: for every store that has its rows at hand, in memory or in a file.

import { expired, idleTimeout } from '../expiry.ts'
import type { Cutoff, Link, Listed, Lookup, SessionRecord, Tombstone } from '../store.ts'
import type { SessionId, SessionKey } from '../token.ts'

export type Row =
  | { readonly kind: 'record'; readonly record: SessionRecord }
  | { readonly kind: 'link'; readonly link: Link }
  | { readonly kind: 'tombstone'; readonly tombstone: Tombstone }

/** What reading a key needs of the tables. */
export type ReadableRows = Pick<Rows, 'get' | 'seen' | 'cutoff'>

/** The tables a store keeps: rows by key, last-seen times by id, cutoffs by user. */
export interface Rows {
  get(key: SessionKey): Row | undefined
  put(key: SessionKey, row: Row): void
  drop(key: SessionKey): void
  /** The key of the live record with this id. */
  keyOf(id: SessionId): SessionKey | undefined
  /** A user's records, also those that came to their end since. */
  recordsOf(site: string, user: string): readonly SessionRecord[]
  /** How many `recordsOf` would answer. */
  countOf(site: string, user: string): number
  seen(id: SessionId): number | undefined
  see(id: SessionId, at: number): void
  forget(id: SessionId): void
  cutoff(site: string, user: string): Cutoff | null
  setCutoff(site: string, user: string, cutoff: Cutoff): void
  /**
   * Keys of rows that may have come to their end by `at`: expired records, those that a cutoff ended, tombstones and links
   * past theirs. None of them is left as it is: the caller ends, drops or defers it.
   */
  due(at: number, max: number): readonly SessionKey[]
  /** A row that was due turned out to live, since its session was seen meanwhile. */
  defer(key: SessionKey, until: number): void
}

export function read(rows: ReadableRows, key: SessionKey): Lookup {
  const row = rows.get(key)
  if (row === undefined) return { state: 'none' }
  if (row.kind === 'tombstone') return { state: 'ended', tombstone: row.tombstone }
  if (row.kind === 'record') return live(rows, row.record, null)
  const target = rows.get(row.link.to)
  if (target?.kind === 'record') return live(rows, target.record, row.link)
  return target?.kind === 'tombstone' ? { state: 'ended', tombstone: target.tombstone } : { state: 'none' }
}

function live(rows: ReadableRows, record: SessionRecord, link: Link | null): Lookup {
  return { state: 'live', record, lastSeen: lastSeen(rows, record), cutoff: cutoffOf(rows, record), link }
}

/** A user's live sessions, in no order. */
export function liveOf(
  rows: Pick<Rows, 'recordsOf' | 'seen' | 'cutoff'>,
  site: string,
  user: string,
  at: number,
): Listed[] {
  const cutoff = rows.cutoff(site, user)
  return rows.recordsOf(site, user).flatMap((record) => listed(record, rows.seen(record.id), cutoff, at) ?? [])
}

/** A record as a row of its user's list; null where it is over. */
export function listed(
  record: SessionRecord,
  seen: number | undefined,
  cutoff: Cutoff | null,
  at: number,
): Listed | null {
  const lastSeen = Math.max(record.issuedAt, seen ?? 0)
  return expired(record, lastSeen, cutoff, at) === null ? { record, lastSeen } : null
}

export function newestFirst(a: Listed, b: Listed): number {
  return b.lastSeen - a.lastSeen
}

/** When a row next needs the sweeper's attention. */
export function dueAt(row: Row, seen: number): number {
  if (row.kind === 'tombstone') return row.tombstone.absoluteEnd
  if (row.kind === 'link') return Math.min(row.link.endsAt ?? row.link.absoluteEnd, row.link.absoluteEnd)
  const { record } = row
  const idle = idleTimeout(record, seen)
  return idle === null ? record.absoluteEnd : Math.min(record.absoluteEnd, seen + idle)
}

/** The last recorded request; the token's own issue counts as one. */
export function lastSeen(rows: Pick<Rows, 'seen'>, record: SessionRecord): number {
  return Math.max(record.issuedAt, rows.seen(record.id) ?? 0)
}

/** What a user's last `endAll` says of a record. */
export function cutoffOf(rows: Pick<Rows, 'cutoff'>, record: SessionRecord): Cutoff | null {
  return record.user === null ? null : rows.cutoff(record.site, record.user)
}
