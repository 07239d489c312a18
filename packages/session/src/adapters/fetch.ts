// Web Request and Response: Hono, Bun, Deno, Workers-like hosts, node:http behind an adapter of theirs.
//
// A Response is made by the handler after it looked at the session, so the handler is wrapped: what the session has to
// say about the answer (its cookie, who may keep it) is put on the Response that comes back.

import { SessionError } from '../errors.ts'
import { type Exchange, shortened, tooLate } from '../exchange.ts'
import { isSharedCachingHeader, personalCaching, varyWithCookie } from '../http/caching.ts'
import { setsCookie } from '../http/cookie.ts'
import { framePolicy } from '../http/framing.ts'
import type { RequestFacts } from '../http/origin.ts'
import type { SessionsOptions } from '../options.ts'
import { TransportRules } from '../proxies.ts'
import type { Session } from '../session.ts'
import { Sessions } from '../sessions.ts'
import type { Client } from '../store.ts'

/** What the host knows of the connection and a Request does not tell. */
export interface Connection {
  /** The peer's address, as the socket says. Without it no proxy is trusted. */
  readonly peer?: string
  /**
   * Whether the socket itself speaks TLS. Default: what the scheme of `request.url` says, which some hosts take from
   * X-Forwarded-Proto, whoever sent it; say it where yours does.
   */
  readonly encrypted?: boolean
}

/** Answers a request; `open` gives its session, and makes the answer personal. */
export type Handler<Data> = (request: Request, open: () => Promise<Session<Data>>) => Response | Promise<Response>

/** The sessions of a site that speaks Web Request and Response. */
export class FetchSessions<Data> extends Sessions<Data, [FetchExchange]> {
  readonly #rules: TransportRules
  readonly #framePolicy: string | null

  /** @internal */
  constructor(options: SessionsOptions<Data>) {
    super(options, (exchange) => exchange)
    this.#rules = new TransportRules(options)
    this.#framePolicy = framePolicy(options.embedded ?? [])
  }

  /** Wraps a handler. What it returns is left as it is unless it opened the session. */
  handler(handle: Handler<Data>): (request: Request, connection?: Connection) => Promise<Response> {
    return async (request, connection = {}) => {
      const exchange = new FetchExchange(request, connection, this.#rules)
      let opened: Promise<Session<Data>> | undefined
      const response = await handle(request, () => {
        opened ??= this.openExchange(exchange)
        return opened
      })
      exchange.end()
      if (opened === undefined) return response
      return exchange.answer(response, this.#framePolicy, (directives) => this.reportCaching(directives))
    }
  }
}

/**
 * The sessions of a site that speaks Web Request and Response.
 *
 * @example
 * import { createSessions } from '@coatcheck/session/fetch'
 * import { memory } from '@coatcheck/session'
 *
 * const sessions = createSessions({ store: memory(), initial: () => ({ visits: 0 }) })
 * const fetch = sessions.handler(async (request, open) => {
 *   const session = await open()
 *   await session.update((data) => void data.visits++)
 *   return new Response(`Visit ${session.data.visits}`)
 * })
 *
 * @throws ERR_OPTION
 */
export function createSessions<Data = Record<string, never>>(options: SessionsOptions<Data>): FetchSessions<Data> {
  return new FetchSessions(options)
}

class FetchExchange implements Exchange {
  readonly facts: RequestFacts
  readonly client: Client
  readonly #request: Request
  #cookie: { readonly name: string; readonly line: string } | undefined
  #answered = false

  constructor(request: Request, { peer, encrypted }: Connection, rules: TransportRules) {
    const { headers } = request
    const url = new URL(request.url)
    const header = (name: string) => headers.get(name) ?? undefined
    // Where the host names no peer, the name that the browser asked for tells whether it spoke to this machine.
    const loopbackName = url.hostname === 'localhost' || url.hostname.endsWith('.localhost')
    this.#request = request
    this.client = {
      address: rules.clientAddress(peer, header('x-forwarded-for')),
      userAgent: shortened(headers.get('user-agent')),
    }
    this.facts = {
      method: request.method,
      host: header('host') ?? url.host,
      secure: rules.isSecure({
        encrypted: encrypted ?? url.protocol === 'https:',
        peer: peer ?? (loopbackName ? '127.0.0.1' : undefined),
        forwardedProto: header('x-forwarded-proto'),
        forwarded: header('forwarded'),
        fetchSite: header('sec-fetch-site'),
      }),
      origin: header('origin'),
      fetchSite: header('sec-fetch-site'),
      fetchMode: header('sec-fetch-mode'),
      fetchDest: header('sec-fetch-dest'),
      upgrade: headers.has('upgrade'),
    }
  }

  get cookieHeader(): string | undefined {
    return this.#request.headers.get('cookie') ?? undefined
  }

  get headersSent(): boolean {
    return this.#answered
  }

  personal(): void {
    if (!this.#answered) return
    throw new SessionError(
      'ERR_HEADERS_SENT',
      'the session was looked at after the handler had answered: open it before',
    )
  }

  setCookie(name: string, line: string): void {
    if (this.#answered) throw tooLate()
    this.#cookie = { name, line }
  }

  /** The handler has answered: what is opened from here on comes too late. */
  end(): void {
    this.#answered = true
  }

  /** @throws ERR_HEADERS_SENT where a cookie was to be set on an answer that can carry none */
  #withoutHeaders(response: Response): Response {
    if (this.#cookie === undefined) return response
    throw new SessionError(
      'ERR_HEADERS_SENT',
      response.status === 101
        ? 'an answer of 101 carries no cookie: begin or sign in before the upgrade'
        : 'a network error (Response.error()) carries no cookie: answer with a status, such as 500',
    )
  }

  /** The handler's answer, with the session's cookie and as a personal one (R2, R3). */
  answer(
    response: Response,
    policy: string | null,
    onCachingRemoved: (directives: readonly string[]) => void,
  ): Response {
    // What hosts answer to an upgrade is theirs alone, and nothing that a cache could keep. A status of 0 is no answer
    // (Fetch Standard §2.2.6, network errors and opaque responses), and none can be made of it.
    if (response.status === 101 || response.status === 0) return this.#withoutHeaders(response)
    const headers = new Headers(response.headers)
    const decision = personalCaching({
      cacheControl: headers.get('cache-control') ?? undefined,
      issuesCookie: this.#cookie !== undefined,
      dest: this.facts.fetchDest,
      hasValidator: headers.has('etag') || headers.has('last-modified'),
    })
    for (const name of [...headers.keys()]) if (isSharedCachingHeader(name)) headers.delete(name)
    headers.set('cache-control', decision.cacheControl)
    if (decision.varyCookie) headers.set('vary', varyWithCookie(headers.get('vary') ?? undefined))
    if (decision.legacyNoStore) {
      headers.set('pragma', 'no-cache')
      headers.set('expires', '0')
    }
    if (decision.dropped.length > 0) onCachingRemoved(decision.dropped)
    if (policy !== null) {
      headers.delete('x-frame-options')
      headers.append('content-security-policy', policy)
    }
    if (this.#cookie !== undefined) {
      const { name, line } = this.#cookie
      const others = headers.getSetCookie().filter((other) => !setsCookie(other, name))
      headers.delete('set-cookie')
      for (const other of [...others, line]) headers.append('set-cookie', other)
    }
    const { status, statusText } = response
    return new Response(response.body, { status, statusText, headers })
  }
}
