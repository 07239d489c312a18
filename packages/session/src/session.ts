// What an application holds: one visitor's session, for the length of one request.
//
// Reading is free. Each change is one atomic step in the store, done when its promise resolves (E2); what it means for
// the browser (a new cookie, a deleted one) is put on the answer only after the store has confirmed it.

import { type Begun, begin, renewed } from './begin.ts'
import { draftOf, type Frozen, frozen } from './data.ts'
import type { Ended, Engine } from './engine.ts'
import { SessionError, sessionEnded } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { deleteCookie, setCookie } from './http/cookie.ts'
import { mayCreateSession } from './http/origin.ts'
import type { Held } from './read-cache.ts'
import { sealData } from './seal.ts'
import { type Doubtful, fateOf, REMEMBERED_WRITES } from './settling.ts'
import type { Began, Replaced, Rotated, SessionRecord } from './store.ts'
import { newNonce, type SessionId, type SessionToken } from './token.ts'
import { assertUser } from './user.ts'

const ATTEMPTS = 50

export interface SignInOptions<Data> {
  /** How the user proved who he is, in RFC 8176's names: `['pwd']`, `['pwd', 'otp']`. Default none. */
  readonly methods?: readonly string[]
  /** *Remember me*: the cookie outlives the browser, with the lifetimes of the option `remember`. Default false. */
  readonly remember?: boolean
  /** As the option of `createSessions`, for this sign-in. */
  readonly carry?: boolean | readonly (keyof Data & string)[]
}

/** What begins when nothing was there before. */
export interface Visitor {
  /** End it within two minutes unless its cookie comes back: for visitors that may be robots. Default false. */
  readonly brief?: boolean
}

/** @internal */
export interface Opening<Data> extends Visitor {
  /** When the request came, on the store's clock (E12). */
  readonly openedAt: number
  /** The visitor's session of plain http, where there may be one. */
  readonly plain?: () => Promise<Session<Data>>
}

/** Alters the data that it is given, or returns what takes its place. It may run more than once. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is the usual one
export type Change<Data> = (data: Data) => Data | void

/** One visitor's session, for the length of one request. Made by `sessions.open`. */
export class Session<Data> {
  readonly #engine: Engine<Data>
  readonly #exchange: Exchange
  readonly #opening: Opening<Data>
  #held: Held<Data> | null
  #token: SessionToken | null
  #ended: Ended | null
  #fresh: Data | undefined

  /** @internal */
  constructor(
    engine: Engine<Data>,
    exchange: Exchange,
    found: { held: Held<Data>; token: SessionToken } | { ended: Ended } | null,
    opening: Opening<Data>,
  ) {
    this.#engine = engine
    this.#exchange = exchange
    this.#opening = opening
    this.#held = found !== null && 'held' in found ? found.held : null
    this.#token = found !== null && 'held' in found ? found.token : null
    this.#ended = found !== null && 'ended' in found ? found.ended : null
  }

  /** The session's public name; null until something is stored. */
  get id(): SessionId | null {
    return this.#held?.record.id ?? null
  }

  /** Who is signed in, or null. */
  get user(): string | null {
    return this.#held?.record.user ?? null
  }

  /** How the user proved who he is. */
  get methods(): readonly string[] {
    return this.#held?.record.methods ?? []
  }

  /** When the user last proved who he is, or null. */
  get authenticatedAt(): Date | null {
    const at = this.#held?.record.authenticatedAt ?? null
    return at === null ? null : new Date(at)
  }

  /** When the session ends at the latest, however busy it is; null for none. */
  get endsAt(): Date | null {
    return this.#held === null ? null : new Date(this.#held.record.absoluteEnd)
  }

  /** Why the token that came with this request opens nothing any more; null where it does, or where none came. */
  get ended(): Ended | null {
    return this.#ended
  }

