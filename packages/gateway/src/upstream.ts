// Connections to the application: HTTP/1.1 always, and over https to the one whose name the configuration says.
//
// undici takes the name for the certificate from the request's Host header, which is the visitor's: he would choose what
// the application has to prove. And it asks for HTTP/2 where that is offered. Neither here.

import { isIP } from 'node:net'
import { buildConnector, Pool } from 'undici'
import type { Timeouts } from './config/config.ts'
import { type Endpoint, endpointOrigin } from './config/values/endpoint.ts'

/** Of an answer's headers in all; as much as is taken of a request's (`limits.headers`). */
export const MOST_HEADERS = 64 * 1024

export function upstreamPool(upstream: Endpoint, timeouts: Timeouts): Pool {
  return new Pool(endpointOrigin(upstream), {
    connections: 256,
    pipelining: 1,
    maxHeaderSize: MOST_HEADERS,
    connect: connector(upstream, timeouts.connect),
    headersTimeout: timeouts.headers,
    bodyTimeout: 0, // event streams may be silent, which only an answer's headers say: `streams` watches
  })
}

function connector({ protocol, host }: Endpoint, timeout: number): buildConnector.connector | { timeout: number } {
  if (protocol === 'http') return { timeout }
  // Said although it is the default: NODE_TLS_REJECT_UNAUTHORIZED=0 turns that off for a whole process (CVE-2026-107318).
  const connect = buildConnector({ timeout, allowH2: false, rejectUnauthorized: true })
  const named = isIP(host) === 0 ? { servername: host } : {}
  return (options, callback) => {
    const { servername: _visitors, ...rest } = options
    connect({ ...rest, ...named }, callback)
  }
}
