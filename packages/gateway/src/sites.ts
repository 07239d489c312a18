// A configured site, made ready to serve: its sessions, its rules as matchers, its connections upstream.

import { Sessions, type Store } from '@coatcheck/session'
import { Pool } from 'undici'
import type { LoginRule, LogoutRule, Site, Timeouts } from './config/config.ts'
import { endpointOrigin } from './config/values/endpoint.ts'
import { compilePathPattern } from './config/values/path-pattern.ts'
import { signPath } from './config/values/sign-path.ts'
import type { GatewayExchange } from './exchange.ts'
import { type SiteIds, siteIds } from './ids/site-ids.ts'
import { Refusal } from './refusal.ts'
import type { Report } from './report.ts'
import type { Target } from './stages/canonical.ts'
import type { Streams } from './streams.ts'
import { emptyVault, type Vault } from './vault/vault.ts'

/** What a request's path and method mean to a site. */
export interface Meaning {
  readonly isPublic: boolean
  readonly login: LoginRule | null
  readonly logout: boolean
}

export interface ReadySite {
  readonly site: Site
  readonly sessions: Sessions<Vault, [GatewayExchange]>
  readonly exposed: ReadonlySet<string>
  readonly trustedOrigins: ReadonlySet<string>
  readonly ids: SiteIds
  readonly pool: Pool
  readonly origin: string
  /** What is under way, on all sites. */
  readonly streams: Streams
  /** Milliseconds for which a body may stand still. */
  readonly patience: number
  /** @throws Refusal 400 where the path's readings mean different things */
  meaning(method: string, target: Target): Meaning
  /** Stops what the site does by itself and its connections upstream; the store is not its own. */
  close(): Promise<void>
}

export function readySite(
  site: Site,
  store: Store,
  report: Report,
  timeouts: Timeouts,
  streams: Streams,
  clock: () => number,
): ReadySite {
  const sessions = siteSessions(site, store, clock)
  sessions.on('*', (event) => {
    streams.hear(event)
    report({ type: 'session', site: site.name, event })
  })
  const origin = endpointOrigin(site.upstream)
  const pool = new Pool(origin, {
    connections: 256,
    pipelining: 1,
    connect: { timeout: timeouts.connect },
    headersTimeout: timeouts.headers,
    bodyTimeout: 0, // event streams may be silent, which only an answer's headers say: `streams` watches
  })
  return {
    site,
    sessions,
    exposed: new Set(site.expose),
    trustedOrigins: new Set(site.trustedOrigins),
    ids: siteIds(site),
    pool,
    origin,
    streams,
    patience: timeouts.body,
    meaning: matcher(site),
    close: async () => {
      await sessions.close({ keepStore: true })
      await pool.destroy()
    },
  }
}

/** A site's sessions, as its configuration says. */
export function siteSessions(site: Site, store: Store, clock: () => number): Sessions<Vault, [GatewayExchange]> {
  const { idle, absolute, renew, limit } = site.sessions
  const options = {
    store,
    site: site.name,
    initial: emptyVault,
    idle: inSeconds(idle),
    absolute: absolute / 1000,
    renew: inSeconds(renew),
    ...(limit === null ? {} : { limit }),
    trustedOrigins: site.trustedOrigins,
    http: site.http === 'tiered' ? ('tiered' as const) : ('refuse' as const),
    clock,
  }
  return new Sessions(options, (exchange: GatewayExchange) => exchange)
}

function matcher(site: Site): (method: string, target: Target) => Meaning {
  const options = { ignoreCase: site.ignoreCase }
  const publics = site.public.map((pattern) => compilePathPattern(pattern, options))
  const logins = site.login.map((rule) => ({ rule, path: signPath(rule.path, site.ignoreCase) }))
  const logouts = site.logout.map((rule: LogoutRule) => ({ rule, path: signPath(rule.path, site.ignoreCase) }))
  const read = (method: string, path: string): Meaning => ({
    isPublic: publics.some((pattern) => pattern.test(path)),
    login: logins.find(({ rule, path: is }) => rule.method === method && is(path))?.rule ?? null,
    logout: logouts.some(({ rule, path: is }) => (rule.method ?? method) === method && is(path)),
  })
  return (method, target) => {
    const readings = site.ignoreCase ? readingsOfWindows(target.readings) : target.readings
    const first = read(method, readings[0]!)
    for (let i = 1; i < readings.length; i++) {
      const other = read(method, readings[i]!)
      if (other.isPublic !== first.isPublic || other.login !== first.login || other.logout !== first.logout) {
        throw new Refusal(
          400,
          'This request cannot be read in one way',
          'Its path means different things to different servers.',
        )
      }
    }
    return first
  }
}

/**
 * What IIS makes of a path: it drops dots and spaces at the end of a name, and hands what comes after a page's own name
 * to that page (PATH_INFO), so that /Login.aspx/x is a sign-in too (G1).
 */
function readingsOfWindows(readings: readonly string[]): readonly string[] {
  if (!readings.some((path) => /(?:\.|%20)(?:\/|$)|\.as[a-z]{1,2}x?\//i.test(path))) return readings
  // Looked for where a run begins alone: from each of its dots on, a long run would cost time by the square.
  const trimmed = readings.map((path) => path.replace(/(?<!\.|%20)(?:\.|%20)+(?=\/|$)/g, ''))
  const pages = [...readings, ...trimmed].map((path) => path.replace(/(\.as[a-z]{1,2}x?)\/.*$/i, '$1'))
  return [...readings, ...trimmed, ...pages]
}

function inSeconds(milliseconds: number | 'off'): number | 'off' {
  return milliseconds === 'off' ? 'off' : milliseconds / 1000
}
