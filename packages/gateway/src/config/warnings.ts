// What is allowed, but should be known by whoever runs the gateway. Logged once at start, shown by `config check`.

import { isIP } from 'node:net'
import { comparable } from '../reading/escapes.ts'
import type { Config, LoginRule, Site } from './config.ts'
import type { ReadTls } from './files.ts'
import type { Finding, KeyPath } from './problem.ts'
import { compilePathPattern } from './values/path-pattern.ts'

export function warn(config: Config, tls: ReadTls | null, now: Date): Finding[] {
  const findings: Finding[] = []
  const add = (path: KeyPath, what: string, remedy: string) => findings.push({ path, at: 'value', what, remedy })

  if (config.store.kind === 'memory') {
    add(['store'], 'is memory: a restart signs everybody out', 'store: sqlite:./coatcheck.db keeps sessions')
  }
  if (config.loopback === 'insecure') {
    add(
      ['insecureLoopback'],
      'takes plain http from this machine for secure, also when a proxy on it passes on what came in clear',
      'name that proxy in trustedProxies instead',
    )
  }
  if (config.sites[0]?.keys.acceptWithoutSecret) {
    add(
      ['insecureAcceptWithoutSecret'],
      'opens sessions that were sealed without the secret: whoever can write to the store can still make some',
      'remove the key when the sessions from before the secret have ended',
    )
  }
  if (tls !== null) {
    if (!config.listen.some(({ protocol }) => protocol === 'https')) {
      add(['tls'], 'is not used: no listener is https', 'add https://0.0.0.0:8443 to listen')
    }
    const { validFromDate, validToDate } = tls.certificate
    if (now > validToDate) add(['tls', 'cert'], `expired on ${day(validToDate)}`, 'browsers refuse it: renew it')
    if (now < validFromDate) add(['tls', 'cert'], `is not valid before ${day(validFromDate)}`, 'browsers refuse it')
  }
  config.sites.forEach((site, i) => {
    for (const [j, host] of site.hosts.entries()) {
      if (tls === null || covers(tls, host)) continue
      add(['sites', i, 'hosts', j], 'is not a name of the certificate', 'browsers refuse it there: add the name')
    }
    warnSite(site, (keys, what, remedy) => add(['sites', i, ...keys], what, remedy))
  })
  return findings
}

function warnSite(site: Site, add: (keys: KeyPath, what: string, remedy: string) => void): void {
  const { idle, absolute } = site.sessions
  if (idle !== 'off' && idle > absolute) {
    add(['sessions'], 'end absolutely before they are idle', 'idle should be shorter than absolute, or off')
  }
  if (site.vault === 'report') {
    add(
      ['vault'],
      'only reports: cookies pass as if there were no gateway, and nothing is protected',
      'remove the key when `coatcheck report` has told enough',
    )
    return
  }
  if (site.insecureAdopt !== null) {
    add(
      ['insecureAdopt'],
      'takes over cookies from before the gateway, once each: also one that was planted, or copied from its owner',
      'remove the key when its time is over',
    )
  }
  if (site.anonymousCaching) {
    add(
      ['anonymousCaching'],
      'lets shared caches keep pages for strangers: one that ignores Vary: Cookie shows them to those who are signed in too',
      'leave it off unless every cache in front heeds Vary',
    )
  }
  if (site.formsMaySignIn) {
    add(
      ['login'],
      'is not declared: every form that a page sends is taken for a sign-in, one by script is only seen in its answer, ' +
        'which promises nothing for requests that wait (G3), and nobody knows who signed in',
      'declare it: login: { path: /login, user: { field: user }, success: { status: [302], setsCookie: auth } }',
    )
  }
  site.public.forEach((pattern, j) => {
    const wider = site.public.findIndex((other, k) => k !== j && other !== pattern && widerThan(other, pattern))
    if (wider === -1 && site.public.indexOf(pattern) === j) return
    const by = wider === -1 ? 'stands before it already' : `${site.public[wider]} covers it already`
    add(['public', j], wider === -1 ? by : `is not needed: ${by}`, 'remove it')
  })
  site.login.forEach((rule, j) => {
    const keys = ['login', ...(site.login.length > 1 ? [j] : [])]
    if (rule.user === undefined) {
      add(keys, 'does not say who signs in', 'add user: { field: NAME }, the name of the input in the form')
    }
    // A preset knows its platform.
    if (!site.formsMaySignIn && isWeak(rule)) {
      add(
        [...keys, 'success'],
        'looks at the status alone, which is often the same after a wrong password',
        'add setsCookie or location',
      )
    }
  })
}

/** Whether one pattern covers all that another does. */
function widerThan(wide: string, narrow: string): boolean {
  if (!wide.endsWith('*')) return false
  return compilePathPattern(wide).test(comparable(narrow.replace(/(?<=\/)\*(?=\/)|\*$/g, 'x-any-x'), false))
}

const isWeak = ({ success }: LoginRule): boolean => success.setsCookie === undefined && success.location === undefined

function covers({ certificate }: ReadTls, host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '')
  return (isIP(address) === 0 ? certificate.checkHost(host) : certificate.checkIP(address)) !== undefined
}

const day = (date: Date): string => date.toISOString().slice(0, 10)
