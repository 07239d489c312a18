// Stage 5: on to the application, and its answer back, streaming both ways with backpressure.

import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Form } from '../form.ts'
import { headerValue, requestHeaders } from '../headers.ts'
import type { Passage, Visit } from '../passage.ts'
import { Refusal } from '../refusal.ts'
import { hasBody } from '../silence.ts'
import { receive } from './receive.ts'

/** Resolves when the answer is written or the exchange is over. Rejects with what kept it from being answered. */
export function forward(passage: Passage, visit: Visit | null, form: Form | null): Promise<void> {
  const { req, method, target, site } = passage
  return new Promise((resolve, reject) => {
    site.pool.dispatch(
      {
        path: target.path + target.query,
        method: method as Dispatcher.HttpMethod,
        headers: upstreamHeaders(passage, visit, form),
        body: form?.body ?? (hasBody(req) ? (req as Readable) : null),
      },
      new AnswerHandler(passage, visit, resolve, reject),
    )
  })
}

function upstreamHeaders({ req, facts, target, exchange }: Passage, visit: Visit | null, form: Form | null): string[] {
  const { address } = exchange.client
  const headers = requestHeaders(req.rawHeaders)
  if (form?.body instanceof Buffer) setContentLength(headers, form.body.length)
  if (visit !== null && visit.cookies !== null) headers.push('Cookie', visit.cookies)
  if (address !== null) headers.push('X-Forwarded-For', address)
  headers.push('X-Forwarded-Proto', facts.secure ? 'https' : 'http', 'X-Forwarded-Host', target.authority)
  return headers
}

function setContentLength(headers: string[], length: number): void {
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-length')
  if (at === -1) headers.push('Content-Length', String(length))
  else headers[at + 1] = String(length)
}

class AnswerHandler implements Dispatcher.DispatchHandler {
  readonly #passage: Passage
  readonly #visit: Visit | null
  readonly #resolve: () => void
  readonly #reject: (error: unknown) => void
  #controller: Dispatcher.DispatchController | undefined
  #bodyEnded = false
  #done = false

  constructor(passage: Passage, visit: Visit | null, resolve: () => void, reject: (error: unknown) => void) {
    this.#passage = passage
    this.#visit = visit
    this.#resolve = resolve
    this.#reject = reject
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    const { res } = this.#passage
    if (res.closed) controller.abort(new Error('the client went away'))
    // A client that goes away while we wait for the application: nothing is left to answer.
    else res.once('close', () => this.#finish(null))
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    message?: string,
  ): void {
    if (status < 200) return // early hints and the like are dropped: they could carry what the session may not see
    const raw = text(controller.rawHeaders)
    // Paused, the end of an answer without body is lost where the application closes its connection behind it.
    if (!isEmpty(this.#passage.method, status, raw)) controller.pause()
    receive(this.#passage, this.#visit, status, raw)
      .then((headers) => {
        if (this.#done) return
        this.#passage.res.writeHead(status, reason(message), headers)
        if (this.#bodyEnded) this.#end()
        else controller.resume()
      })
      .catch((error) => this.#finish(error))
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { res } = this.#passage
    if (this.#done || res.write(chunk)) return
    controller.pause()
    res.once('drain', () => controller.resume())
  }

  onResponseEnd(): void {
    if (this.#done) return
    // That of an answer without body comes while its headers are still being decided.
    if (this.#passage.res.headersSent) this.#end()
    else this.#bodyEnded = true
  }

  #end(): void {
    this.#done = true
    this.#passage.res.end()
    this.#resolve()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#finish(unreachable(error))
  }

  /** Ends the exchange early; without an error because nobody is left to tell. */
  #finish(error: unknown): void {
    if (this.#done) return
    this.#done = true
    if (this.#controller?.aborted === false) this.#controller.abort(new Error('the answer is not wanted any more'))
    if (error === null) this.#resolve()
    else this.#reject(error)
  }
}

/** RFC 9112 §6.3 */
function isEmpty(method: string, status: number, headers: readonly string[]): boolean {
  return method === 'HEAD' || status === 204 || status === 304 || headerValue(headers, 'content-length') === '0'
}

/** Bytes that Node would not write are no reason to fail; nobody reads them (RFC 9112 §4). */
function reason(message = ''): string {
  return /[^\t\x20-\x7e\x80-\xff]/.test(message) ? '' : message
}

function text(raw: Dispatcher.DispatchController['rawHeaders']): string[] {
  // Latin-1 keeps every byte that the application sent.
  return (raw as (Buffer | string)[]).map((part) => (typeof part === 'string' ? part : part.toString('latin1')))
}

function unreachable(error: Error & { code?: string }): Refusal {
  switch (error.code) {
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return new Refusal(504, 'The application did not answer in time', 'Try again in a moment.', [], { cause: error })
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return new Refusal(502, 'The application cannot be reached', 'It may be restarting: try again in a moment.', [], {
        cause: error,
      })
    default:
      return new Refusal(502, 'The application gave no proper answer', 'Try again in a moment.', [], { cause: error })
  }
}
