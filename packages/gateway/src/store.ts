// Where the gateway's sessions are kept, and how an administrator gets at them without the gateway.

import { existsSync } from 'node:fs'
import { memory, type Sessions, type Store, sqlite } from '@coatcheck/session'
import type { Config } from './config/config.ts'
import { siteSessions } from './sites.ts'
import type { Vault } from './vault/vault.ts'

/** @throws SessionError where the file cannot be used */
export function openStore({ store }: Config): Store {
  return store.kind === 'memory' ? memory() : sqlite(store.file)
}

/**
 * The sessions of a configured site, for a program beside the running gateway.
 *
 * @param siteName - may be left out where there is one site
 * @throws an Error that names the sites to choose from, or why another process cannot see the sessions
 */
export function administer(config: Config, siteName?: string): Sessions<Vault, never> {
  if (config.store.kind === 'memory') {
    throw new Error(
      "the sessions are in the gateway's own memory, out of reach: configure store: sqlite:./coatcheck.db",
    )
  }
  if (!existsSync(config.store.file)) {
    throw new Error(`there are no sessions yet: no gateway has run that keeps them in ${config.store.file}`)
  }
  const site = siteName === undefined && config.sites.length === 1 ? config.sites[0] : named(config, siteName)
  if (site === undefined) {
    throw new Error(`name one of the sites with --site: ${config.sites.map(({ name }) => name).join(', ')}`)
  }
  return siteSessions(site, openStore(config), Date.now)
}

function named(config: Config, name: string | undefined) {
  return config.sites.find((site) => site.name === name)
}
