// What a store's writes mean, said once, for every store that can run them synchronously in one transaction: the
// memory store on Maps, the SQLite store in its writer thread. Each function reads rows, decides, writes rows; the
// caller makes it atomic.

import { expired } from '../expiry.ts'
import type {
  Began,
  Creation,
  Cutoff,
  Ending,
  EndReason,
  Limit,
  Listed,
  Replaced,
  Rotated,
  Rotation,
  SessionRecord,
  SignInConditions,
  Tombstone,
} from '../store.ts'
import { FORMAT } from '../store.ts'
import type { SessionId, SessionKey } from '../token.ts'
import { cutoffOf, dueAt, lastSeen, liveOf, newestFirst, type Row, type Rows } from './reading.ts'

/** How many renewals a token survives while a request that came with it is being served. */
const MAX_LINKS = 16
/** Milliseconds until a record of an unknown format is looked at again. */
const UNKNOWN_REST = 3_600_000

export function create(rows: Rows, { record, at, signIn }: Creation): Began {
  const row = rows.get(record.key)
  if (row !== undefined) return began(row, record) ?? { state: 'exists' }
  return begin(rows, record, at, signIn, null)
}

export function replace(rows: Rows, record: SessionRecord, nonce: string, at: number): Replaced {
  const row = current(rows, record.key, at)
  if (row?.kind === 'link') return 'conflict' // renewed meanwhile: read again, through the link
  if (row?.kind !== 'record') return 'gone'
  if (row.record.writes.includes(nonce)) return 'done'
  if (row.record.version !== record.version - 1 || row.record.id !== record.id) return 'conflict'
  // What the store keeps of its own (links, confirmation, epoch) is not the writer's to overwrite.
  const { links, unconfirmed, epoch } = row.record
  rows.put(record.key, { kind: 'record', record: { ...record, links, unconfirmed, epoch } })
  return 'done'
}

export function rotate(rows: Rows, rotation: Rotation): Rotated {
  const { record, from, version, leave, at, signIn } = rotation
  const existing = rows.get(record.key)
  if (existing !== undefined) return began(existing, record) ?? { state: 'gone' }
  const row = current(rows, from, at)
  if (row?.kind === 'link') return { state: 'conflict' }
  if (row?.kind !== 'record') return { state: 'gone' }
  if (row.record.version !== version) return { state: 'conflict' }
  const old = row.record
  const links = leave === 'link' ? [...old.links, from].slice(-MAX_LINKS) : []
  const outcome = begin(rows, { ...record, links }, at, signIn, old)
  if (outcome.state !== 'done') return outcome
  if (leave === 'tombstone') {
    bury(rows, old, { reason: 'rotated', at }, record.id === old.id)
    return outcome
  }
  const { id, wrappedKey, absoluteEnd } = old
  const signedIn = old.user !== null
  rows.put(from, { kind: 'link', link: { to: record.key, id, wrappedKey, endsAt: null, absoluteEnd, signedIn } })
  for (const key of old.links) {
    const older = rows.get(key)
    if (links.includes(key)) {
      if (older?.kind === 'link') rows.put(key, { kind: 'link', link: { ...older.link, to: record.key } })
      continue
    }
    const endedAt = older?.kind === 'tombstone' ? older.tombstone.endedAt : at
    // Nothing leads from it to the session any more, so nobody could tell by it that the session ended: no mere renewal.
    rows.put(key, { kind: 'tombstone', tombstone: { id, reason: 'rotated', signedIn, endedAt, absoluteEnd } })
  }
  return outcome
}

export function confirm(rows: Rows, key: SessionKey, linksEndAt: number): void {
  const row = rows.get(key)
  if (row?.kind !== 'record' || !row.record.unconfirmed) return
  for (const linkKey of row.record.links) {
    const linkRow = rows.get(linkKey)
    if (linkRow?.kind === 'link' && linkRow.link.endsAt === null) {
      rows.put(linkKey, { kind: 'link', link: { ...linkRow.link, endsAt: linksEndAt } })
    }
  }
  rows.put(key, { kind: 'record', record: { ...row.record, unconfirmed: false } })
}

export function end(rows: Rows, key: SessionKey, ending: Ending): Tombstone | null {
  const row = rows.get(key)
  if (row === undefined) return null
  if (row.kind === 'tombstone') return row.tombstone
  if (row.kind === 'record') return bury(rows, row.record, ending)
  const target = rows.get(row.link.to)
  return target?.kind === 'record' ? bury(rows, target.record, ending) : null
}

export function endById(rows: Rows, site: string, id: SessionId, ending: Ending): Tombstone | null {
  const key = rows.keyOf(id)
  const row = key === undefined ? undefined : rows.get(key)
  return row?.kind === 'record' && row.record.site === site ? bury(rows, row.record, ending) : null
}

export function endAll(rows: Rows, site: string, user: string, at: number, except: SessionId | null): SessionId[] {
  const before = rows.cutoff(site, user)
  // Sent again: what began since then began after it, and stays.
  if (before !== null && before.at === at && before.except === except) return cutOff(rows, site, user, before)
  // An exception is for what lives: it brings nothing back that an earlier cutoff has ended.
  const spared = except === null ? undefined : rows.keyOf(except)
  if (spared !== undefined) current(rows, spared, at)
  const ended = liveOf(rows, site, user, at)
    .map(({ record }) => record.id)
    .filter((id) => id !== except)
  // Never reused, so that a record of a forgotten epoch cannot be taken for one of today's.
  const epoch = Math.max((before?.epoch ?? 0) + 1, at)
  rows.setCutoff(site, user, { epoch, at: Math.max(before?.at ?? 0, at), except })
  return ended
}