  /** What is stored. Frozen: change it with `update`. */
  get data(): Frozen<Data> {
    if (this.#held !== null) return this.#held.data as Frozen<Data>
    this.#fresh ??= frozen(this.#engine.settings.codec.initial())
    return this.#fresh as Frozen<Data>
  }

  /**
   * Changes the session's data, and is done when it resolves. `change` gets a copy that it may alter or replace; it
   * runs again on the newest data where another request was faster, so it must be quick and have no other effects.
   * A visitor without a session gets one.
   *
   * @throws ERR_SESSION_ENDED where the session ended meanwhile (nothing was written), ERR_DATA, ERR_WRITE_UNKNOWN,
   * ERR_STORE_UNAVAILABLE; where a session would have to begin also ERR_INSECURE_TRANSPORT, ERR_CROSS_SITE and
   * ERR_HEADERS_SENT
   */
  async update(change: Change<Data>): Promise<void> {
    await this.#engine.inTurn(this.#held?.record.id ?? this, async () => {
      const doubtful: Doubtful[] = []
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        await this.#refresh()
        if (this.#wasApplied(doubtful)) return
        const held = this.#held
        const outcome = held === null ? await this.#beginWith(change) : await this.#replace(held, change, doubtful)
        if (outcome === 'done') return
      }
      throw new SessionError('ERR_STORE_UNAVAILABLE', `gave up after ${ATTEMPTS} attempts: other writers were faster`)
    })
  }

  async #replace(held: Held<Data>, change: Change<Data>, doubtful: Doubtful[]): Promise<'done' | 'conflict'> {
    const { json, data } = await this.#change(held.data, change)
    const nonce = newNonce()
    const next: SessionRecord = {
      ...held.record,
      version: held.record.version + 1,
      writes: [...held.record.writes.slice(1 - REMEMBERED_WRITES), nonce],
    }
    const record = { ...next, sealed: sealData(held.dataKey, json, next) }
    const { store } = this.#engine.settings
    await this.#engine.housekeeping.settle(record.id)
    let sendings = 0
    const send = () => {
      sendings++
      return store.replace(record, nonce, this.#engine.now())
    }
    let outcome: Replaced
    try {
      outcome = await this.#engine.apply('update a session', send)
    } catch (error) {
      this.#engine.forget(record.key)
      // No answer came, but the record may tell.
      await this.#refresh().catch(() => {})
      if (this.#held !== null && fateOf({ nonce, version: record.version }, this.#held.record) === 'applied')
        return 'done'
      throw error
    }
    if (outcome === 'done') {
      this.#hold({ ...held, record, data })
      return 'done'
    }
    this.#engine.forget(record.key)
    if (sendings > 1) doubtful.push({ nonce, version: record.version })
    if (outcome === 'conflict') return 'conflict'
    const reason = (await this.#reasonOfEnd()) ?? 'revoked'
    // Its data, and with it perhaps this change, lives on under a token that this request never saw.
    if (sendings > 1 && reason === 'rotated') throw unsettled()
    throw sessionEnded(reason)
  }

  /** Whether one of the writes that got no answer turns out to have been applied: then the change is done (E2). */
  #wasApplied(doubtful: readonly Doubtful[]): boolean {
    if (this.#held === null) return false
    const { record } = this.#held
    const fates = doubtful.map((write) => fateOf(write, record))
    if (fates.includes('applied')) return true
    if (fates.includes('unknown')) throw unsettled()
    return false
  }

  async #beginWith(change: Change<Data>): Promise<'done'> {
    if (this.#ended?.late === true) throw sessionEnded(this.#ended.reason)
    this.#assertMayIssue()
    const begun = begin(this.#engine, {
      continues: null,
      identity: { user: null, methods: [], remembered: false },
      authenticates: false,
      data: await this.#change(this.#engine.settings.codec.initial(), change),
      client: this.#exchange.client,
      brief: this.#opening.brief === true,
    })
    const outcome = await this.#engine.apply('begin a session', () =>
      this.#engine.settings.store.create({ record: begun.held.record, at: this.#engine.now(), signIn: null }),
    )
    this.#issue(begun, outcome)
    this.#engine.events.emit({ type: 'created', id: begun.held.record.id })
    return 'done'
  }

  async #change(data: Data, change: Change<Data>): Promise<{ json: string; data: Data }> {
    const draft = draftOf(data) as Data
    const result: unknown = change(draft) ?? draft
    if (typeof (result as PromiseLike<unknown>).then === 'function') {
      throw new SessionError('ERR_ARGUMENT', 'the function given to update() must not be async: it may run again')
    }
    return this.#engine.settings.codec.write(result)
  }

  /**
   * Takes over what the visitor stored under some keys over plain http (option `http: 'tiered'`), once: it is gone
   * there. The token of plain http stays what it was, and opens nothing here. Whoever reads the wire may have written
   * that data: take nothing that is trusted.
   *
   * @throws as `update`
   */
  async adopt(...keys: readonly (keyof Data & string)[]): Promise<void> {
    const plain = await this.#opening.plain?.()
    if (plain === undefined || plain.id === null) return
    let taken: Partial<Data> = {}
    await plain.update((data) => {
      const pick = (from: Data) => Object.fromEntries(keys.map((key) => [key, from[key]])) as Partial<Data>
      taken = pick(data)
      return { ...data, ...pick(this.#engine.settings.codec.initial()) }
    })
    await this.update((data) => ({ ...data, ...taken }))
  }

  /**
   * Signs a user in, whose credentials the caller has verified. Always a new token; the old one ends in the same step.
   * What an anonymous visitor stored comes along (see `carry`); signing in as another user starts empty; signing in as
   * the same user (re-authentication, a further factor) keeps the data and starts the absolute lifetime anew.
   *
   * @param user - the one canonical name of the user, 1 to 512 characters
   * @throws ERR_CROSS_SITE (login CSRF), ERR_INSECURE_TRANSPORT, ERR_HEADERS_SENT, ERR_SESSION_LIMIT,
   * ERR_SIGN_IN_REVOKED, ERR_ARGUMENT, ERR_WRITE_UNKNOWN, ERR_STORE_UNAVAILABLE
   */
  async signIn(user: string, options: SignInOptions<Data> = {}): Promise<void> {
    assertUser(user)
    const { settings, events } = this.#engine
    if (settings.tier === 'plain') {
      throw new SessionError(
        'ERR_INSECURE_TRANSPORT',
        'nobody signs in over plain http: send the visitor to https first',
      )
    }
    this.#assertMayIssue()
    await this.#engine.inTurn(this.#held?.record.id ?? this, async () => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        await this.#refresh()
        const old = this.#held
        const sameUser = old?.record.user === user
        const kept = old !== null && (sameUser || old.record.user === null) ? old : null
        const carry = sameUser ? true : (options.carry ?? settings.carry)
        const next = begin(this.#engine, {
          continues: kept?.record ?? null,
          identity: { user, methods: options.methods ?? [], remembered: options.remember ?? false },
          authenticates: true,
          data: await settings.codec.write(this.#carried(kept, carry)),
          client: this.#exchange.client,
          brief: false,
        })
        const { record } = next.held
        const creation = {
          record,
          at: this.#engine.now(),
          signIn: { openedAt: this.#opening.openedAt, limit: settings.limit },
        }
        if (old !== null) await this.#engine.housekeeping.settle(old.record.id)
        const outcome = await this.#engine.apply('sign a user in', () =>
          old === null
            ? settings.store.create(creation)
            : settings.store.rotate({
                ...creation,
                from: old.record.key,
                version: old.record.version,
                leave: 'tombstone',
              }),
        )
        if (old !== null) this.#engine.forget(old.record.key)
        if (outcome.state === 'conflict' || outcome.state === 'gone') continue // #refresh finds out which
        this.#issue(next, outcome)
        if (old !== null && kept === null) {
          events.emit({ type: 'ended', id: old.record.id, reason: 'rotated', user: old.record.user })
        }
        events.emit({ type: 'signed-in', id: record.id, user })
        return
      }
      throw new SessionError('ERR_STORE_UNAVAILABLE', `gave up after ${ATTEMPTS} attempts: other writers were faster`)
    })
  }

  #carried(kept: Held<Data> | null, carry: boolean | readonly string[]): unknown {
    const { codec } = this.#engine.settings
    if (kept === null || carry === false) return codec.initial()
    if (carry === true) return draftOf(kept.data)
    const named = Object.entries(kept.data as object).filter(([key]) => carry.includes(key))
    return { ...codec.initial(), ...Object.fromEntries(named) }
  }

  /**
   * Gives the session a new token and ends the old one at once, keeping user and data: for a change of privilege that
   * is no authentication. Nothing happens where there is no session.
   *
   * @throws ERR_INSECURE_TRANSPORT, ERR_HEADERS_SENT, ERR_SESSION_ENDED, ERR_WRITE_UNKNOWN, ERR_STORE_UNAVAILABLE
   */
  async rotate(): Promise<void> {
    if (this.#held === null) return
    this.#assertMayIssue()
    await this.#engine.inTurn(this.#held.record.id, async () => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        await this.#refresh()
        if (this.#held === null) throw sessionEnded(this.#ended?.reason ?? 'revoked')
        const { record } = this.#held
        const next = begin(this.#engine, {
          continues: record,
          identity: { user: record.user, methods: record.methods, remembered: record.remembered },
          authenticates: false,
          data: await this.#engine.settings.codec.write(draftOf(this.#held.data)),
          client: record.client,
          brief: false,
        })
        if (await this.#succeed(next, 'tombstone')) {
          this.#engine.events.emit({ type: 'rotated', id: next.held.record.id })
          return
        }
      }
    })
  }

  /**
   * Gives the session a new token, changing no privilege: the old one is honoured until ten seconds after the new one
   * was presented. `sessions.open` does this by itself on a page load, every `renew`.
   *
   * @internal
   */
  async renew(): Promise<void> {
    const held = this.#held
    if (held === null) return
    const next = renewed(this.#engine, held)
    if (await this.#succeed(next, 'link')) {
      this.#engine.events.emit({ type: 'renewed', id: held.record.id })
    }
  }

  async #succeed(next: Begun<Data>, leave: 'tombstone' | 'link'): Promise<boolean> {
    const old = this.#held as Held<Data>
    await this.#engine.housekeeping.settle(old.record.id)
    const outcome = await this.#engine.apply(leave === 'link' ? 'renew a token' : 'rotate a token', () =>
      this.#engine.settings.store.rotate({
        record: next.held.record,
        at: this.#engine.now(),
        signIn: null,
        from: old.record.key,
        version: old.record.version,
        leave,
      }),
    )
    this.#engine.forget(old.record.key)
    if (outcome.state === 'conflict' || outcome.state === 'gone') return false
    this.#issue(next, outcome)
    return true
  }

  /**
   * Ends the session everywhere and deletes the cookie. From here on this process refuses the token, whatever the
   * store answers.
   *
   * @throws ERR_WRITE_UNKNOWN, ERR_STORE_UNAVAILABLE where the store did not confirm it: tell the user
   */
  async signOut(): Promise<void> {
    const held = this.#held
    if (held === null) return
    const { key, id, user, links } = held.record
    const presented = this.#engine.key(this.#token as SessionToken)
    const confirmed = [key, presented, ...links].map((ended) => this.#engine.refuse(ended, held.record))
    this.#held = null
    this.#token = null
    this.#ended = { id, reason: 'signed-out', at: new Date(this.#engine.now()), late: false }
    if (!this.#exchange.headersSent) this.#deleteCookie()
    const { store, site } = this.#engine.settings
    const ending = { reason: 'signed-out', at: this.#engine.now() } as const
    await this.#engine.apply('sign a user out', async () => {
      const tombstone = await store.end(key, ending)
      // Renewed while this request was served: the session goes on under a token that this request never saw.
      if (tombstone?.reason === 'renewed') await store.endById(site, id, ending)
    })
    for (const done of confirmed) done()
    this.#engine.events.emit({ type: 'ended', id, reason: 'signed-out', user })
  }

  /**
   * Whether the token that came with this request still opens what it opened: false once it was signed out, rotated,
   * revoked or expired. For long requests, before they show or keep anything.
   *
   * @throws ERR_STORE_UNAVAILABLE
   */
  async isLive(): Promise<boolean> {
    if (this.#token === null) return this.#ended === null
    const found = await this.#engine.find(this.#token)
    return found.state === 'live' || (found.state === 'ended' && found.ended.reason === 'renewed')
  }

  // Another request of this process may have been faster while this one waited for its turn.
  async #refresh(): Promise<void> {
    if (this.#token === null) return
    const found = await this.#engine.find(this.#token)
    if (found.state === 'live') {
      this.#held = found.held
      return
    }
    const was = this.#held?.record
    this.#held = null
    this.#token = null
    if (found.state === 'ended') this.#ended = { ...found.ended, late: true }
    else if (was !== undefined) this.#ended = forgotten(was, this.#engine.now())
  }

  async #reasonOfEnd(): Promise<Ended['reason'] | null> {
    await this.#refresh()
    return this.#ended?.reason ?? null
  }

  #issue({ token, held }: Begun<Data>, outcome: Began | Rotated): void {
    if (outcome.state === 'limit') {
      throw new SessionError('ERR_SESSION_LIMIT', 'the user has as many sessions as he may have; end one first')
    }
    if (outcome.state === 'cutoff') {
      throw new SessionError('ERR_SIGN_IN_REVOKED', 'all sessions of this user were ended while he was signing in')
    }
    if (outcome.state !== 'done') throw new SessionError('ERR_STORE_UNAVAILABLE', 'the new key was taken already')
    for (const id of outcome.ended) {
      this.#engine.events.emit({ type: 'ended', id, reason: 'limit', user: held.record.user })
    }
    this.#token = token
    this.#ended = null
    this.#hold({ ...held, record: { ...held.record, links: outcome.record.links, epoch: outcome.record.epoch } })
    const { cookie } = this.#engine.settings
    const expires = held.record.remembered ? new Date(held.record.absoluteEnd) : undefined
    this.#exchange.setCookie(cookie.name, setCookie(cookie, token.reveal(), expires))
  }

  #hold(held: Held<Data>): void {
    this.#held = held
    this.#engine.remember(held)
  }

  #deleteCookie(): void {
    const { cookie } = this.#engine.settings
    this.#exchange.setCookie(cookie.name, deleteCookie(cookie))
  }

  #assertMayIssue(): void {
    this.#engine.assertOpen()
    const { facts, headersSent } = this.#exchange
    if (facts.secure !== (this.#engine.settings.tier === 'secure')) {
      throw new SessionError(
        'ERR_INSECURE_TRANSPORT',
        'a session cannot begin over plain http: serve the site over https, or, where a proxy terminates TLS, name ' +
          'its address in `trustedProxies` and let it set X-Forwarded-Proto',
      )
    }
    // An answer to a request that browsers send without the cookie must not overwrite the good one (R8).
    if (!mayCreateSession(facts, this.#engine.settings.trustedOrigins)) {
      throw new SessionError('ERR_CROSS_SITE', 'a request from another site may not begin a session or sign anyone in')
    }
    if (headersSent) {
      throw new SessionError('ERR_HEADERS_SENT', 'the headers are out: begin, rotate or sign in before answering')
    }
  }
}

// The store knows nothing of it any more: swept after its end, or lost. It was there when the request came.
function forgotten({ id, absoluteEnd }: SessionRecord, now: number): Ended {
  const over = now >= absoluteEnd
  return { id, reason: over ? 'absolute' : 'revoked', at: new Date(over ? absoluteEnd : now), late: true }
}

function unsettled(): SessionError {
  return new SessionError(
    'ERR_WRITE_UNKNOWN',
    'nobody can say whether the store did this: update a session (the answer was lost, and since then too much happened)',
  )
}
