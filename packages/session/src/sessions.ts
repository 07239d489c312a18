// The engine's face: open a request's session, list and end sessions, hear what happens.

import { Engine, type Found } from './engine.ts'
import { SessionError } from './errors.ts'
import type { EventType, Listener } from './events.ts'
import type { Exchange } from './exchange.ts'
import { LINK_GRACE, touchInterval } from './expiry.ts'
import { deleteCookie, findCookie } from './http/cookie.ts'
import { crossOrigin, isNavigation, mayCreateSession } from './http/origin.ts'
import { normalise, type SessionsOptions } from './options.ts'
import type { Held } from './read-cache.ts'
import { Session, type Visitor } from './session.ts'
import type { Client, EndReason } from './store.ts'
import { type SessionId, SessionToken } from './token.ts'

/** One row of a user's list of sessions. */
export interface SessionInfo {
  readonly id: SessionId
  readonly user: string
  readonly createdAt: Date
  readonly authenticatedAt: Date
  readonly lastSeenAt: Date
  readonly endsAt: Date
  readonly methods: readonly string[]
  readonly remembered: boolean
  readonly client: Client
}

export interface OpenOptions extends Visitor {
  /** The request is a machine's (polling, a socket's frames): it does not keep the session alive. Default false. */
  readonly passive?: boolean
}

/** The sessions of one site. `Request` is what the adapter takes: `[req, res]` for node:http. */
export class Sessions<Data, Request extends readonly unknown[]> {
  readonly #engine: Engine<Data>
  readonly #exchange: (...request: Request) => Exchange

  /** @internal */
  constructor(options: SessionsOptions<Data>, exchange: (...request: Request) => Exchange) {
    this.#engine = new Engine(normalise(options))
    this.#exchange = exchange
  }

  /**
   * The session of a request. A visitor without a cookie costs no store access and gets no cookie until something is
   * stored; a token that ended opens nothing, and `session.ended` says why.
   *
   * @throws ERR_STORE_UNAVAILABLE, ERR_RECORD_UNREADABLE (answer 503: the visitor is not anonymous, he is unknown),
   * ERR_CROSS_ORIGIN (answer 403), ERR_HEADERS_SENT
   */
  open(...request: Request): Promise<Session<Data>> {
    return this.openExchange(this.#exchange(...request))
  }

  /** As `open`, for adapters that decide about a request what an application cannot. */
  async openExchange(exchange: Exchange, options: OpenOptions = {}): Promise<Session<Data>> {
    exchange.personal()
    const found = findCookie(exchange.cookieHeader, this.#engine.settings.cookie.name)
    if (found.kind === 'none') return this.#anonymous(exchange, options)
    if (found.kind === 'many') {
      const { address } = exchange.client
      this.#engine.events.emit({ type: 'duplicate-cookie', count: found.count, address })
      return this.#anonymous(exchange, options)
    }
    const token = SessionToken.parse(found.value)
    if (token === null) return this.#anonymous(exchange, options)
    if (!exchange.facts.secure) return this.#exposed(exchange, token, options)
    const outcome = await this.#engine.find(token)
    if (outcome.state === 'none') return this.#anonymous(exchange, options)
    if (outcome.state === 'ended') return this.#over(exchange, outcome, options)
    return this.#live(exchange, token, outcome.held, options)
  }

  #anonymous(exchange: Exchange, options: OpenOptions): Session<Data> {
    this.#engine.assertOpen()
    return new Session(this.#engine, exchange, null, options)
  }

  // What crossed the wire in clear may be known to anyone: it is over (R5).
  async #exposed(exchange: Exchange, token: SessionToken, options: OpenOptions): Promise<Session<Data>> {
    const { store } = this.#engine.settings
    const at = this.#engine.now()
    const key = this.#engine.key(token)
    const tombstone = await this.#engine.apply('end an exposed session', () =>
      store.end(key, { reason: 'exposed', at }),
    )
    this.#engine.forget(key)
    const { address } = exchange.client
    this.#engine.events.emit({ type: 'exposed', id: tombstone?.id ?? null, address })
    if (tombstone === null) return this.#anonymous(exchange, options)
    const { id, reason, endedAt } = tombstone
    return new Session(this.#engine, exchange, { ended: { id, reason, at: new Date(endedAt), late: false } }, options)
  }

  #over(exchange: Exchange, found: Found<Data> & { state: 'ended' }, options: OpenOptions): Session<Data> {
    const { ended } = found
    const { id, reason } = ended
    const { cookie, trustedOrigins } = this.#engine.settings
    if (reason === 'idle' || reason === 'absolute') this.#engine.events.emit({ type: 'expired', id, reason })
    else this.#reportStraggler(exchange, id, reason, ended.at)
    // The answer to a late request may arrive after the browser has its new cookie, and would delete that (R4).
    if (!ended.late && !exchange.headersSent && mayCreateSession(exchange.facts, trustedOrigins)) {
      exchange.setCookie(cookie.name, deleteCookie(cookie))
    }
    return new Session(this.#engine, exchange, { ended }, options)
  }

  #reportStraggler(exchange: Exchange, id: SessionId, reason: EndReason, endedAt: Date): void {
    const recently = this.#engine.isRecent(endedAt)
    if (recently) this.#engine.events.emit({ type: 'late', id, reason })
    else this.#engine.events.emit({ type: 'replay', id, reason, address: exchange.client.address })
  }

