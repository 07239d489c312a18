// A request's session: from its cookie to a live session, an ended one, or none.

import type { Ended, Engine, Found } from './engine.ts'
import { SessionError } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { LINK_GRACE, touchInterval } from './expiry.ts'
import { deleteCookie, type FoundCookie, findCookie } from './http/cookie.ts'
import { cookieCounts, crossOrigin, isNavigation, mayCreateSession } from './http/origin.ts'
import { presented } from './presented.ts'
import type { Held } from './read-cache.ts'
import { type Opening, Session, type Visitor } from './session.ts'
import type { SessionRecord } from './store.ts'
import { SessionToken } from './token.ts'

export interface OpenOptions extends Visitor {
  /** The request is a machine's (polling, a socket's frames): it does not keep the session alive. Default false. */
  readonly passive?: boolean
}

/** How many tokens are looked up where a request in clear brings more than one. */
const MAX_EXPOSED = 16

/** What `sessions.open` does, and throws. Nothing is waited for where the read cache has the session. */
export function openSession<Data>(
  engine: Engine<Data>,
  exchange: Exchange,
  options: OpenOptions & Pick<Opening<Data>, 'plain'>,
): Session<Data> | Promise<Session<Data>> {
  engine.assertOpen()
  const opening = { ...options, openedAt: engine.now() } // before anything is waited for (E12)
  const { tier, cookie, embedded, trustedOrigins } = engine.settings
  // A cookie that comes with everything is looked at only where Lax would have come, and in frames (R1).
  if (embedded && !cookieCounts(exchange.facts, trustedOrigins)) return new Session(engine, exchange, null, opening)
  const found = findCookie(exchange.cookieHeader, cookie.name)
  if (found.kind === 'none') return new Session(engine, exchange, null, opening)
  if (found.kind === 'many') {
    const { length: count } = found.values
    engine.events.emit({ type: 'duplicate-cookie', count, address: exchange.client.address })
  }
  if (tier === 'secure' && !exchange.facts.secure) return exposed(engine, exchange, tokensOf(found), opening)
  const known = found.kind === 'one' ? presented(engine.settings.site, found.value, exchange.connection) : null
  if (known === null) return new Session(engine, exchange, null, opening)
  const { token, key } = known
  const outcome = engine.find(token, key, opening.openedAt)
  if (!(outcome instanceof Promise)) return opened(engine, exchange, token, outcome, opening, opening.openedAt)
  return outcome.then((read) => opened(engine, exchange, token, read, opening, engine.now()))
}

function tokensOf(found: FoundCookie): SessionToken[] {
  const values = found.kind === 'one' ? [found.value] : found.kind === 'many' ? found.values : []
  return values
    .slice(0, MAX_EXPOSED)
    .map((value) => SessionToken.parse(value))
    .filter((token) => token !== null)
}

/** What crossed the wire in clear may be known to anyone: it is over (R5). */
async function exposed<Data>(
  engine: Engine<Data>,
  exchange: Exchange,
  tokens: readonly SessionToken[],
  opening: OpenOptions & Opening<Data>,
): Promise<Session<Data>> {
  const at = engine.now()
  let ended: Ended | null = null
  for (const token of tokens) {
    const key = engine.key(token)
    const tombstone = await engine.apply('end an exposed session', () =>
      engine.settings.store.end(key, { reason: 'exposed', at }),
    )
    engine.forget(key)
    engine.events.emit({ type: 'exposed', id: tombstone?.id ?? null, address: exchange.client.address })
    if (tombstone === null) continue
    const { id, reason, signedIn, endedAt } = tombstone
    ended ??= { id, reason, signedIn, at: new Date(endedAt), late: false }
  }
  return new Session(engine, exchange, ended === null ? null : { ended }, opening)
}

function opened<Data>(
  engine: Engine<Data>,
  exchange: Exchange,
  token: SessionToken,
  found: Found<Data>,
  opening: OpenOptions & Opening<Data>,
  now: number,
): Session<Data> | Promise<Session<Data>> {
  if (found.state === 'none') return new Session(engine, exchange, null, opening)
  if (found.state === 'ended') return over(engine, exchange, found, opening)
  return live(engine, exchange, token, found.held, opening, now)
}

function over<Data>(
  engine: Engine<Data>,
  exchange: Exchange,
  { ended }: Found<Data> & { state: 'ended' },
  opening: Opening<Data>,
): Session<Data> {
  const { id, reason } = ended
  const { cookie, trustedOrigins, embedded } = engine.settings
  if (reason === 'idle' || reason === 'absolute') engine.events.emit({ type: 'expired', id, reason })
  else if (engine.isRecent(ended.at)) engine.events.emit({ type: 'late', id, reason })
  else engine.events.emit({ type: 'replay', id, reason, address: exchange.client.address })
  // The answer to a late request may arrive after the browser has its new cookie, and would delete that (R4).
  if (!ended.late && !exchange.headersSent && mayCreateSession(exchange.facts, trustedOrigins, embedded)) {
    exchange.setCookie(cookie.name, deleteCookie(cookie))
  }
  return new Session(engine, exchange, { ended }, opening)
}

function live<Data>(
  engine: Engine<Data>,
  exchange: Exchange,
  token: SessionToken,
  held: Held<Data>,
  opening: OpenOptions & Opening<Data>,
  now: number,
): Session<Data> | Promise<Session<Data>> {
  const { settings, housekeeping, events } = engine
  const { facts } = exchange
  const { record } = held
  if (crossOrigin(facts, settings.trustedOrigins) !== 'allowed') {
    const origin = facts.origin ?? null
    events.emit({ type: 'cross-origin', id: record.id, origin })
    throw new SessionError('ERR_CROSS_ORIGIN', `a ${facts.method} with a session came from ${origin ?? 'elsewhere'}`)
  }
  const neverReturned = record.brief && held.lastSeen <= record.createdAt
  if (opening.passive !== true && (neverReturned || now - held.lastSeen >= touchInterval(record.idle))) {
    held.lastSeen = now
    housekeeping.seen(record.id, now)
  }
  const session = new Session(engine, exchange, { held, token }, opening)
  // The renewed token was presented: the old one's ten seconds begin.
  const confirms = record.unconfirmed && !held.linked
  const due = settings.renew !== null && now - record.issuedAt >= settings.renew
  const renews = due && isNavigation(facts, settings.embedded) && !exchange.headersSent
  return confirms || renews ? passOn(engine, session, record, confirms, renews) : session
}

async function passOn<Data>(
  engine: Engine<Data>,
  session: Session<Data>,
  { key }: SessionRecord,
  confirms: boolean,
  renews: boolean,
): Promise<Session<Data>> {
  if (confirms) {
    const linksEndAt = engine.now() + LINK_GRACE
    await tried(engine, 'confirm a renewed token', () => engine.settings.store.confirm(key, linksEndAt))
    engine.forget(key)
  }
  if (renews) await tried(engine, 'renew a token', () => session.renew())
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
