// Whether what was read of a row can be what a release wrote. Pure.

import { FORMAT, type SessionRecord } from '../../../store.ts'
import type { Row } from '../../reading.ts'

/** A clock that is wrong by less is no fault of the file. */
export const CLOCK_TOLERANCE = 3_600_000

const REASONS = new Set(['signed-out', 'rotated', 'renewed', 'revoked', 'limit', 'exposed', 'idle', 'absolute'])

export interface Fault {
  readonly what: string
  readonly remedy: 'delete' | 'upgrade' | 'sweep' | 'clock'
}

const unreadable = (what: string): Fault => ({ what, remedy: 'delete' })

/** What is wrong with a row, whose bytes could be decoded; null where nothing is. */
export function faultOf(row: Row, due: unknown, now: number): Fault | null {
  if (!isTime(due)) return unreadable('a row that says no time at which to look at it')
  if (row.kind === 'tombstone') return faultOfTombstone(row.tombstone, now)
  if (row.kind === 'link') {
    const { to, endsAt, absoluteEnd, wrappedKey } = row.link
    if (!isKey(to) || !isBytes(wrappedKey) || !isTime(absoluteEnd) || (endsAt !== null && !isTime(endsAt))) {
      return unreadable('a renewed token that does not say where it leads')
    }
    return null
  }
  return faultOfRecord(row.record, due as number, now)
}

function faultOfTombstone({ reason, endedAt }: (Row & { kind: 'tombstone' })['tombstone'], now: number): Fault | null {
  if (!isTime(endedAt) || !REASONS.has(reason)) return unreadable('an ended token that does not say when or why')
  if (endedAt > now + CLOCK_TOLERANCE) return { what: 'a token that ended in the future', remedy: 'clock' }
  return null
}

function faultOfRecord(record: SessionRecord, due: number, now: number): Fault | null {
  if (!Number.isInteger(record.format)) return unreadable('a session without a format')
  if (record.format > FORMAT) return { what: `a session of format ${record.format}`, remedy: 'upgrade' }
  if (!isWhole(record)) return unreadable('a session in which something is missing')
  if (due > record.absoluteEnd) return { what: 'a session that is swept only after its absolute end', remedy: 'sweep' }
  if (record.createdAt > now + CLOCK_TOLERANCE) return { what: 'a session that began in the future', remedy: 'clock' }
  return null
}

/** Tells a format from garbage; what the fields mean together is the engine's business. */
function isWhole(record: SessionRecord): boolean {
  const { site, user, version, epoch, createdAt, authenticatedAt, issuedAt, absoluteEnd, idle, links, writes } = record
  return (
    typeof site === 'string' &&
    (user === null || typeof user === 'string') &&
    Number.isInteger(version) &&
    version >= 1 &&
    Number.isInteger(epoch) &&
    [createdAt, issuedAt, absoluteEnd].every(isTime) &&
    (authenticatedAt === null || isTime(authenticatedAt)) &&
    (idle === null || isTime(idle)) &&
    Array.isArray(links) &&
    links.every(isKey) &&
    Array.isArray(writes) &&
    isBytes(record.wrappedKey)
  )
}

function isTime(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0
}

/** 32 bytes in base64url. */
export function isKey(value: unknown): boolean {
  return typeof value === 'string' && value.length === 43
}

/** 16 bytes in base64url. */
export function isId(value: unknown): boolean {
  return typeof value === 'string' && value.length === 22
}

function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array
}
