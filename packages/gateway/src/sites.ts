// A configured site, made ready to serve: its sessions, its rules as matchers, its connections upstream.

import { isDeepStrictEqual } from 'node:util'
import { framePolicy, Sessions, type Store } from '@coatcheck/session'
import type { Pool } from 'undici'
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
import type { Peers } from './peers.ts'
import { compileRules, type Meaning, type Path } from './reading/rules.ts'
import type { Report } from './report.ts'
import type { Streams } from './streams.ts'
import { upstreamPool } from './upstream.ts'
import { Part, Users } from './users.ts'
import { ExposedNames, emptyVault, type Vault } from './vault/vault.ts'

export interface ReadySite {
  readonly site: Site
  readonly sessions: Sessions<Vault, [GatewayExchange]>
  readonly exposed: ExposedNames
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
  readonly timeouts: Timeouts
  /** Milliseconds for which a body may stand still. */
  readonly patience: number
  /** @throws Refusal 400 where the path's readings mean different things */
  meaning(method: string, path: Path): Meaning
  /** Its table, its requests and its tunnels. Behind the last of them it closes; the store is not its own. */
  readonly users: Users
  /** What the next generation of the site takes over, as far as its settings are the same. */
  readonly parts: Parts
}

interface Parts {
  readonly sessions: Part<ReadySite['sessions']>
  readonly kept: Part<KeptRequests> | null
  readonly pool: Part<Pool>
}

/** What all sites have in common. */
export interface Surroundings {
  readonly store: Store
  readonly report: Report
  readonly timeouts: Timeouts
  readonly streams: Streams
  readonly clock: () => number
  readonly unreturned: UnreturnedVaults
  readonly peers: Peers
}

/**
 * @param before - the site of this name that was served until now: it is returned where nothing of it changed, and else
 *   what it knows goes on, as far as it can
 */
export function readySite(site: Site, around: Surroundings, before: ReadySite | null = null): ReadySite {
  const { store, timeouts, streams, clock, unreturned } = around
  if (before !== null && isDeepStrictEqual([before.site, before.timeouts], [site, timeouts])) return before
  const parts = readyParts(site, around, before?.parts)
  const exposed = new ExposedNames(site.expose)
  return {
    site,
    sessions: parts.sessions.value,
    exposed,
    unreturned,
    own: { patterns: [...site.authCookies, ...site.sessionCookies], exposed, plainCookie: `plain-${site.cookie}` },
    cleaned: before?.cleaned ?? new Cleaned(),
    observer: site.vault === 'report' ? (before?.observer ?? new Observer(site.name, clock())) : null,
    adoption: adoptionWindow(site, store, before),
    trustedOrigins: new Set(site.trustedOrigins),
    ids: siteIds(site),
    kept: parts.kept?.value ?? null,
    framePolicy: framePolicy(site.embedded),
    pool: parts.pool.value,
    origin: endpointOrigin(site.upstream),
    streams,
    timeouts,
    patience: timeouts.body,
    meaning: compileRules(site),
    parts,
    users: new Users(async () => {
      await Promise.all(Object.values(parts).map((part: Part<unknown> | null) => part?.release()))
    }),
  }
}

function adoptionWindow(site: Site, store: Store, before: ReadySite | null): AdoptionWindow | null {
  if (site.insecureAdopt === null) return null
  return site.insecureAdopt === before?.site.insecureAdopt ? before.adoption : new AdoptionWindow(site, store)
}

// No closure in these knows `before`: a part would keep the generation before it, and that one the one before.

function readyParts(site: Site, around: Surroundings, before: Parts | undefined): Parts {
  return {
    sessions: readySessions(site, around, before?.sessions),
    kept: site.callbacks.length === 0 ? null : readyKept(site, around, before?.kept ?? undefined),
    pool: readyPool(site, around, before?.pool),
  }
}

function readySessions(site: Site, around: Surroundings, before: Parts['sessions'] | undefined): Parts['sessions'] {
  const settings = sessionSettings(site)
  if (before?.goesOnWith(settings)) return before
  const sessions = siteSessions(site, around.store, around.clock, before?.value)
  const { streams, report } = around
  sessions.on('*', (event) => {
    streams.hear(event)
    report({ type: 'session', site: site.name, event })
  })
  return new Part(settings, sessions, () => sessions.close({ keepStore: true }))
}

function readyKept(site: Site, around: Surroundings, before: Part<KeptRequests> | undefined): Part<KeptRequests> {
  const keys = keyRing(site.keys)
  if (before?.goesOnWith(keys)) return before
  const { store, clock, report, peers } = around
  const kept = new KeptRequests(site.name, store, clock, keys, peers)
  kept.onStoreError((event) => report({ type: 'session', site: site.name, event }))
  return new Part(keys, kept, () => kept.close())
}

function readyPool({ upstream }: Site, { timeouts }: Surroundings, before: Part<Pool> | undefined): Part<Pool> {
  const settings = [upstream, timeouts.connect, timeouts.headers]
  if (before?.goesOnWith(settings)) return before
  const pool = upstreamPool(upstream, timeouts)
  return new Part(settings, pool, () => pool.destroy())
}

/** A site's sessions, as its configuration says. */
export function siteSessions(
  site: Site,
  store: Store,
  clock: () => number,
  before?: ReadySite['sessions'],
): ReadySite['sessions'] {
  const options = { ...sessionSettings(site), store, initial: emptyVault, clock }
  return new Sessions(options, (exchange: GatewayExchange) => exchange, before)
}

function sessionSettings(site: Site) {
  const { idle, absolute, renew, limit, remember } = site.sessions
  return {
    site: site.name,
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
  }
}

function inSeconds(milliseconds: number | 'off'): number | 'off' {
  return milliseconds === 'off' ? 'off' : milliseconds / 1000
}
