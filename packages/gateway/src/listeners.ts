// The sockets on which the gateway listens, and nothing about what is said on them.

import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  ServerResponse,
} from 'node:http'
import { createSecureServer, type Http2SecureServer } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Config, Endpoint, Tls } from './config/config.ts'
import { HTTP2, limitSessions } from './http2.ts'
import type { GatewayRequest, GatewayResponse, Upgrade } from './passage.ts'

export interface Listener {
  readonly protocol: 'http' | 'https'
  readonly address: string
  readonly port: number
  readonly server: Server | Http2SecureServer
  /** All that are open, whatever became of them. */
  readonly sockets: ReadonlySet<Socket>
}

/** How a request comes, where it is not an ordinary one. */
export interface Coming {
  /** The client sends the body when it is told to (RFC 9110 §10.1.1). */
  readonly awaitsContinue: boolean
  readonly upgrade: Upgrade | null
}

export type Handle = (req: GatewayRequest, res: GatewayResponse, coming: Coming | null) => void

type Settings = Pick<Config, 'listen' | 'tls' | 'limits' | 'timeouts'>

/** Opens every listener, or none. @throws the system's error, with the address in its message */
export async function openListeners(settings: Settings, handle: Handle): Promise<Listener[]> {
  const open: Listener[] = []
  try {
    for (const endpoint of settings.listen) open.push(...(await openEndpoint(endpoint, settings, handle)))
    return open
  } catch (error) {
    await Promise.all(open.map(closeListener))
    throw error
  }
}

/** `localhost` is two addresses, and browsers try both. */
async function openEndpoint(endpoint: Endpoint, settings: Settings, handle: Handle): Promise<Listener[]> {
  if (endpoint.host !== 'localhost')
    return [await openAddress(endpoint, endpoint.host, endpoint.port, settings, handle)]
  const first = await openAddress(endpoint, '127.0.0.1', endpoint.port, settings, handle)
  try {
    return [first, await openAddress(endpoint, '::1', first.port, settings, handle)]
  } catch {
    return [first] // a machine without IPv6, or its port is taken there
  }
}

function openAddress(
  { protocol }: Endpoint,
  address: string,
  port: number,
  settings: Settings,
  handle: Handle,
): Promise<Listener> {
  const server =
    protocol === 'https' && settings.tls !== null
      ? secureServer(settings, settings.tls)
      : createHttpServer(http1Options(settings))
  server.maxConnections = settings.limits.connections
  listen(server as Server, limited(handle, settings.limits.requestsPerConnection))
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, address, port)))
    server.listen(port, address, () => {
      server.removeAllListeners('error')
      resolve({ protocol, address, port: (server.address() as AddressInfo).port, server, sockets })
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

/** At once, whatever is under way. */
export function closeListener({ server, sockets }: Listener): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  for (const socket of sockets) socket.destroy()
  return closed
}

function http1Options({ limits, timeouts }: Settings): ServerOptions {
  return {
    maxHeaderSize: limits.headers,
    headersTimeout: timeouts.request,
    requestTimeout: 0, // uploads may be long; a body that stalls is ended by the wait for its next part
    keepAliveTimeout: timeouts.keepAlive,
    connectionsCheckingInterval: Math.min(5000, timeouts.request / 2),
  }
}

function secureServer(settings: Settings, { cert, key }: Tls): Http2SecureServer {
  const { limits, timeouts } = settings
  const server = createSecureServer({
    ...HTTP2,
    cert,
    key,
    minVersion: 'TLSv1.2',
    handshakeTimeout: timeouts.request,
    allowHTTP1: true,
    http1Options: http1Options(settings),
    // Extended CONNECT (RFC 8441) stays off: browsers then open WebSockets by HTTP/1.1.
    settings: { maxConcurrentStreams: limits.streamsPerConnection, maxHeaderListSize: limits.headers },
  } as Parameters<typeof createSecureServer>[0])
  limitSessions(server, timeouts.keepAlive, limits.requestsPerConnection)
  return server
}

/** Node's own `maxRequestsPerSocket` says that it closes the connection, and leaves it open. HTTP/2 counts by itself. */
function limited(handle: Handle, max: number | null): Handle {
  if (max === null) return handle
  const served = new WeakMap<Socket, number>()
  return (req, res, coming) => {
    if (req.stream === undefined) {
      const count = (served.get(req.socket) ?? 0) + 1
      served.set(req.socket, count)
      if (count > max) return // sent behind the last one, whose answer closes the connection
      if (count === max) res.shouldKeepAlive = false
    }
    handle(req, res, coming)
  }
}

const AWAITS_CONTINUE: Coming = { awaitsContinue: true, upgrade: null }

function listen(server: Server, handle: Handle): void {
  server.on('request', (req, res) => {
    // Node drops what came with an upgrade that it does not make, and would begin to read somewhere behind that.
    if (req.headers.upgrade !== undefined) res.shouldKeepAlive = false
    handle(req, res, null)
  })
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => handle(req, res, AWAITS_CONTINUE))
  // Others are served as if they had not asked, which is every server's right (RFC 9110 §7.8); h2c never is.
  ;(server as Server & { shouldUpgradeCallback: typeof asksForWebSocket }).shouldUpgradeCallback = asksForWebSocket
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    socket.pause() // what comes before the tunnel is open would be heard by nobody
    const res = new ServerResponse(req)
    res.shouldKeepAlive = false
    try {
      res.assignSocket(socket as Socket)
    } catch {
      // Sent behind a request that has no answer yet: no browser does that, and the connection can carry one at a time.
      socket.destroy()
      return
    }
    res.once('finish', () => socket.end(() => socket.destroy()))
    // Who leaves before the answer has left for good; the tunnel, which takes the socket from `res`, has its own ways.
    socket.once('end', () => {
      if (res.socket !== null) socket.destroy()
    })
    handle(req, res, { awaitsContinue: false, upgrade: { socket, head } })
  })
}

function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}
