// A client that behaves as Chromium does on localhost and on https: it keeps our cookie, withholds it where SameSite=Lax
// says so, and tells with Sec-Fetch-* and Origin who made it send a request. It follows no redirect by itself.

import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http'
import { request as httpsRequest } from 'node:https'

export type Site = 'none' | 'same-origin' | 'same-site' | 'cross-site'

export interface BrowserAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly setCookies: readonly string[]
  readonly body: string
  /** False where the connection broke off before the body's end. */
  readonly complete: boolean
}

export interface Sending {
  readonly method?: string
  /** Beside its own, or in their place; undefined: not sent. */
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string
  /** Who makes the browser ask. */
  readonly from?: Site
}

const PATIENCE = 5000

export class Browser {
  readonly jar = new Map<string, string>()
  readonly #scheme: 'http' | 'https'
  readonly #host: string
  readonly #port: number
  #frozen = false

  constructor(scheme: 'http' | 'https', host: string, port: number) {
    this.#scheme = scheme
    this.#host = host
    this.#port = port
  }

  get origin(): string {
    return `${this.#scheme}://${this.#host}:${this.#port}`
  }

  /** The session token that it holds. */
  get token(): string | undefined {
    return this.jar.get('__Host-Http-sid')
  }

  /** Another browser, with today's jar for ever: what a thief has. */
  frozenCopy(): Browser {
    const copy = new Browser(this.#scheme, this.#host, this.#port)
    for (const [name, value] of this.jar) copy.jar.set(name, value)
    copy.#frozen = true
    return copy
  }

  /** Loads a page. */
  visit(path: string, { from = 'none', ...sending }: Sending = {}): Promise<BrowserAnswer> {
    return this.#send(path, from, 'navigate', 'document', sending)
  }

  /** Sends a form, as a page of the site does. */
  submit(path: string, fields: Record<string, string>, sending: Sending = {}): Promise<BrowserAnswer> {
    const body = new URLSearchParams(fields).toString()
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', ...sending.headers }
    const from = sending.from ?? 'same-origin'
    return this.#send(path, from, 'navigate', 'document', { method: 'POST', ...sending, headers, body })
  }

  /** What a script's fetch() sends. */
  fetch(path: string, { from = 'same-origin', ...sending }: Sending = {}): Promise<BrowserAnswer> {
    return this.#send(path, from, from === 'same-origin' ? 'same-origin' : 'cors', 'empty', sending)
  }

  image(path: string, { from = 'same-origin', ...sending }: Sending = {}): Promise<BrowserAnswer> {
    return this.#send(path, from, 'no-cors', 'image', sending)
  }

  #send(path: string, from: Site, mode: string, dest: string, sending: Sending): Promise<BrowserAnswer> {
    const { method = 'GET', body } = sending
    const safe = method === 'GET' || method === 'HEAD'
    const lax = from !== 'cross-site' || (safe && mode === 'navigate')
    const headers: OutgoingHttpHeaders = { Host: `${this.#host}:${this.#port}`, Accept: accepted(mode) }
    if (this.#tellsOrigin) Object.assign(headers, fetchMetadata(from, mode, dest))
    if (!safe) headers.Origin = this.#originOf(from)
    if (lax && this.jar.size > 0) headers.Cookie = [...this.jar].map((pair) => pair.join('=')).join('; ')
    Object.assign(headers, sending.headers)
    for (const [name, value] of Object.entries(headers)) if (value === undefined) delete headers[name]
    const isChunked = headers['Transfer-Encoding'] !== undefined
    if (body !== undefined && !isChunked) headers['Content-Length'] = Buffer.byteLength(body)
    return this.#exchange(path, method, headers, body)
  }

  /** Chromium tells https and localhost alone. */
  get #tellsOrigin(): boolean {
    return this.#scheme === 'https' || /(^|\.)localhost$/.test(this.#host)
  }

  #originOf(from: Site): string {
    if (from === 'cross-site') return 'https://evil.example'
    return from === 'same-site' ? `${this.#scheme}://blog.${this.#host}` : this.origin
  }

  #exchange(path: string, method: string, headers: OutgoingHttpHeaders, body = ''): Promise<BrowserAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<BrowserAnswer>()
    const request = this.#scheme === 'https' ? httpsRequest : httpRequest
    const options = { host: '127.0.0.1', port: this.#port, path, method, headers, servername: this.#host, agent: false }
    const req = request({ ...options, rejectUnauthorized: false }, (res) =>
      read(res)
        .then((a) => this.#keep(a))
        .then(resolve),
    )
    req.setTimeout(PATIENCE, () => req.destroy(new Error(`${method} ${path}: nothing for ${PATIENCE} ms`)))
    req.on('error', reject).end(body)
    return promise
  }

  #keep(answer: BrowserAnswer): BrowserAnswer {
    if (this.#frozen) return answer
    for (const line of answer.setCookies) {
      const [, name = '', value = ''] = /^([^=;]*)=([^;]*)/.exec(line) ?? []
      if (/; *Secure/i.test(line) && !this.#tellsOrigin) continue
      if (/; *Max-Age=0\b/i.test(line)) this.jar.delete(name)
      else this.jar.set(name, value)
    }
    return answer
  }
}

function fetchMetadata(from: Site, mode: string, dest: string): OutgoingHttpHeaders {
  return {
    'Sec-Fetch-Site': from,
    'Sec-Fetch-Mode': mode,
    'Sec-Fetch-Dest': dest,
    ...(mode === 'navigate' ? { 'Sec-Fetch-User': '?1' } : {}),
  }
}

function accepted(mode: string): string {
  return mode === 'navigate' ? 'text/html,application/xhtml+xml,*/*;q=0.8' : '*/*'
}

async function read(res: IncomingMessage): Promise<BrowserAnswer> {
  const chunks: Buffer[] = []
  await new Promise<void>((resolve) => {
    res.on('data', (chunk: Buffer) => chunks.push(chunk))
    res.on('error', () => resolve())
    res.on('close', resolve)
  })
  const { headers, statusCode: status = 0, complete } = res
  return { status, headers, complete, setCookies: headers['set-cookie'] ?? [], body: Buffer.concat(chunks).toString() }
}