/** Whose records a cutoff has ended, and which nobody has met since. */
function cutOff(rows: Rows, site: string, user: string, { epoch, except }: Cutoff): SessionId[] {
  return rows
    .recordsOf(site, user)
    .filter((record) => record.epoch !== epoch && record.id !== except)
    .map(({ id }) => id)
}

export function touch(rows: Rows, seen: ReadonlyMap<SessionId, number>): void {
  for (const [id, at] of seen) {
    if (rows.keyOf(id) !== undefined && at > (rows.seen(id) ?? 0)) rows.see(id, at)
  }
}

export function sweep(rows: Rows, at: number, max: number): number {
  const due = rows.due(at, max)
  for (const key of due) {
    const row = rows.get(key)
    // What the times of a record of another format mean, only the release that wrote it knows: it is put off (E11).
    if (row?.kind === 'record' && row.record.format !== FORMAT) rows.defer(key, at + UNKNOWN_REST)
    else sweepRow(rows, key, asOf(rows, key, row, at), at)
  }
  return due.length
}

function sweepRow(rows: Rows, key: SessionKey, row: Row | undefined, at: number): void {
  if (row?.kind === 'record') rows.defer(key, dueAt(row, lastSeen(rows, row.record)))
  if (row?.kind === 'link') rows.defer(key, dueAt(row, 0)) // or it would be found again and again
  if (row?.kind === 'tombstone' && at >= row.tombstone.absoluteEnd) rows.drop(key)
}

/** A row as it stands at a time: whoever finds something expired ends it before answering (E10). */
function current(rows: Rows, key: SessionKey, at: number): Row | undefined {
  return asOf(rows, key, rows.get(key), at)
}

/** As `current`, of a row that was just read. */
function asOf(rows: Rows, key: SessionKey, row: Row | undefined, at: number): Row | undefined {
  if (row?.kind === 'record') {
    const over = expired(row.record, lastSeen(rows, row.record), cutoffOf(rows, row.record), at)
    if (over === null) return row
    return { kind: 'tombstone', tombstone: bury(rows, row.record, over) }
  }
  if (row?.kind === 'link') {
    const { id, endsAt, absoluteEnd, signedIn } = row.link
    const endedAt = Math.min(endsAt ?? absoluteEnd, absoluteEnd)
    if (at < endedAt) return row
    const tombstone: Tombstone = { id, reason: 'renewed', signedIn, endedAt, absoluteEnd }
    rows.put(key, { kind: 'tombstone', tombstone })
    return { kind: 'tombstone', tombstone }
  }
  return row
}

/** Puts a record, and every renewed token that leads to it, to rest. */
function bury(
  rows: Rows,
  record: SessionRecord,
  ending: { reason: EndReason; at: number },
  survives = false,
): Tombstone {
  const { id, user, absoluteEnd } = record
  const tombstone: Tombstone = { id, reason: ending.reason, signedIn: user !== null, endedAt: ending.at, absoluteEnd }
  rows.put(record.key, { kind: 'tombstone', tombstone })
  for (const key of record.links) {
    const row = rows.get(key)
    // A link whose time was over says so still, unless it learns here that all of the session is.
    if (row?.kind === 'link' || (row?.kind === 'tombstone' && row.tombstone.reason === 'renewed')) {
      rows.put(key, { kind: 'tombstone', tombstone })
    }
  }
  if (!survives) rows.forget(id)
  return tombstone
}

/** Puts a new record in, if its user may have it. */
function begin(
  rows: Rows,
  record: SessionRecord,
  at: number,
  signIn: SignInConditions | null,
  replaces: SessionRecord | null,
): Began {
  const { user, site } = record
  if (user === null) return put(rows, record, [])
  const cutoff = rows.cutoff(site, user)
  if (signIn !== null && cutoff !== null && cutoff.at >= signIn.openedAt && cutoff.except !== record.id) {
    return { state: 'cutoff' }
  }
  const surplus = signIn?.limit ? overLimit(rows, record, at, signIn.limit, replaces) : []
  if (signIn?.limit?.policy === 'refuse' && surplus.length > 0) return { state: 'limit' }
  for (const { record: oldest } of surplus) bury(rows, oldest, { reason: 'limit', at })
  return put(
    rows,
    { ...record, epoch: cutoff?.epoch ?? 0 },
    surplus.map(({ record: oldest }) => oldest.id),
  )
}

/** The user's least recently used sessions that would be too many beside the new one. */
function overLimit(
  rows: Rows,
  record: SessionRecord,
  at: number,
  limit: Limit,
  replaces: SessionRecord | null,
): readonly Listed[] {
  const { site, user } = record as SessionRecord & { user: string }
  // Most users have fewer, those that ended since included; then none of their records has to be read.
  if (rows.countOf(site, user) < limit.max) return []
  const others = liveOf(rows, site, user, at).filter((row) => row.record.key !== replaces?.key)
  return others.sort(newestFirst).slice(Math.max(0, limit.max - 1))
}

function put(rows: Rows, record: SessionRecord, ended: readonly SessionId[]): Began {
  rows.put(record.key, { kind: 'record', record })
  return { state: 'done', record, ended }
}

/** The answer to a write that was applied already; null where the key is another's. */
function began(row: Row, record: SessionRecord): Began | null {
  const same = row.kind === 'record' && row.record.id === record.id
  return same ? { state: 'done', record: row.record, ended: [] } : null
}
