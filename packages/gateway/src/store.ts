// Where the gateway's sessions are kept, and how an administrator gets at them without the gateway.

import { existsSync } from 'node:fs'
import {
  memory,
  type SessionId,
  type SessionInfo,
  type Sessions,
  type SqliteOptions,
  type Store,
  sqlite,
} from '@coatcheck/session'
import type { Config, Site } from './config/config.ts'
import { siteSessions } from './sites.ts'
import { canonicalUser } from './user-names.ts'
import type { Vault } from './vault/vault.ts'

/** @throws SessionError where the file cannot be used */
export function openStore({ store }: Config, options?: SqliteOptions): Store {
  return store.kind === 'memory' ? memory() : sqlite(store.file, options)
}

/** The sessions of one site, users being named as people type them. */
export class Administration implements AsyncDisposable {
  readonly #sessions: Sessions<Vault, never>
  readonly #users: Site['users']

  /** @internal */
  constructor(sessions: Sessions<Vault, never>, { users }: Site) {
    this.#sessions = sessions
    this.#users = users
  }

  /** A user's live sessions, most recently used first. */
  list(user: string): Promise<SessionInfo[]> {
    return this.#sessions.list(canonicalUser(this.#users, user))
  }

  /** Ends all sessions of a user, everywhere (E12). Resolves to how many there were. */
  endAll(user: string): Promise<number> {
    return this.#sessions.endAll(canonicalUser(this.#users, user))
  }

  /** Resolves to whether there was such a session. */
  end(id: SessionId): Promise<boolean> {
    return this.#sessions.end(id)
  }

  /** Closes the store. */
  close(): Promise<void> {
    return this.#sessions.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/**
 * The sessions of a configured site, for a program beside the running gateway.
 *
 * @param siteName - may be left out where there is one site
 * @throws an Error that names the sites to choose from, or why another process cannot see the sessions
 */
export function administer(config: Config, siteName?: string): Administration {
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
  return new Administration(siteSessions(site, openStore(config, { existing: true }), Date.now), site)
}

function named(config: Config, name: string | undefined) {
  return config.sites.find((site) => site.name === name)
}
