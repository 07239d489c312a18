// What requests are judged by, in one piece that never changes: a request takes it once, at its beginning, so that none
// meets half of one configuration and half of another. A reload puts another one in its place.

import { TransportRules } from '@coatcheck/session'
import { type Config, siteFor, type Timeouts } from './config/config.ts'
import type { Listener } from './listeners.ts'
import { type ReadySite, readySite, type Surroundings } from './sites.ts'

export interface Serving {
  readonly config: Config
  readonly rules: TransportRules
  /** The configured ones, or those that a program put in their place. */
  readonly timeouts: Timeouts
  /** By name. */
  readonly sites: ReadonlyMap<string, ReadySite>
  /** The port to which plain http is led; null where there is none. */
  readonly httpsPort: number | null
}

/** @param before - of which each site that goes on takes over what it can */
export function readyToServe(config: Config, around: Surroundings, before: Serving | null = null): Serving {
  const sites = new Map<string, ReadySite>()
  for (const site of config.sites) sites.set(site.name, readySite(site, around, before?.sites.get(site.name)))
  return {
    config,
    rules: new TransportRules({
      trustedProxies: config.trustedProxies,
      ...(config.loopback === 'never' ? { loopback: 'never' } : {}),
      ...(config.loopback === 'insecure' ? { insecureLoopback: true } : {}),
    }),
    timeouts: around.timeouts,
    sites,
    httpsPort: config.publicPort,
  }
}

export function servingOn(listeners: readonly Listener[], serving: Serving): Serving {
  const { publicPort } = serving.config
  return {
    ...serving,
    httpsPort: publicPort ?? listeners.find(({ protocol }) => protocol === 'https')?.port ?? null,
  }
}

/** The site that answers for a canonical host. */
export function siteOf({ config, sites }: Serving, host: string | undefined): ReadySite | null {
  if (host === undefined) return null
  const site = siteFor(config, host)
  return (site && sites.get(site.name)) ?? null
}
