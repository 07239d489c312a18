// Stage 1: one reading of the request (G1).
//
// What is forwarded is one canonical form of the path (RFC 3986 §6.2.2: unreserved characters plain, other escapes in
// capitals, dot segments removed; slashes stay as many as they are), the query byte for byte. How servers may read that
// path is in `reading/`: a site's rules are asked there.

import { METHODS } from 'node:http'
import { parseAuthority } from '@coatcheck/session'
import { readHttp2 } from '../http2.ts'
import type { PathIds } from '../ids/path.ts'
import type { SiteIds } from '../ids/site-ids.ts'
import type { GatewayRequest } from '../passage.ts'
import { inOneSpelling, withoutDots } from '../reading/escapes.ts'
import type { Path } from '../reading/rules.ts'
import { Refusal } from '../refusal.ts'

export interface Target extends Path {
  /** In canonical form, without port. */
  readonly host: string
  /** As the browser sent it, port included. */
  readonly authority: string
  /** With its question mark, or empty. */
  readonly query: string
}

/** Methods are told apart by case (RFC 9110 §9.1), and some servers do not: what is no method here is not passed on. */
const SERVED = new Set(METHODS.filter((method) => method !== 'TRACE' && method !== 'CONNECT'))

/** Characters of a path that need a look. What is looked at costs time: a request that is all escapes is no visitor's. */
const MOST_UNUSUAL = 8192

/**
 * @param ids - the site's: taken out of the path before anything else reads it (G2)
 * @throws Refusal 400, 405, 414, 501, 505
 */
export function canonicalRequest(req: GatewayRequest, ids?: PathIds): Target {
  if (req.stream !== undefined) readHttp2(req)
  else assertHttp1(req)
  assertMethod(req.method ?? 'GET')
  const authority = hostOf(req)
  const named = parseAuthority(authority)
  if (named === null) throw malformed('The Host header names no host')
  const url = originForm(req.url ?? '/', authority)
  if (url.includes('#')) throw malformed('The address has a fragment, which is for the browser alone')
  const question = url.indexOf('?')
  const came = question === -1 ? url : url.slice(0, question)
  const rawPath = ids === undefined ? came : ids.removedFrom(came)
  const query = question === -1 ? '' : url.slice(question)
  const plain = isPlain(rawPath)
  const path = plain ? rawPath : canonicalPath(rawPath)
  return { host: named.host, authority, path, rawPath, plain, query }
}

/**
 * The application's own session ids stay outside, wherever in the address they stand (G2).
 *
 * @throws Refusal 400 where one cannot be taken out
 */
export function withoutIds(req: GatewayRequest, arrived: Target, { parameters, path, address }: SiteIds): Target {
  let target = arrived
  if (path?.mayBeIn(req.url ?? '')) target = canonicalRequest(req, path)
  if (target.query !== '' && !parameters.isEmpty) {
    const left = parameters.removedFrom(target.query.slice(1))
    target = { ...target, query: left === '' ? '' : `?${left}` }
  }
  if (address?.isIn(target.path + target.query)) {
    throw new Refusal(
      400,
      'This address holds a session id',
      'Ids are not taken from addresses: go to the page itself.',
    )
  }
  return target
}

function assertMethod(method: string): void {
  if (method === 'GET' || method === 'POST' || SERVED.has(method)) return
  // The answer to TRACE is the request: with the vault's cookies in it, for page scripts to read (RFC 9110 §9.3.8).
  if (method === 'TRACE') throw new Refusal(405, 'TRACE is not served', 'Use another method.')
  if (SERVED.has(method.toUpperCase())) throw malformed('Its method is not in capitals')
  throw new Refusal(501, 'This method is not served', 'Use another method.')
}

/** Node reads messages of any version, and bodies of any coding that ends with chunks. */
function assertHttp1({ httpVersionMajor, httpVersionMinor, headers }: GatewayRequest): void {
  if (httpVersionMajor !== 1) throw new Refusal(505, 'This version of HTTP is not spoken', 'Use HTTP/1.1 or HTTP/2.')
  const coding = headers['transfer-encoding']
  if (coding === undefined) return
  // What is packed otherwise would be forwarded as if it were not; in HTTP/1.0 the framing is faulty (RFC 9112 §6.1).
  if (coding.toLowerCase() !== 'chunked') throw malformed('Its body comes in a coding that is not known')
  if (httpVersionMinor === 0) throw malformed('HTTP/1.0 knows no chunks')
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

const [UNUSUAL, ORDINARY, SLASH, DOT] = [0, 1, 2, 3]
const KINDS = new Uint8Array(128).fill(UNUSUAL)
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_!$&'*+,=@")
  KINDS[character.charCodeAt(0)] = ORDINARY
KINDS['/'.charCodeAt(0)] = SLASH
KINDS['.'.charCodeAt(0)] = DOT

/** Whether every server reads the path in the same way: nearly all do. No slash or dot stands next to a slash, no dot last. */
function isPlain(path: string): boolean {
  let before = ORDINARY
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i)
    const kind = code < 128 ? KINDS[code]! : UNUSUAL
    if (kind === UNUSUAL) return false
    if (before === SLASH ? kind !== ORDINARY : before === DOT && kind === SLASH) return false
    before = kind
  }
  return before !== DOT
}

function canonicalPath(raw: string): string {
  if (!raw.startsWith('/') || /[\0-\x20\x7f]/.test(raw))
    throw malformed('The path has characters that no path may have')
  if (raw.length > MOST_UNUSUAL) throw new Refusal(414, 'This address is too long', 'Use a shorter one.')
  if (/%(?![0-9a-fA-F]{2})|%00/.test(raw)) throw malformed('The path has a broken escape')
  return withoutDots(inOneSpelling(raw))
}

function malformed(what: string): Refusal {
  return new Refusal(400, 'This request cannot be read in one way', `${what}.`)
}
