// What the gateway would do with a request, and which key says so, without serving it: `coatcheck config explain`.
//
// The request is read by the stages' own functions (`stages/canonical.ts`, `reading/`, `stages/transport.ts`): what is
// told here cannot differ from what is done.

import type { RequestFacts } from '@coatcheck/session'
import { parseAuthority } from '@coatcheck/session'
import { type Config, type Site, siteFor } from '../config/config.ts'
import type { OpenConfig } from '../config/load.ts'
import { endpointOrigin, isLoopbackHost } from '../config/values/endpoint.ts'
import { Refused } from '../config/values/refused.ts'
import { siteIds } from '../ids/site-ids.ts'
import type { GatewayRequest } from '../passage.ts'
import { compileReadings, compileRules, type Meaning } from '../reading/rules.ts'
import { servers } from '../reading/servers/index.ts'
import { Refusal } from '../refusal.ts'
import { canonicalRequest, type Target, withoutIds } from '../stages/canonical.ts'
import { transport } from '../stages/transport.ts'
import { type AskedAddress, type Defaults, parseAddress } from './address.ts'
import { type Consequence, consequences } from './consequences.ts'
import { type Origin, Origins } from './origin.ts'
import { type ExplainedRule, rulesOf } from './rules.ts'

export interface Explanation {
  readonly method: string
  /** As a browser asks for it. */
  readonly url: string
  /** What was not said and had to be assumed: sentences. */
  readonly assumed: readonly string[]
  /** Null where no site answers for the host. */
  readonly site: ExplainedSite | null
  /** All hosts that sites answer for. */
  readonly hosts: readonly string[]
  /** Null where the request cannot be read. */
  readonly path: ExplainedPath | null
  /** The rules of the site that cover the path as it is forwarded. */
  readonly rules: readonly ExplainedRule[]
  /** With what it is answered instead of being forwarded; null where it is forwarded. */
  readonly answer: { readonly status: number; readonly title: string; readonly location: string | null } | null
  /** What is done with it, in that order. */
  readonly steps: readonly Consequence[]
  readonly verdict: 'forwarded' | 'redirected' | 'refused'
}

export interface ExplainedSite {
  readonly name: string
  readonly host: string
  /** Whether the host is one of its own, or it answers for any. */
  readonly chosenBy: 'host' | 'any'
  readonly origin: Origin
  readonly preset: { readonly name: string; readonly origin: Origin }
  /** What reads its paths. */
  readonly server: { readonly name: string; readonly description: string; readonly origin: Origin }
}

export interface ExplainedPath {
  readonly came: string
  /** In canonical form, without what was taken out, and with its query. */
  readonly forwarded: string
  /** Whether session ids of the application were taken out. */
  readonly idsRemoved: boolean
  /** Every way in which the server may read it; null where they are too many. The one that is forwarded is the first. */
  readonly readings: readonly { readonly path: string; readonly meanings: readonly string[] }[] | null
}

export interface Question {
  readonly url: string
  /** Default GET. */
  readonly method?: string
}

/** @returns Refused where the address is none */
export function explain(open: OpenConfig, { url, method = 'GET' }: Question): Explanation | Refused {
  const { config } = open
  const asked = parseAddress(url, defaultsOf(config))
  if (asked instanceof Refused) return asked
  const assumed = [...asked.assumed]
  if (method !== method.toUpperCase()) assumed.push(`${method.toUpperCase()}: methods are told apart by their case`)
  if (asked.scheme === 'https' && httpsPort(config) === null) {
    assumed.push('https, though no listener and no trusted proxy of this configuration speaks it')
  }
  const req = requestFor(asked, method.toUpperCase())
  const hosts = [...config.byHost.keys()]
  const address = `${asked.scheme}://${asked.authority}${asked.target}`
  const base = { method: method.toUpperCase(), url: address, assumed, hosts, rules: [], steps: [] }
  const site = siteFor(config, parseAuthority(asked.authority)?.host ?? '')
  if (site === null) {
    const answer = { status: 421, title: 'No site of this name is served here', location: null }
    return { ...base, site: null, path: null, answer, verdict: 'refused' }
  }
  const origins = new Origins(open, site)
  const explained = { ...base, site: explainSite(site, asked, origins) }
  let target: Target
  try {
    target = withoutIds(req, canonicalRequest(req), siteIds(site))
  } catch (error) {
    return { ...explained, path: null, ...answered(error) }
  }
  const path = explainPath(site, method.toUpperCase(), target, asked.target)
  let meaning: Meaning
  try {
    meaning = compileRules(site)(method.toUpperCase(), target)
  } catch (error) {
    return { ...explained, path, ...answered(error) }
  }
  const facts = factsOf(req, asked, config)
  const rules = rulesOf(site, meaning, origins)
  const isRefusable = !facts.secure && site.vault !== 'report'
  const isSignIn = meaning.login !== null
  const refusal = isRefusable ? transport(site, target, facts.method, isSignIn, httpsPort(config)) : null
  if (refusal !== null) return { ...explained, path, rules, ...answered(refusal) }
  const steps = consequences({ site, meaning, facts, target, origins, upstream: endpointOrigin(site.upstream) })
  return { ...explained, path, rules, answer: null, steps, verdict: 'forwarded' }
}

