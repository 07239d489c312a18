// The engine's face: open a request's session, list and end sessions, hear what happens.

import { Engine } from './engine.ts'
import type { EventType, Listener } from './events.ts'
import type { Exchange } from './exchange.ts'
import { type OpenOptions, openSession } from './open.ts'
import { normalise, plainTier, type SessionsOptions } from './options.ts'
import type { Session } from './session.ts'
import { inSlices } from './slices.ts'
import type { Client, Listed } from './store.ts'
import type { SessionId } from './token.ts'
import { assertUser } from './user.ts'

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

/** The sessions of one site. `Request` is what the adapter takes: `[req, res]` for node:http. */
export class Sessions<Data, Request extends readonly unknown[]> {
  readonly #engine: Engine<Data>
  /** The anonymous sessions of plain http, where there are any (R5). */
  readonly #plain: Engine<Data> | null
  readonly #exchange: (...request: Request) => Exchange
  /** Where a request carries the session that was opened for it. */
  readonly #opened = Symbol('coatcheck.session')

  /**
   * @internal
   * @param before - of the same site in the same store, which these follow while its last requests are under way
   */
  constructor(
    options: SessionsOptions<Data>,
    exchange: (...request: Request) => Exchange,
    before?: Sessions<Data, Request>,
  ) {
    const settings = normalise(options)
    const engine = before === undefined ? undefined : before.#engine
    const plain = before === undefined ? null : before.#plain
    this.#engine = new Engine(settings, undefined, engine)
    this.#plain =
      options.http === 'tiered' ? new Engine(plainTier(settings), this.#engine.events, plain ?? undefined) : null
    this.#exchange = exchange
  }

  /**
   * The session of a request. A visitor without a cookie costs no store access and gets no cookie until something is
   * stored; a token that ended opens nothing, and `session.ended` says why. Opened again for the same request it is the
   * same session.
   *
   * @throws ERR_STORE_UNAVAILABLE, ERR_RECORD_UNREADABLE (answer 503: the visitor is not anonymous, he is unknown),
   * ERR_CROSS_ORIGIN (answer 403), ERR_HEADERS_SENT
   */
  open(...request: Request): Promise<Session<Data>> {
    // Middleware and handler share one session, so that neither works on what the other has changed.
    const carrier = request[0] as Record<symbol, Promise<Session<Data>> | undefined>
    const session = carrier[this.#opened] ?? this.openExchange(this.#exchange(...request))
    carrier[this.#opened] = session
    return session
  }

  /** As `open`, for adapters that decide about a request what an application cannot. */
  async openExchange(exchange: Exchange, options: OpenOptions = {}): Promise<Session<Data>> {
    return this.opening(exchange, options)
  }

  /**
   * As `openExchange`, at once where nothing has to be waited for; then it throws what that rejects with.
   *
   * @internal
   */
  opening(exchange: Exchange, options: OpenOptions = {}): Session<Data> | Promise<Session<Data>> {
    exchange.personal()
    const plain = this.#plain
    return plain === null ? openSession(this.#engine, exchange, options) : this.#openTiered(plain, exchange, options)
  }

  async #openTiered(plain: Engine<Data>, exchange: Exchange, options: OpenOptions): Promise<Session<Data>> {
    const openPlain = async () => openSession(plain, exchange, options)
    const session = await openSession(this.#engine, exchange, { ...options, plain: openPlain })
    return exchange.facts.secure ? session : openPlain()
  }

  /** A user's live sessions, most recently used first. */
  async list(user: string): Promise<SessionInfo[]> {
    assertUser(user)
    const { store, site } = this.#engine.settings
    const listed = await this.#engine.ask(async () => {
      await this.#engine.housekeeping.flush()
      return store.list(site, user, this.#engine.now())
    })
    const infos: SessionInfo[] = []
    await inSlices(listed, (row) => void infos.push(infoOf(user, row)))
    return infos
  }

  /**
   * Ends a session by its public id. Whether the caller may is the caller's business.
   *
   * @returns whether there was a live session of that id
   */
  async end(id: SessionId): Promise<boolean> {
    const { store, site } = this.#engine.settings
    const at = this.#engine.now()
    let sendings = 0
    const ended = await this.#engine.apply('end a session', () => {
      sendings++
      return store.endById(site, id, { reason: 'revoked', at })
    })
    if (ended === null && sendings === 1) return false // sent again, it may find what the first one did
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
    assertUser(user)
    const { store, site } = this.#engine.settings
    const except = options.except ?? null
    const at = this.#engine.now()
    const ended = await this.#engine.apply('end all sessions of a user', () => store.endAll(site, user, at, except))
    await inSlices(ended, (id) => this.#engine.events.emit({ type: 'ended', id, reason: 'revoked', user }))
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
  async close(options: { readonly keepStore?: boolean } = {}): Promise<void> {
    await this.#plain?.close(true)
    await this.#engine.close(options.keepStore ?? false)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function infoOf(user: string, { record, lastSeen }: Listed): SessionInfo {
  return {
    id: record.id,
    user,
    createdAt: new Date(record.createdAt),
    authenticatedAt: new Date(record.authenticatedAt ?? record.createdAt),
    lastSeenAt: new Date(lastSeen),
    endsAt: new Date(record.absoluteEnd),
    methods: record.methods,
    remembered: record.remembered,
    client: record.client,
  }
}
