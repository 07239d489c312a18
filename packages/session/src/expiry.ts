// When a session ends by itself (E5). Pure: values in, verdict out.
//
// Two clocks, both the server's. The absolute one runs from the last authentication and is never extended by use.
// The idle one runs from the last request that was *recorded*; since recordings are throttled, a session is refused
// between idle − throttle and idle after the last real request, never later.

import type { Cutoff, SessionRecord } from './store.ts'

/** How long an unreturned brief session lives. */
export const BRIEF = 120_000

/** Late answers: how long after its end a token is treated as a straggler rather than a replay (R4). */
export const LATE = 60_000

/** How long a renewed token is still honoured once its successor was presented (E3). */
export const LINK_GRACE = 10_000

export interface Lifetimes {
  /** Milliseconds, or null for no idle timeout. */
  readonly idle: number | null
  readonly absolute: number
}

export interface Expired {
  readonly reason: 'idle' | 'absolute' | 'revoked'
  readonly at: number
}

type Timed = Pick<SessionRecord, 'id' | 'epoch' | 'createdAt' | 'absoluteEnd' | 'idle' | 'brief'>

/**
 * Whether a session is over, why, and since when; null while it lives.
 *
 * @param lastSeen - the last recorded request; the token's own issue counts as one
 * @param cutoff - the user's last `endAll`
 */
export function expired(session: Timed, lastSeen: number, cutoff: Cutoff | null, now: number): Expired | null {
  if (cutoff !== null && session.epoch !== cutoff.epoch && session.id !== cutoff.except) {
    return { reason: 'revoked', at: cutoff.at }
  }
  if (now >= session.absoluteEnd) return { reason: 'absolute', at: session.absoluteEnd }
  const idle = idleTimeout(session, lastSeen)
  if (idle !== null && now >= lastSeen + idle) return { reason: 'idle', at: lastSeen + idle }
  return null
}

/** The idle timeout that applies now: shorter while a brief session's cookie has never come back. */
export function idleTimeout(session: Timed, lastSeen: number): number | null {
  if (!session.brief || lastSeen > session.createdAt) return session.idle
  return session.idle === null ? BRIEF : Math.min(session.idle, BRIEF)
}

/** How often a session's last-seen time is written at most: the smaller of a minute and a twentieth of idle. */
export function touchInterval(idle: number | null): number {
  return idle === null ? 60_000 : Math.min(60_000, idle / 20)
}

/** Lifetimes were shortened since the session began: the shorter ones count. Longer ones never do. */
export function shortened(session: SessionRecord, now: Lifetimes): SessionRecord {
  const absoluteEnd = (session.authenticatedAt ?? session.createdAt) + now.absolute
  const idle = session.idle === null ? now.idle : now.idle === null ? session.idle : Math.min(session.idle, now.idle)
  if (absoluteEnd >= session.absoluteEnd && idle === session.idle) return session
  return { ...session, idle, absoluteEnd: Math.min(absoluteEnd, session.absoluteEnd) }
}
