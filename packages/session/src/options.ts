// The options of `createSessions`, normalised once, so that the request path has few branches.

import { type Clock, machineClock, steady } from './clock.ts'
import { DataCodec, type StandardSchema } from './data.ts'
import { type Duration, milliseconds } from './duration.ts'
import { SessionError } from './errors.ts'
import type { Lifetimes } from './expiry.ts'
import { COOKIE_PREFIX, type CookieShape, cookieName } from './http/cookie.ts'
import { type Sealer, secret } from './seal.ts'
import type { Limit, Store } from './store.ts'

/** Options whose default is right for most sites. */
export interface BaseOptions<Data> {
  /** Where sessions are kept: `memory()`, `sqlite('sessions.db')`. */
  readonly store: Store
  /** Names the application among those that share a store. A token of another site never opens this one. Default `'default'`. */
  readonly site?: string
  /** Any Standard Schema validator for the session data; it runs when data is stored and when it is read. */
  readonly schema?: StandardSchema<Data>
  /** Ends a session that was not used for so long. Default `'30m'`. */
  readonly idle?: Duration | 'off'
  /** Ends a session so long after its last authentication, however busy it is. Default `'12h'`. */
  readonly absolute?: Duration
  /** The lifetimes of sessions begun with `signIn(user, { remember: true })`. Default: idle `'off'`, absolute `'30d'`. */
  readonly remember?: { readonly idle?: Duration | 'off'; readonly absolute?: Duration }
  /** How often a session gets a new token, on a page load. Default `'1h'`. */
  readonly renew?: Duration | 'off'
  /** How many sessions a user may have at once, and what happens at one more. Default: no limit. */
  readonly limit?: Limit
  /** What anonymous visitors stored is carried into their sign-in: all of it, or only these keys. Default all. */
  readonly carry?: boolean | readonly (keyof Data & string)[]
  /** The cookie's name is `__Host-Http-` and this; change it where two applications share a host. Default `'sid'`. */
  readonly cookie?: string
  /** Origins beside the site's own whose unsafe requests are taken, as `https://app.example`. Exact. Default none. */
  readonly trustedOrigins?: readonly string[]
  /**
   * Origins whose pages may show this site in a frame (an LTI tool, a tab in Teams), as `https://lms.example`. Exact.
   * The cookie becomes `SameSite=None; Partitioned`: a session of its own for each embedding site, and one for the site
   * by itself. Answers made with a session get a `Content-Security-Policy: frame-ancestors` that names the origins, and
   * lose `X-Frame-Options`. Default none: the cookie is `SameSite=Lax` and does not come into frames of others.
   */
  readonly embedded?: readonly string[]
  /** Addresses or networks whose `X-Forwarded-*` headers are believed. Default none. */
  readonly trustedProxies?: readonly string[]
  /**
   * Plain http from this machine itself. Default: a loopback peer counts as secure where the browser says (by sending
   * `Sec-Fetch-Site`) that it trusts the URL. `'never'` turns that off.
   */
  readonly loopback?: 'never'
  /** Treats any plain http request from a loopback address as secure, also one that no browser sent. Default false. */
  readonly insecureLoopback?: boolean
  /**
   * What a visitor has over plain http: `'refuse'` nothing; `'tiered'` an anonymous session of its own, under its own
   * cookie, which opens nothing on https; nobody signs in there. Default `'refuse'`.
   */
  readonly http?: 'refuse' | 'tiered'
  /**
   * A server secret, mixed into the keys under which session data is sealed, so that not even someone who can write to
   * the store can make himself another user. A list is a key ring: the first seals, all open. Default none.
   */
  readonly secret?: string | readonly string[]
  /** While a secret is being introduced: also open sessions that were sealed without one. Default false. */
  readonly insecureAcceptWithoutSecret?: boolean
  /** `'strict'` asks the store at every read instead of trusting its proof that nothing changed. Default `'lease'`. */
  readonly freshness?: 'lease' | 'strict'
  /** Milliseconds since 1970, for tests. Default: `Date.now`, and where that is set back, what has passed since. */
  readonly clock?: Clock
}

/** `initial` makes the data of a fresh session; it can be left out where an empty object will do. */
export type SessionsOptions<Data> = BaseOptions<Data> &
  // biome-ignore lint/complexity/noBannedTypes: `{}` asks whether every key of Data is optional
  ({} extends Data ? { readonly initial?: () => Data } : { readonly initial: () => Data })

export interface Settings<Data> {
  readonly store: Store
  readonly site: string
  readonly codec: DataCodec<Data>
  readonly lifetimes: Lifetimes
  readonly rememberedLifetimes: Lifetimes
  readonly renew: number | null
  readonly limit: Limit | null
  readonly carry: boolean | readonly string[]
  /** `plain`: the anonymous sessions of plain http, with a name, a cookie and a key space of their own (R5). */
  readonly tier: 'secure' | 'plain'
  readonly cookie: CookieShape
  readonly trustedOrigins: ReadonlySet<string>
  /** Whether other sites may show this one in a frame. */
  readonly embedded: boolean
  readonly sealer: Sealer
  readonly strict: boolean
  readonly now: Clock
}

