// The sockets on which the gateway listens, and nothing about what is said on them.

import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Config, Endpoint, Tls } from './config/config.ts'

const LIMITS = {
  maxHeaderSize: 64 * 1024,
  headersTimeout: 30_000,
  requestTimeout: 0, // uploads may be long; a body that stalls is ended by the wait for its next part
  keepAliveTimeout: 65_000,
}

export interface Listener {
  readonly protocol: 'http' | 'https'
  readonly address: string
  readonly port: number
  readonly server: Server
}

/** Opens every listener, or none. @throws the system's error, with the address in its message */
export async function openListeners({ listen, tls }: Config, handle: RequestListener): Promise<Listener[]> {
  const open: Listener[] = []
  try {
    for (const endpoint of listen) open.push(...(await openEndpoint(endpoint, tls, handle)))
    return open
  } catch (error) {
    await closeListeners(open)
    throw error
  }
}

/** `localhost` is two addresses, and browsers try both. */
async function openEndpoint(endpoint: Endpoint, tls: Tls | null, handle: RequestListener): Promise<Listener[]> {
  if (endpoint.host !== 'localhost') return [await openAddress(endpoint, endpoint.host, endpoint.port, tls, handle)]
  const first = await openAddress(endpoint, '127.0.0.1', endpoint.port, tls, handle)
  try {
    return [first, await openAddress(endpoint, '::1', first.port, tls, handle)]
  } catch {
    return [first] // a machine without IPv6, or its port is taken there
  }
}

function openAddress(
  { protocol }: Endpoint,
  address: string,
  port: number,
  tls: Tls | null,
  handle: RequestListener,
): Promise<Listener> {
  const server =
    protocol === 'https' && tls !== null
      ? createHttpsServer({ ...LIMITS, cert: tls.cert, key: tls.key }, handle)
      : createHttpServer(LIMITS, handle)
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, address, port)))
    server.listen(port, address, () => {
      server.removeAllListeners('error')
      resolve({ protocol, address, port: (server.address() as AddressInfo).port, server })
    })
  })
}

function explained(error: NodeJS.ErrnoException, address: string, port: number): Error {
  const where = `${address} port ${port}`
  const remedy: Record<string, string> = {
    EADDRINUSE: 'another program listens there already; stop it, or choose another port',
    EACCES: 'ports below 1024 need a privilege; choose a higher one, or grant CAP_NET_BIND_SERVICE',
    EADDRNOTAVAIL: 'this machine has no such address',
  }
  return new Error(`cannot listen on ${where}: ${remedy[error.code ?? ''] ?? error.message}`, { cause: error })
}

export async function closeListeners(listeners: readonly Listener[]): Promise<void> {
  await Promise.all(
    listeners.map(({ server }) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    }),
  )
}
