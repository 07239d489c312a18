// What a request has of its session, and how that changes: the live session and the token that opens it, or why there
// is none. The acts (`update.ts`, `sign-in.ts`, `rotate.ts`, `sign-out.ts`) work on it.

import type { Begun } from './begin.ts'
import type { Ended, Engine, Found } from './engine.ts'
import { SessionError } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { setCookie } from './http/cookie.ts'
import { mayCreateSession } from './http/origin.ts'
import type { Held } from './read-cache.ts'
import type { Began, Rotated, SessionRecord } from './store.ts'
import type { SessionToken } from './token.ts'

const ATTEMPTS = 50

/** What a token turned out to open. */
export type Opened<Data> =
  | { readonly held: Held<Data>; readonly token: SessionToken }
  | { readonly ended: Ended }
  | null

export class Hold<Data> {
  readonly engine: Engine<Data>
  readonly exchange: Exchange
  held: Held<Data> | null
  token: SessionToken | null
  ended: Ended | null

  constructor(engine: Engine<Data>, exchange: Exchange, opened: Opened<Data>) {
    this.engine = engine
    this.exchange = exchange
    this.held = opened !== null && 'held' in opened ? opened.held : null
    this.token = opened !== null && 'held' in opened ? opened.token : null
    this.ended = opened !== null && 'ended' in opened ? opened.ended : null
  }

  /**
   * Runs an act when those before it are done, and again where another writer was faster.
   *
   * @param act - answers whether it is done; it finds the newest state in the hold
   */
  async act(act: () => Promise<boolean>): Promise<void> {
    await this.engine.inTurn(this.held?.record.id ?? this, async () => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        await this.refresh()
        if (await act()) return
      }
      throw new SessionError('ERR_STORE_UNAVAILABLE', `gave up after ${ATTEMPTS} attempts: other writers were faster`)
    })
  }

  /** What the request's token opens by now; null where it has none. */
  find(): Found<Data> | Promise<Found<Data>> | null {
    const { token, held, engine } = this
    if (token === null) return null
    // The key of a token that is no link is the record's own: it need not be hashed again.
    return engine.find(token, held === null || held.linked ? engine.key(token) : held.record.key)
  }

  /** Another request of this process may have been faster while this one waited for its turn. */
  async refresh(): Promise<void> {
    const found = await this.find()
    if (found === null) return
    if (found.state === 'live') {
      this.held = found.held
      return
    }
    const was = this.held?.record
    this.release(null)
    if (found.state === 'ended') this.ended = { ...found.ended, late: true }
    else if (was !== undefined) this.ended = forgotten(was, this.engine.now())
  }

  /** The session as this request just wrote it. */
  keep(held: Held<Data>): void {
    this.held = held
    this.engine.remember(held)
  }

  /** There is no session any more. */
  release(ended: Ended | null): void {
    this.held = null
    this.token = null
    this.ended = ended
  }

  /**
   * Takes over what began in the store, and gives its token to the browser.
   *
   * @throws ERR_SESSION_LIMIT, ERR_SIGN_IN_REVOKED
   */
  issue({ token, held }: Begun<Data>, outcome: Began | Rotated): void {
    if (outcome.state === 'limit') {
      throw new SessionError('ERR_SESSION_LIMIT', 'the user has as many sessions as he may have; end one first')
    }
    if (outcome.state === 'cutoff') {
      throw new SessionError('ERR_SIGN_IN_REVOKED', 'all sessions of this user were ended while he was signing in')
    }
    if (outcome.state !== 'done') throw new SessionError('ERR_STORE_UNAVAILABLE', 'the new key was taken already')
    for (const id of outcome.ended) {
      this.engine.events.emit({ type: 'ended', id, reason: 'limit', user: held.record.user })
    }
    this.token = token
    this.ended = null
    this.keep({ ...held, record: { ...held.record, links: outcome.record.links, epoch: outcome.record.epoch } })
    const { cookie } = this.engine.settings
    const expires = held.record.remembered ? new Date(held.record.absoluteEnd) : undefined
    this.exchange.setCookie(cookie.name, setCookie(cookie, token.reveal(), expires))
  }

  /** @throws ERR_INSECURE_TRANSPORT, ERR_CROSS_SITE, ERR_HEADERS_SENT, ERR_CLOSED where no token may be given out */
  assertMayIssue(): void {
    this.engine.assertOpen()
    const { facts, headersSent } = this.exchange
    const { trustedOrigins, embedded } = this.engine.settings
    if (facts.secure !== (this.engine.settings.tier === 'secure')) {
      throw new SessionError(
        'ERR_INSECURE_TRANSPORT',
        'a session cannot begin over plain http: serve the site over https, or, where a proxy terminates TLS, name ' +
          'its address in `trustedProxies` and let it set X-Forwarded-Proto',
      )
    }
    // An answer to a request that browsers send without the cookie must not overwrite the good one (R8).
    if (!mayCreateSession(facts, trustedOrigins, embedded)) {
      throw new SessionError('ERR_CROSS_SITE', 'a request from another site may not begin a session or sign anyone in')
    }
    if (headersSent) {
      throw new SessionError('ERR_HEADERS_SENT', 'the headers are out: begin, rotate or sign in before answering')
    }
  }
}

// The store knows nothing of it any more: swept after its end, or lost. It was there when the request came.
function forgotten({ id, user, absoluteEnd }: SessionRecord, now: number): Ended {
  const over = now >= absoluteEnd
  const reason = over ? 'absolute' : 'revoked'
  return { id, reason, signedIn: user !== null, at: new Date(over ? absoluteEnd : now), late: true }
}