/** @throws ERR_OPTION, with the option's name and the remedy */
export function normalise<Data>(options: SessionsOptions<Data>): Settings<Data> {
  const { store, site = 'default', remember = {} } = options
  if (typeof store?.read !== 'function') throw wrong('store', 'must be a store, such as memory() or sqlite(file)')
  if (site === '' || /[\0-\x1f\x7f]/.test(site)) throw wrong('site', 'must be a name without control characters')
  if (site.startsWith(PLAIN)) throw wrong('site', `must not begin with ${PLAIN}`)
  const embedded = (options.embedded ?? []).map(checkedAncestor).length > 0
  const initial = (options as { initial?: () => Data }).initial ?? (() => ({}) as Data)
  const settings: Settings<Data> = {
    store,
    site,
    codec: new DataCodec(initial, options.schema),
    lifetimes: {
      idle: duration('idle', options.idle ?? '30m'),
      absolute: positive('absolute', options.absolute ?? '12h'),
    },
    rememberedLifetimes: {
      idle: duration('remember.idle', remember.idle ?? 'off'),
      absolute: positive('remember.absolute', remember.absolute ?? '30d'),
    },
    renew: duration('renew', options.renew ?? '1h'),
    limit: options.limit === undefined ? null : checkedLimit(options.limit),
    carry: options.carry ?? true,
    tier: 'secure',
    cookie: {
      name: checkedName(options.cookie ?? 'sid'),
      sameSite: embedded ? 'None' : 'Lax',
      partitioned: embedded,
      secure: true,
    },
    trustedOrigins: new Set((options.trustedOrigins ?? []).map((origin) => checkedOrigin('trustedOrigins', origin))),
    embedded,
    sealer: {
      site,
      secrets: secrets(options.secret).map(secret),
      acceptWithoutSecret: options.insecureAcceptWithoutSecret ?? false,
    },
    strict: options.freshness === 'strict',
    now: options.clock === undefined ? machineClock() : steady(options.clock),
  }
  return settings
}

const PLAIN = 'plain:'

/** The settings of a site's plain http sessions: anonymous, and nothing that opens anything on https. */
export function plainTier<Data>(settings: Settings<Data>): Settings<Data> {
  const site = PLAIN + settings.site
  const name = settings.cookie.name.replace(COOKIE_PREFIX, 'plain-')
  return {
    ...settings,
    site,
    tier: 'plain',
    // In a frame of another site browsers take no such cookie, and over plain http nobody is signed in.
    cookie: { name, sameSite: 'Lax', partitioned: false, secure: false },
    embedded: false,
    sealer: { ...settings.sealer, site },
  }
}

function duration(what: string, value: Duration | 'off'): number | null {
  return value === 'off' ? null : positive(what, value)
}

function positive(what: string, value: Duration): number {
  let result: number
  try {
    result = milliseconds(value, what)
  } catch (error) {
    throw new SessionError('ERR_OPTION', (error as Error).message, { cause: error })
  }
  if (result <= 0) throw wrong(what, 'must be longer than nothing')
  return result
}

function checkedLimit(limit: Limit): Limit {
  if (!Number.isInteger(limit.max) || limit.max < 1) throw wrong('limit.max', 'must be a whole number from 1')
  if (limit.policy !== 'end-oldest' && limit.policy !== 'refuse') {
    throw wrong('limit.policy', `must be 'end-oldest' or 'refuse'`)
  }
  return limit
}

function checkedName(suffix: string): string {
  try {
    return cookieName(suffix)
  } catch (error) {
    throw new SessionError('ERR_OPTION', `cookie: ${(error as Error).message}`, { cause: error })
  }
}

function checkedOrigin(option: string, origin: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : null
  if (url === null || url.origin !== origin || !/^https?:$/.test(url.protocol)) {
    throw wrong(option, `has ${JSON.stringify(origin)}; write an origin exactly, as https://app.example`)
  }
  return origin
}

/** It becomes part of a policy (a header's value), and whoever is on the wire can be every http origin. */
function checkedAncestor(origin: string): string {
  checkedOrigin('embedded', origin)
  const isLoopback = /^http:\/\/(?:(?:[\w.-]+\.)?localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(origin)
  if (/[;,']/.test(origin) || !(origin.startsWith('https:') || isLoopback)) {
    throw wrong('embedded', `has ${JSON.stringify(origin)}; write an https origin, as https://lms.example`)
  }
  return origin
}

function secrets(given: string | readonly string[] | undefined): readonly string[] {
  const list = given === undefined ? [] : typeof given === 'string' ? [given] : given
  for (const text of list) {
    if (text.length < 32)
      throw wrong('secret', 'must have at least 32 characters; make one with `openssl rand -hex 32`')
  }
  return list
}

export function wrong(option: string, problem: string): SessionError {
  return new SessionError('ERR_OPTION', `${option} ${problem}`)
}
