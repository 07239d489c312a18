// HTTP/2 (RFC 9113): what it says in another way than HTTP/1.1, said in that one, and its own ways to ask too much.

import type { Http2SecureServer, SecureServerOptions } from 'node:http2'
import type { GatewayRequest } from './passage.ts'
import { Refusal } from './refusal.ts'

/** For `createSecureServer`. */
export const HTTP2: SecureServerOptions = {
  // Requests that are cancelled as soon as they are sent cost the server all and the client nothing (CVE-2023-44487):
  // a connection that cancels more than this at once, and then more in a second, is closed.
  streamResetBurst: 200,
  streamResetRate: 33,
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 100,
}

/** Makes `rawHeaders` and `headers.host` what they would be, had the request come over HTTP/1.1. @throws Refusal 400 */
export function readHttp2(req: GatewayRequest): void {
  if (Object.hasOwn(req, 'rawHeaders')) return // read already
  const { rawHeaders, headers } = req
  let authority: string | undefined
  let host: string | undefined
  let cookies: string | undefined
  const plain: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    const value = rawHeaders[i + 1] as string
    if (name === ':authority') authority = value
    else if (name === ':scheme' && value !== 'https') throw malformed('It says that it came by another scheme')
    else if (name === 'host') host = value
    // Browsers may send each cookie in a field of its own (§8.2.3).
    else if (name === 'cookie') cookies = cookies === undefined ? value : `${cookies}; ${value}`
    else if (!name.startsWith(':')) plain.push(name, value)
  }
  if (authority !== undefined && host !== undefined && authority.toLowerCase() !== host.toLowerCase()) {
    throw malformed('Its :authority and its Host header name different places') // §8.3.1
  }
  const named = authority ?? host
  if (named !== undefined) plain.push('host', named)
  if (cookies !== undefined) plain.push('cookie', cookies)
  headers.host = named
  Object.defineProperty(req, 'rawHeaders', { value: plain })
}

/** Of which node:http2 sends one alone, and fails over a second. */
const SINGLE = new Set([
  ...['access-control-allow-credentials', 'access-control-max-age', 'access-control-request-method', 'age'],
  ...['authorization', 'content-encoding', 'content-language', 'content-length', 'content-location', 'content-md5'],
  ...['content-range', 'content-type', 'date', 'dnt', 'etag', 'expires', 'from', 'host', 'if-match'],
  ...['if-modified-since', 'if-none-match', 'if-range', 'if-unmodified-since', 'last-modified', 'location'],
  ...['max-forwards', 'proxy-authorization', 'range', 'referer', 'retry-after', 'tk', 'upgrade-insecure-requests'],
  ...['user-agent', 'x-content-type-options'],
])

/** An answer's headers as HTTP/2 takes them: applications, and proxies before them, say the same thing twice. The first counts. */
export function onceEach(headers: readonly string[]): string[] {
  const seen = new Set<string>()
  const kept: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    const lower = (headers[i] as string).toLowerCase()
    if (SINGLE.has(lower)) {
      if (seen.has(lower)) continue
      seen.add(lower)
    }
    kept.push(headers[i] as string, headers[i + 1] as string)
  }
  return kept
}

/** Closes connections on which nothing is asked for so long, or that served so many requests. */
export function limitSessions(
  server: Http2SecureServer,
  bounds: () => { readonly idle: number; readonly requests: number | null },
): void {
  server.on('session', (session) => {
    const { idle, requests } = bounds()
    let open = 0
    let served = 0
    session.on('stream', (stream) => {
      open++
      stream.once('close', () => open--)
      if (requests !== null && ++served >= requests) session.close()
    })
    session.setTimeout(idle, () => {
      if (open === 0) session.close() // a stream may be silent, and is watched by itself
    })
    session.on('error', () => {}) // what a client did wrong ended its connection, and nothing else
  })
}

function malformed(what: string): Refusal {
  return new Refusal(400, 'This request cannot be read in one way', `${what}.`)
}
