// A configured site, made ready to serve: its sessions, its rules as matchers, its connections upstream.

import { framePolicy, Sessions, type Store } from '@coatcheck/session'
import { Pool } from 'undici'
import { KeptRequests } from './callbacks/kept-requests.ts'
import type { Site, Timeouts } from './config/config.ts'
import { endpointOrigin } from './config/values/endpoint.ts'
import type { GatewayExchange } from './exchange.ts'
import { type SiteIds, siteIds } from './ids/site-ids.ts'
import { keyRing } from './key-ring.ts'
import { AdoptionWindow } from './moving-in/adoption.ts'
import { Cleaned, type OwnCookies } from './moving-in/leftovers.ts'
import type { UnreturnedVaults } from './moving-in/unreturned.ts'
import { Observer } from './observe/observer.ts'
import { compileRules, type Meaning, type Path } from './reading/rules.ts'
import type { Report } from './report.ts'
import type { Streams } from './streams.ts'
import { emptyVault, type Vault } from './vault/vault.ts'

export interface ReadySite {
  readonly site: Site
  readonly sessions: Sessions<Vault, [GatewayExchange]>
  readonly exposed: ReadonlySet<string>
  readonly trustedOrigins: ReadonlySet<string>
  readonly ids: SiteIds
  /** Null where the site has no callbacks. */
  readonly kept: KeptRequests | null
  /** Who may show the site in a frame; null where nothing is said of that (R1). */
  readonly framePolicy: string | null
  /** Vaults of all sites that wait for their cookie. */
  readonly unreturned: UnreturnedVaults
  /** The application's own cookies, as browsers may still have them. */
  readonly own: OwnCookies
  readonly cleaned: Cleaned
  /** Where the site only reports. */
  readonly observer: Observer | null
  /** Null where nothing is taken over. */
  readonly adoption: AdoptionWindow | null
  readonly pool: Pool
  readonly origin: string
  /** What is under way, on all sites. */
  readonly streams: Streams
  /** Milliseconds for which a body may stand still. */
  readonly patience: number
  /** @throws Refusal 400 where the path's readings mean different things */
  meaning(method: string, path: Path): Meaning
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
  unreturned: UnreturnedVaults,
): ReadySite {
  const sessions = siteSessions(site, store, clock)
  sessions.on('*', (event) => {
    streams.hear(event)
    report({ type: 'session', site: site.name, event })
  })
  const kept = site.callbacks.length === 0 ? null : new KeptRequests(site.name, store, clock, keyRing(site.keys))
  kept?.onStoreError((event) => report({ type: 'session', site: site.name, event }))
  const exposed = new Set(site.expose)
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
    exposed,
    unreturned,
    own: { patterns: [...site.authCookies, ...site.sessionCookies], exposed, plainCookie: `plain-${site.cookie}` },
    cleaned: new Cleaned(),
    observer: site.vault === 'report' ? new Observer(site.name, clock()) : null,
    adoption: site.insecureAdopt === null ? null : new AdoptionWindow(site, store),
    trustedOrigins: new Set(site.trustedOrigins),
    ids: siteIds(site),
    kept,
    framePolicy: framePolicy(site.embedded),
    pool,
    origin,
    streams,
    patience: timeouts.body,
    meaning: compileRules(site),
    close: async () => {
      await sessions.close({ keepStore: true })
      await kept?.close()
      await pool.destroy()
    },
  }
}

/** A site's sessions, as its configuration says. */
export function siteSessions(site: Site, store: Store, clock: () => number): Sessions<Vault, [GatewayExchange]> {
  const { idle, absolute, renew, limit, remember } = site.sessions
  const options = {
    store,
    site: site.name,
    initial: emptyVault,
    idle: inSeconds(idle),
    absolute: absolute / 1000,
    renew: inSeconds(renew),
    remember: { idle: inSeconds(remember.idle), absolute: remember.absolute / 1000 },
    cookie: site.cookie,
    ...keyRing(site.keys),
    ...(limit === null ? {} : { limit }),
    trustedOrigins: site.trustedOrigins,
    embedded: site.embedded,
    http: site.http === 'tiered' ? ('tiered' as const) : ('refuse' as const),
    clock,
  }
  return new Sessions(options, (exchange: GatewayExchange) => exchange)
}

function inSeconds(milliseconds: number | 'off'): number | 'off' {
  return milliseconds === 'off' ? 'off' : milliseconds / 1000
}
