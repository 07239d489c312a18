// The address that a person asks about, as a browser would send it, and what had to be assumed for that.
//
// It is taken apart here and not by the platform's URL parser, which resolves dot segments, drops tabs and takes a
// backslash for a slash: what servers make of those is just what is asked.

import { canonicalHost } from '@coatcheck/session'
import { nearest } from '../config/suggest.ts'
import { type Refused, refused } from '../config/values/refused.ts'

export interface AskedAddress {
  readonly scheme: 'http' | 'https'
  /** As a browser puts it into the Host header. */
  readonly authority: string
  /** Path and query, as on a request line. */
  readonly target: string
  /** What was not said, or not as a browser says it: sentences. */
  readonly assumed: readonly string[]
}

export interface Defaults {
  readonly scheme: 'http' | 'https'
  /** For an address that is a path alone; null where there is no one host to assume. */
  readonly host: string | null
}

/** @example parseAddress('shop.test/a', { scheme: 'https', host: null }).authority // 'shop.test' */
export function parseAddress(text: string, defaults: Defaults): AskedAddress | Refused {
  const assumed: string[] = []
  if (text.trim() === '') return refused('is empty', `write an address such as ${sample(defaults)}`)
  if (/[\s\p{Cc}]/u.test(text)) return refused('has a space or a control character', 'write a space as %20')
  const scheme = schemeOf(text, defaults, assumed)
  if (typeof scheme !== 'string') return scheme
  const rest = text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
  const at = rest.search(/[/?#\\]/)
  const named = at === -1 ? rest : rest.slice(0, at)
  const authority = authorityOf(named, defaults, assumed)
  if (typeof authority !== 'string') return authority
  return { scheme, authority, target: targetOf(at === -1 ? '' : rest.slice(at), assumed), assumed }
}

function schemeOf(text: string, { scheme, ...defaults }: Defaults, assumed: string[]): 'http' | 'https' | Refused {
  const said = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (said === 'http' || said === 'https') return said
  if (said !== undefined) {
    const near = nearest(said, ['https', 'http']) ?? 'https'
    return refused(`has the scheme "${said}"`, `write ${near}://${text.slice(said.length + 3)}`)
  }
  const slashes = /^(https?)[:;]?\/{1,3}(?=[^/])/i.exec(text)
  if (slashes !== null && !text.startsWith('/')) {
    return refused('has a broken scheme', `write ${slashes[1]!.toLowerCase()}://${text.slice(slashes[0].length)}`)
  }
  const why = scheme === 'https' ? 'browsers come by https here' : 'browsers come by http here'
  assumed.push(`${scheme}, as no scheme is given and ${defaults.host === null ? 'most ' : ''}${why}`)
  return scheme
}

function authorityOf(named: string, defaults: Defaults, assumed: string[]): string | Refused {
  if (named === '') {
    if (defaults.host === null) return refused('names no host', `write for example ${sample(defaults)}`)
    assumed.push(`the host ${defaults.host}, as none is given`)
    return defaults.host
  }
  if (named.includes('@')) {
    return refused('has a user name in it', `browsers do not send it: write ${named.slice(named.lastIndexOf('@') + 1)}`)
  }
  const [, name = '', port = ''] = /^(\[[^\]]*\]|[^:]*)(:\d{0,5})?$/.exec(named) ?? []
  const host = canonicalHost(name)
  if (host === null) return refused(`has "${named}" where the host belongs`, `write for example ${sample(defaults)}`)
  if (Number(port.slice(1)) > 65_535) return refused(`has the port ${port.slice(1)}`, 'the highest port is 65535')
  // Browsers send an IDN in the form that it stands for; case and trailing dot are as good as written.
  if (!/[^\x21-\x7e]/.test(name)) return named
  assumed.push(`the host ${host}, for which ${name} stands`)
  return host + port
}

function targetOf(rest: string, assumed: string[]): string {
  const hash = rest.indexOf('#')
  if (hash !== -1) assumed.push(`no ${rest.slice(hash)}: the fragment stays in the browser`)
  const sent = hash === -1 ? rest : rest.slice(0, hash)
  const target = sent.startsWith('/') || sent.startsWith('\\') ? sent : `/${sent}`
  if (!/[^\0-\x7f]/.test(target)) return target
  const escaped = target.replace(/[^\0-\x7f]+/g, (run) => encodeURIComponent(run.toWellFormed()))
  assumed.push(`${escaped}, as browsers spell what is beyond ASCII`)
  return escaped
}

function sample({ scheme, host }: Defaults): string {
  return `${scheme}://${host ?? 'shop.example.test'}/`
}