  async #live(exchange: Exchange, token: SessionToken, held: Held<Data>, options: OpenOptions): Promise<Session<Data>> {
    const { settings, housekeeping, events } = this.#engine
    const { facts } = exchange
    const { record } = held
    if (crossOrigin(facts, settings.trustedOrigins) !== 'allowed') {
      const origin = facts.origin ?? null
      events.emit({ type: 'cross-origin', id: record.id, origin })
      throw new SessionError('ERR_CROSS_ORIGIN', `a ${facts.method} with a session came from ${origin ?? 'elsewhere'}`)
    }
    const now = this.#engine.now()
    const neverReturned = record.brief && held.lastSeen <= record.createdAt
    if (options.passive !== true && (neverReturned || now - held.lastSeen >= touchInterval(record.idle))) {
      held.lastSeen = now
      housekeeping.seen(record.id, now)
    }
    const session = new Session(this.#engine, exchange, { held, token }, options)
    if (record.unconfirmed && !held.linked) await this.#confirm(held, now)
    const due = settings.renew !== null && now - record.issuedAt >= settings.renew
    if (due && isNavigation(facts) && !exchange.headersSent) await this.#renew(session)
    return session
  }

  // A renewed token was presented: the old one's ten seconds begin. What fails is tried again at the next request.
  async #confirm(held: Held<Data>, now: number): Promise<void> {
    try {
      await this.#engine.settings.store.confirm(held.record.key, now + LINK_GRACE)
      this.#engine.forget(held.record.key)
    } catch (error) {
      this.#engine.events.emit({ type: 'store-error', doing: 'confirm a renewed token', error })
    }
  }

  async #renew(session: Session<Data>): Promise<void> {
    try {
      await session.renew()
    } catch (error) {
      this.#engine.events.emit({ type: 'store-error', doing: 'renew a token', error })
    }
  }

  /** A user's live sessions, most recently used first. */
  async list(user: string): Promise<SessionInfo[]> {
    const { store, site } = this.#engine.settings
    await this.#engine.housekeeping.flush()
    const listed = await this.#engine.apply('list sessions', async () => store.list(site, user, this.#engine.now()))
    return listed.map(({ record, lastSeen }) => ({
      id: record.id,
      user,
      createdAt: new Date(record.createdAt),
      authenticatedAt: new Date(record.authenticatedAt ?? record.createdAt),
      lastSeenAt: new Date(lastSeen),
      endsAt: new Date(record.absoluteEnd),
      methods: record.methods,
      remembered: record.remembered,
      client: record.client,
    }))
  }

  /**
   * Ends a session by its public id. Whether the caller may is the caller's business.
   *
   * @returns whether there was a live session of that id
   */
  async end(id: SessionId): Promise<boolean> {
    const { store, site } = this.#engine.settings
    const at = this.#engine.now()
    const ended = await this.#engine.apply('end a session', () => store.endById(site, id, { reason: 'revoked', at }))
    if (ended === null) return false
    this.#engine.events.emit({ type: 'ended', id, reason: 'revoked', user: null })
    return true
  }

  /**
   * Ends all sessions of a user, those that are just being begun included: after a change of password, for instance.
   *
   * @param options.except - a session that lives on, usually the one that asks
   * @returns how many were ended
   */
  async endAll(user: string, options: { readonly except?: SessionId | null } = {}): Promise<number> {
    const { store, site } = this.#engine.settings
    const except = options.except ?? null
    const at = this.#engine.now()
    const ended = await this.#engine.apply('end all sessions of a user', () => store.endAll(site, user, at, except))
    for (const id of ended) this.#engine.events.emit({ type: 'ended', id, reason: 'revoked', user })
    this.#engine.events.emit({ type: 'ended-all', user, except, count: ended.length })
    return ended.length
  }

  /**
   * Hears one type of event, or all of them (`'*'`).
   *
   * @returns a function that ends the subscription
   */
  on<T extends EventType>(type: T | '*', listener: Listener<T>): () => void {
    return this.#engine.events.on(type, listener)
  }

  /** @internal For adapters: directives that they took from an answer. */
  reportCaching(directives: readonly string[]): void {
    this.#engine.events.emit({ type: 'caching-removed', directives })
  }

  /**
   * Writes down what is pending and closes the store.
   *
   * @param options.keepStore - leave the store open, for the other sites that share it. Default false.
   */
  close(options: { readonly keepStore?: boolean } = {}): Promise<void> {
    return this.#engine.close(options.keepStore ?? false)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
