// A request's session: from its cookie to a live session, an ended one, or none.

import type { Engine, Found } from './engine.ts'
import { SessionError } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { LINK_GRACE, touchInterval } from './expiry.ts'
import { deleteCookie, findCookie } from './http/cookie.ts'
import { crossOrigin, isNavigation, mayCreateSession } from './http/origin.ts'
import type { Held } from './read-cache.ts'
import { type Opening, Session, type Visitor } from './session.ts'
import { SessionToken } from './token.ts'

export interface OpenOptions extends Visitor {
  /** The request is a machine's (polling, a socket's frames): it does not keep the session alive. Default false. */
  readonly passive?: boolean
}

/** What `sessions.open` does, and throws. */
export async function openSession<Data>(
  engine: Engine<Data>,
  exchange: Exchange,
  options: OpenOptions & Pick<Opening<Data>, 'plain'>,
): Promise<Session<Data>> {
  engine.assertOpen()
  const opening = { ...options, openedAt: engine.now() } // before anything is waited for (E12)
  const { tier, cookie } = engine.settings
  const found = findCookie(exchange.cookieHeader, cookie.name)
  if (found.kind === 'none') return new Session(engine, exchange, null, opening)
  if (found.kind === 'many') {
    engine.events.emit({ type: 'duplicate-cookie', count: found.count, address: exchange.client.address })
    return new Session(engine, exchange, null, opening)
  }
  const token = SessionToken.parse(found.value)
  if (token === null) return new Session(engine, exchange, null, opening)
  if (tier === 'secure' && !exchange.facts.secure) return exposed(engine, exchange, token, opening)
  const outcome = await engine.find(token)
  if (outcome.state === 'none') return new Session(engine, exchange, null, opening)
  if (outcome.state === 'ended') return over(engine, exchange, outcome, opening)
  return live(engine, exchange, token, outcome.held, opening)
}

/** What crossed the wire in clear may be known to anyone: it is over (R5). */
async function exposed<Data>(
  engine: Engine<Data>,
  exchange: Exchange,
  token: SessionToken,
  opening: OpenOptions & Opening<Data>,
): Promise<Session<Data>> {
  const at = engine.now()
  const key = engine.key(token)
  const tombstone = await engine.apply('end an exposed session', () =>
    engine.settings.store.end(key, { reason: 'exposed', at }),
  )
  engine.forget(key)
  engine.events.emit({ type: 'exposed', id: tombstone?.id ?? null, address: exchange.client.address })
  if (tombstone === null) return new Session(engine, exchange, null, opening)
  const { id, reason, endedAt } = tombstone
  return new Session(engine, exchange, { ended: { id, reason, at: new Date(endedAt), late: false } }, opening)
}

function over<Data>(
  engine: Engine<Data>,
  exchange: Exchange,
  { ended }: Found<Data> & { state: 'ended' },
  opening: Opening<Data>,
): Session<Data> {
  const { id, reason } = ended
  const { cookie, trustedOrigins } = engine.settings
  if (reason === 'idle' || reason === 'absolute') engine.events.emit({ type: 'expired', id, reason })
  else if (engine.isRecent(ended.at)) engine.events.emit({ type: 'late', id, reason })
  else engine.events.emit({ type: 'replay', id, reason, address: exchange.client.address })
  // The answer to a late request may arrive after the browser has its new cookie, and would delete that (R4).
  if (!ended.late && !exchange.headersSent && mayCreateSession(exchange.facts, trustedOrigins)) {
    exchange.setCookie(cookie.name, deleteCookie(cookie))
  }
  return new Session(engine, exchange, { ended }, opening)
}

async function live<Data>(
  engine: Engine<Data>,
  exchange: Exchange,
  token: SessionToken,
  held: Held<Data>,
  opening: OpenOptions & Opening<Data>,
): Promise<Session<Data>> {
  const { settings, housekeeping, events } = engine
  const { facts } = exchange
  const { record } = held
  if (crossOrigin(facts, settings.trustedOrigins) !== 'allowed') {
    const origin = facts.origin ?? null
    events.emit({ type: 'cross-origin', id: record.id, origin })
    throw new SessionError('ERR_CROSS_ORIGIN', `a ${facts.method} with a session came from ${origin ?? 'elsewhere'}`)
  }
  const now = engine.now()
  const neverReturned = record.brief && held.lastSeen <= record.createdAt
  if (opening.passive !== true && (neverReturned || now - held.lastSeen >= touchInterval(record.idle))) {
    held.lastSeen = now
    housekeeping.seen(record.id, now)
  }
  const session = new Session(engine, exchange, { held, token }, opening)
  if (record.unconfirmed && !held.linked) {
    // The renewed token was presented: the old one's ten seconds begin.
    await tried(engine, 'confirm a renewed token', () => settings.store.confirm(record.key, now + LINK_GRACE))
    engine.forget(record.key)
  }
  const due = settings.renew !== null && now - record.issuedAt >= settings.renew
  if (due && isNavigation(facts) && !exchange.headersSent) await tried(engine, 'renew a token', () => session.renew())
  return session
}

/** Work that changes no privilege: should it fail, the next request tries again. */
async function tried<Data>(engine: Engine<Data>, doing: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    engine.events.emit({ type: 'store-error', doing, error })
  }
}
