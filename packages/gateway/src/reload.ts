// What a reload changes, and what it cannot. Decisions alone: `gateway.ts` carries them out.

import { isDeepStrictEqual } from 'node:util'
import type { Config } from './config/config.ts'

/** What a new configuration changed. Empty lists: nothing. */
export interface Changes {
  /** Sites, by name. */
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
  /** Other keys of the file. */
  readonly settings: readonly string[]
}

/** Keys whose change takes a restart, each with the reason. */
const FIXED = {
  store: 'every session is kept there, and would end',
  workers: 'so many processes were started',
} as const satisfies Partial<Record<keyof Config, string>>

const SETTINGS = ['listen', 'publicPort', 'tls', 'trustedProxies', 'loopback', 'reportFile'] as const
const MORE_SETTINGS = ['unreturnedVaults', 'limits', 'timeouts'] as const

/** A configuration that is right, and that a running gateway cannot take. */
export class ReloadError extends Error {
  override readonly name = 'ReloadError'
  readonly code = 'ERR_RELOAD'
  /** Of the configuration; null where none is to blame. */
  readonly key: string | null
  readonly what: string
  readonly remedy: string

  constructor(key: string | null, what: string, remedy: string, options?: ErrorOptions) {
    super(`${key === null ? '' : `${key} `}${what}; ${remedy}`, options)
    this.key = key
    this.what = what
    this.remedy = remedy
  }
}

/** @throws ReloadError */
export function assertReloadable(before: Config, after: Config): void {
  for (const [key, why] of Object.entries(FIXED) as [keyof typeof FIXED, string][]) {
    if (isDeepStrictEqual(before[key], after[key])) continue
    throw new ReloadError(key, `cannot change while the gateway runs: ${why}`, 'restart it, or take the change back')
  }
}

export function changesBetween(before: Config, after: Config): Changes {
  const old = new Map(before.sites.map((site) => [site.name, site]))
  const names = new Set(after.sites.map(({ name }) => name))
  return {
    added: [...names].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !names.has(name)),
    changed: after.sites
      .filter((site) => old.has(site.name) && !isDeepStrictEqual(site, old.get(site.name)))
      .map(({ name }) => name),
    settings: [...SETTINGS, ...MORE_SETTINGS].filter((key) => !isDeepStrictEqual(before[key], after[key])),
  }
}
