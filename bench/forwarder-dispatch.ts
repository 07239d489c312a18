// The yardstick: the least that a forwarder on `Pool.dispatch` has to do. Raw header arrays both ways, hop-by-hop headers
// left out (RFC 9110 §7.6.1), backpressure; no sessions, rules, useful errors. Argument: the application's port.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Dispatcher, Pool } from 'undici'
import { serve } from './servers/serve.ts'

const HOP_BY_HOP = /^(connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade)$/i
const LENGTHS = [2, 7, 10, 16, 17]

const pool = new Pool(`http://127.0.0.1:${process.argv[2]}`, { connections: 256, pipelining: 1 })

class Answer implements Dispatcher.DispatchHandler {
  readonly #res: ServerResponse

  constructor(res: ServerResponse) {
    this.#res = res
  }

  onRequestStart(): void {}

  onResponseStart({ rawHeaders }: Dispatcher.DispatchController, status: number, _: unknown, message = ''): void {
    this.#res.writeHead(status, message, endToEnd(rawHeaders as Buffer[]))
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#res.write(chunk)) return
    controller.pause()
    this.#res.once('drain', () => controller.resume())
  }

  onResponseEnd(): void {
    this.#res.end()
  }

  onResponseError(): void {
    this.#res.destroy()
  }
}

serve((req, res) => {
  const { method, url = '' } = req
  const body = hasBody(req) ? req : null
  pool.dispatch({ method: method as 'GET', path: url, headers: endToEnd(req.rawHeaders), body }, new Answer(res))
})

function endToEnd(raw: readonly (Buffer | string)[]): string[] {
  const kept: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toString('latin1')
    if (LENGTHS.includes(name.length) && HOP_BY_HOP.test(name)) continue
    kept.push(name, raw[i + 1]!.toString('latin1'))
  }
  return kept
}

function hasBody({ method, headers }: IncomingMessage): boolean {
  return method !== 'GET' && (headers['content-length'] ?? '0') !== '0'
}
