// node:http (and node:https, the compatibility API of node:http2, Express, Koa's `ctx.req`/`ctx.res`).
//
// Opening a session makes the answer personal (R3). What the handler says about caching comes later, so the decision
// is taken when it writes its headers: this response's `writeHead` is wrapped once.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { SessionError } from '../errors.ts'
import { type Exchange, shortened, tooLate } from '../exchange.ts'
import { isPrivateAlready, isSharedCachingHeader, personalCaching, varyWithCookie } from '../http/caching.ts'
import { setsCookie } from '../http/cookie.ts'
import { isLoopbackHandshake, type RequestFacts } from '../http/origin.ts'
import type { TransportRules } from '../proxies.ts'
import type { Client } from '../store.ts'

/** One request of node:http and its answer. */
export class NodeExchange implements Exchange {
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  readonly #rules: TransportRules
  readonly #framePolicy: string | null
  readonly #onCachingRemoved: (directives: readonly string[]) => void
  #facts: RequestFacts | undefined

  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    rules: TransportRules,
    framePolicy: string | null,
    onCachingRemoved: (directives: readonly string[]) => void,
  ) {
    this.#req = req
    this.#res = res
    this.#rules = rules
    this.#framePolicy = framePolicy
    this.#onCachingRemoved = onCachingRemoved
  }

  get facts(): RequestFacts {
    this.#facts ??= requestFacts(this.#req, this.#rules)
    return this.#facts
  }

  get cookieHeader(): string | undefined {
    return this.#req.headers.cookie
  }

  get client(): Client {
    return requestClient(this.#req, this.#rules)
  }

  get connection(): object | undefined {
    return this.#req.socket
  }

  get headersSent(): boolean {
    return this.#res.headersSent
  }

  personal(): void {
    const res = this.#res as Personal
    if (res[PERSONAL] !== undefined) return
    if (res.headersSent) {
      const outweighed = res.getHeaderNames().some(outweighsPrivate)
      if (!outweighed && isPrivateAlready(joined(res.getHeader('cache-control')))) return
      throw new SessionError(
        'ERR_HEADERS_SENT',
        'the session was looked at after an answer had begun that some cache may keep: open it before the headers are written',
      )
    }
    res[PERSONAL] = this
    // Other middleware wrapped it before us (compression, on-headers): what that writes comes after our decision.
    res[INNER] = Object.hasOwn(res, 'writeHead') ? res.writeHead : undefined
    res.writeHead = personalWriteHead as typeof res.writeHead
  }

  /** Puts what R2 and R3 ask for on the answer, in the place of what the handler said. */
  decide(): void {
    const res = this.#res as Personal
    const issued = res[ISSUED] ?? NOTHING
    const decision = personalCaching({
      cacheControl: joined(res.getHeader('cache-control')),
      issuesCookie: issued.size > 0,
      dest: single(this.#req.headers['sec-fetch-dest']),
      hasValidator: res.hasHeader('etag') || res.hasHeader('last-modified'),
    })
    for (const name of res.getHeaderNames()) if (isSharedCachingHeader(name)) res.removeHeader(name)
    res.setHeader('Cache-Control', decision.cacheControl)
    if (decision.varyCookie) res.setHeader('Vary', varyWithCookie(joined(res.getHeader('vary'))))
    if (decision.legacyNoStore) {
      res.setHeader('Pragma', 'no-cache')
      res.setHeader('Expires', '0')
    }
    if (this.#framePolicy !== null) allowFrames(res, this.#framePolicy)
    // Once more: a handler that sets a cookie of its own with `setHeader` has replaced ours.
    for (const [name, line] of issued) putCookie(res, name, line)
    if (decision.dropped.length > 0) this.#onCachingRemoved(decision.dropped)
  }

  setCookie(name: string, line: string): void {
    const res = this.#res as Personal
    if (res.headersSent) throw tooLate()
    putCookie(res, name, line)
    res[ISSUED] ??= new Map()
    res[ISSUED].set(name, line)
  }
}

function putCookie(res: ServerResponse, name: string, line: string): void {
  const others = lines(res.getHeader('set-cookie')).filter((other) => !setsCookie(other, name))
  res.setHeader('Set-Cookie', [...others, line])
}

/** The decision may be taken more than once: the policy is said once. */
function allowFrames(res: ServerResponse, policy: string): void {
  res.removeHeader('x-frame-options')
  const said = lines(res.getHeader('content-security-policy'))
  if (!said.includes(policy)) res.setHeader('Content-Security-Policy', [...said, policy])
}

/** Whether a cache was seen to keep an answer for this header though it is private. Expires is none of them. */
function outweighsPrivate(lowerName: string): boolean {
  return lowerName !== 'expires' && isSharedCachingHeader(lowerName)
}

/** What a request says of where it comes from (R5, R6, R8). */
export function requestFacts(req: IncomingMessage, rules: TransportRules): RequestFacts {
  const { headers, method = 'GET', socket } = req
  const upgrade = headers.upgrade !== undefined
  const fetchSite = single(headers['sec-fetch-site'])
  const host = (headers[':authority'] as string | undefined) ?? headers.host
  return {
    method,
    host,
    secure: rules.isSecure({
      encrypted: (socket as TLSSocket).encrypted === true,
      peer: socket.remoteAddress,
      forwardedProto: single(headers['x-forwarded-proto']),
      forwarded: single(headers.forwarded),
      fetchSite: fetchSite ?? (upgrade && isLoopbackHandshake(headers.origin, host) ? 'none' : undefined),
    }),
    origin: headers.origin,
    fetchSite,
    fetchMode: single(headers['sec-fetch-mode']),
    fetchDest: single(headers['sec-fetch-dest']),
    upgrade,
  }
}

/** Who sent a request, for the user's own list of sessions. */
export function requestClient(req: IncomingMessage, rules: TransportRules): Client {
  const { headers, socket } = req
  const address = rules.clientAddress(socket.remoteAddress, single(headers['x-forwarded-for']))
  return { address, userAgent: shortened(headers['user-agent'] ?? null) }
}

const PERSONAL = Symbol('coatcheck.personal')
const ISSUED = Symbol('coatcheck.issued')
/** The `writeHead` that other middleware had put on this response before. */
const INNER = Symbol('coatcheck.inner')
const NOTHING: ReadonlyMap<string, string> = new Map()

type Personal = ServerResponse & {
  [PERSONAL]?: NodeExchange
  [ISSUED]?: Map<string, string>
  [INNER]?: ServerResponse['writeHead'] | undefined
}
type HeaderInput = undefined | Record<string, number | string | readonly string[]> | readonly unknown[]

function personalWriteHead(this: Personal, status: number, ...rest: unknown[]): ServerResponse {
  const reason = typeof rest[0] === 'string' ? rest[0] : undefined
  setHeaders(this, (reason === undefined ? (rest[1] ?? rest[0]) : rest[1]) as HeaderInput)
  const inner = this[INNER]
  if (!this.headersSent && status >= 200) {
    this[PERSONAL]?.decide()
    if (inner !== undefined) decideAgain(this)
  }
  const writeHead = (inner ?? Object.getPrototypeOf(this).writeHead) as (
    status: number,
    reason?: string,
  ) => ServerResponse
  return reason === undefined ? writeHead.call(this, status) : writeHead.call(this, status, reason)
}

/** From here on no header changes without the decision being taken anew: so it stands when the headers leave. */
function decideAgain(res: Personal): void {
  let deciding = false
  for (const name of ['setHeader', 'appendHeader', 'removeHeader'] as const) {
    const change = res[name] as (...args: unknown[]) => unknown
    res[name] = (...args: unknown[]): never => {
      const result = change.apply(res, args)
      if (!deciding && !res.headersSent) {
        deciding = true
        res[PERSONAL]?.decide()
        deciding = false
      }
      return result as never
    }
  }
}

// The headers given to writeHead would pass by `getHeader`: they are set first, as `setHeader` would.
function setHeaders(res: ServerResponse, headers: HeaderInput): void {
  if (headers === undefined || res.headersSent) return
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) res.setHeader(name, value as string)
    return
  }
  const pairs: [string, string][] = Array.isArray(headers[0])
    ? (headers as [string, string][])
    : Array.from({ length: headers.length / 2 }, (_, i) => [headers[2 * i], headers[2 * i + 1]] as [string, string])
  const fresh = new Set<string>()
  for (const [name, value] of pairs) {
    const lower = name.toLowerCase()
    if (fresh.has(lower)) res.appendHeader(name, value)
    else res.setHeader(name, value)
    fresh.add(lower)
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}

function lines(value: number | string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'object' ? value : [String(value)]
}

function joined(value: number | string | readonly string[] | undefined): string | undefined {
  return value === undefined ? undefined : typeof value === 'object' ? value.join(', ') : String(value)
}
