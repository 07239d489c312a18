// A word about each request, once its answer is over, for whoever keeps an access log. Never a token, a cookie or a query.

import type { Socket } from 'node:net'
import { requestClient, type SessionId, type TransportRules } from '@coatcheck/session'
import type { Coming } from './listeners.ts'
import type { GatewayRequest, GatewayResponse, Passage } from './passage.ts'

export interface Access {
  /** Null where the request could not be read, or none of that name is served. */
  readonly site: string | null
  readonly method: string
  /** As it went to the application, without its query; null where the request could not be read in one way. */
  readonly path: string | null
  /** Null where the client left before it was answered. */
  readonly status: number | null
  /** Milliseconds from the request's headers to the end of its answer; of a WebSocket, to its end. */
  readonly duration: number
  /** Of the answer's body; of a WebSocket, all that was sent to the client. */
  readonly bytes: number
  /** Whether the answer was sent to its end. */
  readonly complete: boolean
  /** Public: it opens nothing. Null where there is no session. */
  readonly session: SessionId | null
  readonly address: string | null
}

export type AccessLog = (access: Access) => void

/** Tells of a request when its answer is over. */
export function noteAccess(passage: Passage, log: AccessLog): void {
  const { res, upgrade, method, target, site, exchange } = passage
  const rest = () => ({ session: exchange.session?.id ?? null, address: exchange.client.address })
  note(res, upgrade, log, () => ({ site: site.site.name, method, path: target.path, ...rest() }))
}

/** Of one that could not be read: nothing in it is certain. */
export function noteUnread(
  req: GatewayRequest,
  res: GatewayResponse,
  coming: Coming | null,
  rules: TransportRules,
  log: AccessLog,
): void {
  const { address } = requestClient(req, rules)
  const method = req.method ?? ''
  note(res, coming?.upgrade ?? null, log, () => ({ site: null, method, path: null, session: null, address }))
}

function note(
  res: GatewayResponse,
  upgrade: Passage['upgrade'],
  log: AccessLog,
  about: () => Pick<Access, 'site' | 'method' | 'path' | 'session' | 'address'>,
): void {
  const began = performance.now()
  const counted = countBody(res)
  const over = () => {
    const duration = Math.round((performance.now() - began) * 10) / 10
    // A tunnel has taken the socket, and answered by itself.
    const tunnel = upgrade !== null && res.socket === null && !res.headersSent ? (upgrade.socket as Socket) : null
    const status = tunnel !== null ? 101 : res.headersSent ? res.statusCode : null
    const bytes = tunnel === null ? counted() : tunnel.bytesWritten
    log({ ...about(), status, duration, bytes, complete: tunnel !== null || res.writableEnded })
  }
  if (upgrade === null) res.once('close', over)
  else upgrade.socket.once('close', over)
}

/** What is handed on to the connection. Node counts by connection alone. */
function countBody(res: GatewayResponse): () => number {
  let bytes = 0
  let ending = false
  for (const name of ['write', 'end'] as const) {
    const original = res[name] as (...args: unknown[]) => unknown
    res[name] = function counting(this: GatewayResponse, ...args: unknown[]) {
      const [chunk, encoding] = args
      // Over HTTP/2 the last part is written by `end` itself.
      if (ending) return original.apply(this, args)
      ending = name === 'end'
      if (typeof chunk === 'string') bytes += Buffer.byteLength(chunk, encoding as BufferEncoding | undefined)
      else if (chunk instanceof Uint8Array) bytes += chunk.length
      return original.apply(this, args)
    } as never
  }
  return () => bytes
}
