// Stage 1: one reading of the request (G1).
//
// A path can be read in more than one way: some servers decode %2F, take a backslash for a slash, or cut off `;…`.
// Rules are evaluated on every such reading; where they meet different rules the request is refused, so that nothing
// is public or a sign-in here and something else there. What is forwarded is one canonical form (RFC 3986 §6.2.2:
// unreserved characters plain, dot segments removed), the query byte for byte.

import { canonicalHost } from '../config/values/host.ts'
import { readHttp2 } from '../http2.ts'
import type { PathIds } from '../ids/path.ts'
import type { GatewayRequest } from '../passage.ts'
import { Refusal } from '../refusal.ts'

export interface Target {
  /** In canonical form, without port. */
  readonly host: string
  /** As the browser sent it, port included. */
  readonly authority: string
  /** The canonical path, without query. */
  readonly path: string
  /** With its question mark, or empty. */
  readonly query: string
  /** Every way in which a server may read the path; the canonical one first. */
  readonly readings: readonly string[]
}

/**
 * @param ids - the site's: taken out of the path before anything else reads it (G2)
 * @throws Refusal 400, 405
 */
export function canonicalRequest(req: GatewayRequest, ids?: PathIds): Target {
  if (req.stream !== undefined) readHttp2(req)
  // The answer to TRACE is the request: with the vault's cookies in it, for page scripts to read (RFC 9110 §9.3.8).
  if (req.method === 'TRACE') throw new Refusal(405, 'TRACE is not served', 'Use another method.')
  const authority = hostOf(req)
  const host = canonicalHost(withoutPort(authority))
  if (host === null) throw malformed('The Host header names no host')
  const url = originForm(req.url ?? '/', authority)
  const question = url.indexOf('?')
  const came = question === -1 ? url : url.slice(0, question)
  const raw = ids === undefined ? came : ids.removedFrom(came)
  if (url.includes('#')) throw malformed('The address has a fragment, which is for the browser alone')
  if (!raw.startsWith('/') || /[\0-\x20\x7f]/.test(raw))
    throw malformed('The path has characters that no path may have')
  if (/%(?![0-9a-fA-F]{2})|%00/.test(raw)) throw malformed('The path has a broken escape')
  const path = withoutDots(unreserved(raw))
  return { host, authority, path, query: question === -1 ? '' : url.slice(question), readings: readingsOf(path, raw) }
}

function hostOf({ rawHeaders, headers }: GatewayRequest): string {
  let seen = 0
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]!.length === 4 && rawHeaders[i]!.toLowerCase() === 'host') seen++
  if (seen !== 1 || headers.host === undefined) throw malformed('A request needs one Host header')
  return headers.host
}

/** Absolute-form (RFC 9112 §3.2.2) is taken where it names the host that the Host header names. */
function originForm(url: string, authority: string): string {
  if (url.startsWith('/')) return url
  const match = /^https?:\/\/([^/?#]*)(.*)$/is.exec(url)
  if (match === null || match[1]!.toLowerCase() !== authority.toLowerCase()) {
    throw malformed('The request line and the Host header name different places')
  }
  return match[2]!.startsWith('/') ? match[2]! : `/${match[2]!}`
}

function readingsOf(path: string, raw: string): string[] {
  // Nearly every path has but one reading.
  if (!/[%;\\]|\/\//.test(raw)) return [path]
  let ways = [path, unreserved(raw)]
  for (const step of [decoded, withoutParameters, merged]) ways = ways.flatMap((way) => [way, step(way)])
  return [...new Set([path, ...ways.map(withoutDots)])]
}

/** What servers decode before they look for slashes and parameters; a pattern keeps its other escapes. */
function decoded(path: string): string {
  return path.replace(/%2f|%5c|\\/gi, '/').replace(/%(2[146-9a-c]|3[abd]|40)/gi, decodedCharacter)
}

function withoutParameters(path: string): string {
  return path.replace(/;[^/]*/g, '')
}

function merged(path: string): string {
  return path.replace(/\/{2,}/g, '/')
}

/** Escapes of characters that need none (RFC 3986 §2.3) are undone; all others are spelt in capitals. */
function unreserved(path: string): string {
  if (!path.includes('%')) return path
  return path.replace(/%[0-9a-f]{2}/gi, (triplet) => {
    const character = decodedCharacter(triplet, triplet.slice(1))
    return /[A-Za-z0-9._~-]/.test(character) ? character : triplet.toUpperCase()
  })
}

function decodedCharacter(_triplet: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16))
}

/** RFC 3986 §5.2.4 */
function withoutDots(path: string): string {
  if (!path.includes('/.')) return path
  const kept: string[] = []
  const segments = path.slice(1).split('/')
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1
    if (segment === '..') kept.pop()
    if (segment !== '.' && segment !== '..') kept.push(segment)
    else if (last) kept.push('')
  })
  return `/${kept.join('/')}`
}

function withoutPort(authority: string): string {
  return authority.replace(/:\d*$/, '')
}

function malformed(what: string): Refusal {
  return new Refusal(400, 'This request cannot be read in one way', `${what}.`)
}