function answered(error: unknown): Pick<Explanation, 'answer' | 'verdict'> {
  if (!(error instanceof Refusal)) throw error
  const location = error.headers.find(([name]) => name === 'Location')?.[1] ?? null
  const title = `${error.message}. ${error.remedy}`
  return { answer: { status: error.status, title, location }, verdict: location === null ? 'refused' : 'redirected' }
}

/** Where browsers reach the gateway by https at all, they come by it. */
function defaultsOf(config: Config): Defaults {
  const host = config.sites.length === 1 ? (config.sites[0]!.hosts[0] ?? 'localhost') : null
  return { scheme: httpsPort(config) === null ? 'http' : 'https', host }
}

function httpsPort({ publicPort, listen }: Config): number | null {
  return publicPort ?? listen.find(({ protocol }) => protocol === 'https')?.port ?? null
}

/** What the first stages look at of a request. */
function requestFor({ authority, target }: AskedAddress, method: string): GatewayRequest {
  const version = { httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 }
  const request = { ...version, method, url: target, headers: { host: authority }, rawHeaders: ['Host', authority] }
  return request as unknown as GatewayRequest
}

/** A person at a browser: by a link or a form of the site itself. */
function factsOf(req: GatewayRequest, { scheme, authority }: AskedAddress, config: Config): RequestFacts {
  const host = parseAuthority(authority)?.host ?? ''
  const here = isLoopbackHost(host.replace(/^\[|\]$/g, '')) && config.loopback !== 'never'
  return {
    method: req.method ?? 'GET',
    host: authority,
    secure: scheme === 'https' || here,
    origin: undefined,
    fetchSite: 'same-origin',
    fetchMode: 'navigate',
    fetchDest: 'document',
    upgrade: false,
  }
}

function explainSite(site: Site, { authority }: AskedAddress, origins: Origins): ExplainedSite {
  const host = parseAuthority(authority)?.host ?? ''
  const own = site.hosts.indexOf(host)
  return {
    name: site.name,
    host,
    chosenBy: own === -1 ? 'any' : 'host',
    origin: own === -1 ? origins.ofKey() : origins.ofKey('hosts', own),
    preset: { name: site.preset, origin: origins.ofKey('preset') },
    server: {
      name: site.server,
      description: servers[site.server].description,
      origin: origins.ofRule(['server']),
    },
  }
}

function explainPath(site: Site, method: string, target: Target, came: string): ExplainedPath {
  const readings = compileReadings(site)(method, target)
  const forwarded = target.path + target.query
  return {
    came,
    forwarded,
    idsRemoved: hasIdsRemoved(target, came),
    readings: readings?.map(({ path, meaning }) => ({ path, meanings: meaningsOf(meaning) })) ?? null,
  }
}

function hasIdsRemoved({ rawPath, query }: Target, came: string): boolean {
  return came !== rawPath + query
}

function meaningsOf({ isPublic, login, logout, isCallback }: Meaning): string[] {
  return [
    ...(isPublic ? ['public'] : []),
    ...(login === null ? [] : ['sign-in']),
    ...(logout ? ['sign-out'] : []),
    ...(isCallback ? ['callback'] : []),
  ]
}
