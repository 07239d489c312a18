// What an application holds: one visitor's session, for the length of one request.
//
// Reading is free. Each change is one atomic step in the store, done when its promise resolves (E2); what it means for
// the browser (a new cookie, a deleted one) is put on the answer only after the store has confirmed it.

import { type Frozen, frozen } from './data.ts'
import type { Ended, Engine, Found } from './engine.ts'
import type { Exchange } from './exchange.ts'
import { Hold, type Opened } from './hold.ts'
import { renew, rotate } from './rotate.ts'
import { type SignInOptions, signIn } from './sign-in.ts'
import { signOut } from './sign-out.ts'
import type { SessionId, SessionKey, SessionToken } from './token.ts'
import { type Change, type Transform, transform, update } from './update.ts'

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

/** One visitor's session, for the length of one request. Made by `sessions.open`. */
export class Session<Data> {
  readonly #hold: Hold<Data>
  readonly #opening: Opening<Data>
  #fresh: Data | undefined
  /** Where `isLive` last found the session: its token may be renewed more than once while a stream runs. */
  #followed: { readonly token: SessionToken; readonly key: SessionKey } | null = null

  /** @internal */
  constructor(engine: Engine<Data>, exchange: Exchange, opened: Opened<Data>, opening: Opening<Data>) {
    this.#hold = new Hold(engine, exchange, opened)
    this.#opening = opening
  }

  /** The session's public name; null until something is stored. */
  get id(): SessionId | null {
    return this.#hold.held?.record.id ?? null
  }

  /** Who is signed in, or null. */
  get user(): string | null {
    return this.#hold.held?.record.user ?? null
  }

  /** How the user proved who he is. */
  get methods(): readonly string[] {
    return this.#hold.held?.record.methods ?? []
  }

  /** When the user last proved who he is, or null. */
  get authenticatedAt(): Date | null {
    const at = this.#hold.held?.record.authenticatedAt ?? null
    return at === null ? null : new Date(at)
  }

  /** When the session ends at the latest, however busy it is; null for none. */
  get endsAt(): Date | null {
    return this.#hold.held === null ? null : new Date(this.#hold.held.record.absoluteEnd)
  }

  /** Why the token that came with this request opens nothing any more; null where it does, or where none came. */
  get ended(): Ended | null {
    return this.#hold.ended
  }

  /** What is stored. Frozen: change it with `update`. */
  get data(): Frozen<Data> {
    if (this.#hold.held !== null) return this.#hold.held.data as Frozen<Data>
    this.#fresh ??= frozen(this.#hold.engine.settings.codec.initial())
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
  update(change: Change<Data>): Promise<void> {
    return update(this.#hold, change, this.#opening.brief === true)
  }

  /**
   * As `update`, for a change that alters nothing: it is given the data itself, frozen, and returns what takes its place.
   *
   * @internal
   */
  transform(change: Transform<Data>): Promise<void> {
    return transform(this.#hold, change, this.#opening.brief === true)
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
      return { ...data, ...pick(this.#hold.engine.settings.codec.initial()) }
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
  signIn(user: string, options: SignInOptions<Data> = {}): Promise<void> {
    return signIn(this.#hold, user, options, this.#opening.openedAt)
  }

  /**
   * Gives the session a new token and ends the old one at once, keeping user and data: for a change of privilege that
   * is no authentication. Nothing happens where there is no session.
   *
   * @throws ERR_INSECURE_TRANSPORT, ERR_HEADERS_SENT, ERR_SESSION_ENDED, ERR_WRITE_UNKNOWN, ERR_STORE_UNAVAILABLE
   */
  rotate(): Promise<void> {
    return rotate(this.#hold)
  }

  /**
   * Gives the session a new token, changing no privilege: the old one is honoured until ten seconds after the new one
   * was presented. `sessions.open` does this by itself on a page load, every `renew`.
   *
   * @internal
   */
  renew(): Promise<void> {
    return renew(this.#hold)
  }

  /**
   * Ends the session everywhere and deletes the cookie. From here on this process refuses the token, whatever the
   * store answers.
   *
   * @throws ERR_WRITE_UNKNOWN, ERR_STORE_UNAVAILABLE where the store did not confirm it: tell the user
   */
  signOut(): Promise<void> {
    return signOut(this.#hold)
  }

  /**
   * Whether the token that came with this request still opens what it opened: false once it was signed out, rotated,
   * revoked or expired. A renewal changes no privilege: what the old token opened lives as long as the session does.
   * For long requests and streams, before they show or keep anything.
   *
   * @throws ERR_STORE_UNAVAILABLE
   */
  async isLive(): Promise<boolean> {
    return this.liveness()
  }

  /**
   * As `isLive`, at once where nothing has to be waited for.
   *
   * @internal
   */
  liveness(): boolean | Promise<boolean> {
    const found = this.#hold.find()
    if (found === null) return this.#hold.ended === null
    return found instanceof Promise ? found.then((answer) => this.#goesOn(answer)) : this.#goesOn(found)
  }

  /** A renewal changes no privilege: what the old token opened lives as long as the session does. */
  #goesOn(found: Found<Data>): boolean | Promise<boolean> {
    const { token, held, engine } = this.#hold
    if (found.state === 'live') {
      const { key } = found.held.record
      if (token !== null && key !== held?.record.key) this.#followed = { token, key }
      return true
    }
    if (token === null || found.state === 'none') return false
    const followed = this.#followed?.token === token ? this.#followed.key : held?.record.key
    const { reason } = found.ended
    // After many renewals the store calls a token rotated that it cannot follow any more; we can, if we have looked since.
    if (reason !== 'renewed' && (reason !== 'rotated' || this.#followed === null)) return false
    return this.#follow(token, engine.successor(followed ?? engine.key(token), held?.record.user ?? null))
  }

  async #follow(token: SessionToken, successor: Promise<SessionKey | null>): Promise<boolean> {
    const key = await successor
    if (key !== null) this.#followed = { token, key }
    return key !== null
  }
}
