// A site's configuration as its report suggests it. It passes `coatcheck config check`, or it is not shown.

import { stringify } from 'yaml'
import type { Site } from '../config/config.ts'
import { parseConfig } from '../config/load.ts'
import { matchesCookie } from '../config/values/cookie-pattern.ts'
import { endpointOrigin } from '../config/values/endpoint.ts'
import type { Summary } from './summary.ts'

const MAX_PUBLIC = 20

/** A whole file: with its own listener, and the site with what was found. */
export function proposal(site: Site, { cookies, places, login, logout }: Summary): string {
  const expose = cookies
    .filter(({ name, verdict }) => verdict === 'expose' && !site.expose.some((pattern) => matchesCookie(pattern, name)))
    .map(({ name }) => name)
  const patterns = [...new Set([...site.public, ...places.slice(0, MAX_PUBLIC).map(({ pattern }) => pattern)])]
  const base = {
    name: site.name,
    ...(site.hosts.length > 0 ? { hosts: site.hosts } : {}),
    upstream: endpointOrigin(site.upstream),
    preset: site.preset,
  }
  const parts: Record<string, unknown>[] = [
    patterns.length > 0 ? { public: patterns } : {},
    expose.length > 0 ? { expose } : {},
    login === null
      ? {}
      : {
          login: {
            ...(login.method === 'POST' ? {} : { method: login.method }),
            path: login.path,
            ...(login.userField === null ? {} : { user: { field: login.userField } }),
            success: { status: login.status, setsCookie: login.setsCookie },
          },
        },
    logout === null
      ? {}
      : { logout: { path: logout.path, ...(logout.method === 'GET' ? {} : { method: logout.method }) } },
  ]
  // What does not go together with the rest is left out.
  let whole: Record<string, unknown> = base
  for (const part of parts) if (isGood({ ...whole, ...part })) whole = { ...whole, ...part }
  return written(whole)
}

function isGood(site: Record<string, unknown>): boolean {
  try {
    parseConfig(written(site), 'the proposal', process.cwd())
    return true
  } catch {
    return false
  }
}

function written(site: Record<string, unknown>): string {
  return stringify({ sites: [site] }, { lineWidth: 78 })
}
