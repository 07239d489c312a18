// From a file that has passed every check to the configuration that the gateway works with. Decides defaults, only.

import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { siteName } from './checks/sites.ts'
import type { Config, Keys, Site } from './config.ts'
import { type Files, resolveStore } from './files.ts'
import { isLoginRule, mergeLogin, mergeSessions } from './merge.ts'
import { presets } from './presets/index.ts'
import type { File } from './schema.ts'
import type { FileSite } from './schema-site.ts'

export function resolveConfig(
  file: File,
  { tls, secrets }: Pick<Files, 'tls' | 'secrets'>,
  fileName: string | null,
  folder: string,
): Config {
  const keys = { secrets, acceptWithoutSecret: file.insecureAcceptWithoutSecret }
  const hasHttps = file.listen.some(({ protocol }) => protocol === 'https')
  const publicPort = file.publicPort ?? (!hasHttps && file.trustedProxies.length > 0 ? 443 : null)
  const sites = file.sites.map((site) => resolveSite(site, file, keys, hasHttps || publicPort !== null))
  return {
    file: fileName,
    listen: file.listen,
    publicPort,
    tls: tls && { certFile: tls.certFile, keyFile: tls.keyFile, cert: tls.cert, key: tls.key },
    trustedProxies: file.trustedProxies,
    loopback: file.insecureLoopback ? 'insecure' : (file.loopback ?? 'browser'),
    store: resolveStore(file.store, folder),
    workers: file.workers === 'auto' ? availableParallelism() : file.workers,
    reportFile: resolve(folder, file.reportFile ?? reportBeside(file.store)),
    unreturnedVaults: file.unreturnedVaults,
    limits: { ...file.limits, requestsPerConnection: file.limits.requestsPerConnection ?? null },
    timeouts: file.timeouts,
    sites,
    byHost: new Map(sites.flatMap((site) => site.hosts.map((host) => [host, site] as const))),
    anyHost: sites.find((site) => site.hosts.length === 0) ?? null,
    warnings: [],
  }
}

function resolveSite(site: FileSite, file: File, keys: Keys, hasRedirectTarget: boolean): Site {
  const preset = presets[site.preset]
  const login = mergeLogin(preset, site.login).filter(isLoginRule)
  const signs = login.flatMap(({ success }) => success.setsCookie ?? [])
  return {
    name: siteName(site)!,
    hosts: site.hosts,
    upstream: site.upstream,
    preset: site.preset,
    server: site.server ?? preset.server,
    // On loopback alone there is no https to lead to, and what the browser does not vouch for is refused.
    http: site.http ?? (hasRedirectTarget ? 'redirect' : 'refuse'),
    hsts: site.hsts,
    sessions: mergeSessions(file.sessions, site.sessions),
    cookie: site.cookie,
    keys,
    users: { ignoreCase: site.users.ignoreCase ?? preset.ignoreUserCase ?? false, domains: site.users.domains },
    public: site.public,
    vault: site.vault,
    leftovers: site.leftovers,
    insecureAdopt: site.insecureAdopt,
    anonymousCaching: site.anonymousCaching,
    expose: union(preset.expose, site.expose),
    // The application that deletes the cookie by which it signs people in has signed them out.
    authCookies: union(union(preset.authCookies, site.authCookies), signs),
    sessionCookies: union(preset.sessionCookies, site.sessionCookies),
    idParameters: union(preset.ids?.parameters ?? [], site.idParameters),
    idPathParameters: union(preset.ids?.pathParameters ?? [], site.idPathParameters),
    cookielessIds: preset.ids?.cookieless ?? false,
    idsAnywhere: preset.ids?.anywhere ?? false,
    trustedOrigins: site.trustedOrigins,
    callbacks: site.callbacks,
    embedded: site.embedded,
    login,
    formsMaySignIn: site.login === null && (preset.login === null || preset.signInsElsewhere === true),
    logout: site.logout ?? preset.logout,
  }
}

const union = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])]

/** Both the gateway and `coatcheck report` find it by the configuration alone. */
function reportBeside(store: File['store']): string {
  return store.kind === 'sqlite' ? `${store.file}-report.json` : 'coatcheck-report.json'
}
