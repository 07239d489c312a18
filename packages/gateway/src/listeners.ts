// The sockets on which the gateway listens, and nothing about what is said on them.

import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  ServerResponse,
} from 'node:http'
import { createSecureServer, type Http2SecureServer, type Settings as Http2Settings } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { isDeepStrictEqual } from 'node:util'
import type { Config, Endpoint, Tls } from './config/config.ts'
import { HTTP2, limitSessions } from './http2.ts'
import type { GatewayRequest, GatewayResponse, Upgrade } from './passage.ts'

export interface Listener {
  /** As it is configured. */
  readonly endpoint: Endpoint
  readonly protocol: 'http' | 'https'
  readonly address: string
  readonly port: number
  readonly server: Server | Http2SecureServer
  /** All that are open, whatever became of them. */
  readonly sockets: ReadonlySet<Socket>
  /** Other limits, waiting times and certificates, for what comes from now on. */
  adjust(settings: Settings): void
  /** Accepts nothing more. Resolves when the last connection is closed, which its next answer says where there is one. */
  stop(): Promise<void>
}

/** How a request comes, where it is not an ordinary one. */
export interface Coming {
  /** The client sends the body when it is told to (RFC 9110 §10.1.1). */
  readonly awaitsContinue: boolean
  readonly upgrade: Upgrade | null
}

export type Handle = (req: GatewayRequest, res: GatewayResponse, coming: Coming | null) => void

export type Settings = Pick<Config, 'listen' | 'tls' | 'limits' | 'timeouts'>

export interface Changed {
  /** All, in the order of the configuration. */
  readonly listeners: readonly Listener[]
  readonly opened: readonly Listener[]
  /** Those that are open and no longer wanted. */
  readonly unwanted: readonly Listener[]
}

/**
 * Opens what is new beside what is open, which may be nothing.
 *
 * @throws the system's error, with the address in its message; then nothing was opened
 */
export async function openListeners(before: readonly Listener[], settings: Settings, handle: Handle): Promise<Changed> {
  const unwanted = new Set(before)
  const listeners: Listener[] = []
  const opened: Listener[] = []
  try {
    for (const endpoint of settings.listen) {
      const kept = take(unwanted, endpoint)
      const others =
        kept.length > 0 ? [] : await openEndpoint(endpoint, settings, handle).catch(orOwn(before, endpoint))
      listeners.push(...kept, ...others)
      opened.push(...others)
    }
    return { listeners, opened, unwanted: [...unwanted] }
  } catch (error) {
    await Promise.all(opened.map(closeListener))
    throw error
  }
}

/** What listens on the port in another way may be the gateway itself. */
function orOwn(before: readonly Listener[], { port }: Endpoint): (error: Error) => never {
  return (error) => {
    const own = before.find((listener) => listener.port === port)
    if (own === undefined) throw error
    const where = `cannot listen on port ${port} in another way: the gateway itself does on ${own.protocol}://${own.address}`
    throw new Error(`${where}; restart it, or remove that address first and add the other one then`, { cause: error })
  }
}

/** Those of an endpoint: it may be two addresses, and where the port is free to choose, one of several endpoints. */
function take(open: Set<Listener>, endpoint: Endpoint): Listener[] {
  const first = [...open].find((listener) => isDeepStrictEqual(listener.endpoint, endpoint))
  const taken = [...open].filter((listener) => listener.endpoint === first?.endpoint)
  for (const listener of taken) open.delete(listener)
  return taken
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
  endpoint: Endpoint,
  address: string,
  port: number,
  first: Settings,
  handle: Handle,
): Promise<Listener> {
  const { protocol } = endpoint
  let settings = first
  let stopping = false
  const server =
    protocol === 'https' && settings.tls !== null
      ? secureServer(() => settings, settings.tls)
      : createHttpServer(http1Options(settings))
  const listener = {
    endpoint,
    protocol,
    address,
    port,
    server,
    sockets: new Set<Socket>(),
    adjust(next: Settings) {
      settings = next
      adjust(server, next)
    },
    stop() {
      stopping = true
      return new Promise<void>((resolve) => server.close(() => resolve())) // HTTP/2: GOAWAY
    },
  }
  // Several processes: refused by one would be offered to it again and again.
  ;(server as Server & { dropMaxConnection: boolean }).dropMaxConnection = true
  server.maxConnections = settings.limits.connections
  listen(
    server as Server,
    limited(handle, () => (stopping ? 0 : settings.limits.requestsPerConnection)),
  )
  server.on('connection', (socket: Socket) => {
    listener.sockets.add(socket)
    socket.once('close', () => listener.sockets.delete(socket))
  })
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, address, port)))
    server.listen(port, address, () => {
      server.removeAllListeners('error')
      listener.port = (server.address() as AddressInfo).port
      resolve(listener)
    })
  })
}

/** Node reads all of these anew: for a connection, a request, or each time that it looks for those who are late. */
function adjust(server: Server | Http2SecureServer, settings: Settings): void {
  const { tls, limits } = settings
  const { maxHeaderSize, headersTimeout, keepAliveTimeout } = http1Options(settings)
  server.maxConnections = limits.connections
  Object.assign(server, { maxHeaderSize, headersTimeout, keepAliveTimeout })
  if (!('setSecureContext' in server) || tls === null) return
  server.updateSettings(http2Settings(settings))
  useContext(server, secureContext(tls))
}

/** Visitors resume their TLS sessions with it, in whichever process of the gateway: the keys of tickets stay the same. */
export function useContext(server: Http2SecureServer, context: SecureContextOptions): void {
  server.setSecureContext({ ...context, ticketKeys: server.getTicketKeys() })
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

/** @throws where OpenSSL does not take them */
export function secureContext({ cert, key }: Tls): SecureContextOptions {
  const options = { cert, key, minVersion: 'TLSv1.2' as const }
  createSecureContext(options)
  return options
}

function http2Settings({ limits }: Settings): Http2Settings {
  // Extended CONNECT (RFC 8441) stays off: browsers then open WebSockets by HTTP/1.1.
  return { maxConcurrentStreams: limits.streamsPerConnection, maxHeaderListSize: limits.headers }
}

function secureServer(current: () => Settings, tls: Tls): Http2SecureServer {
  const settings = current()
  const server = createSecureServer({
    ...HTTP2,
    ...secureContext(tls),
    handshakeTimeout: settings.timeouts.request,
    allowHTTP1: true,
    http1Options: http1Options(settings),
    settings: http2Settings(settings),
  } as Parameters<typeof createSecureServer>[0])
  limitSessions(server, () => {
    const { limits, timeouts } = current()
    return { idle: timeouts.keepAlive, requests: limits.requestsPerConnection }
  })
  return server
}

/**
 * Node's own `maxRequestsPerSocket` says that it closes the connection, and leaves it open. HTTP/2 counts by itself.
 *
 * @param limit - null: none; 0: the answer to what comes now is the last one
 */
function limited(handle: Handle, limit: () => number | null): Handle {
  const served = new WeakMap<Socket, number>()
  return (req, res, coming) => {
    const max = limit()
    if (max === 0) res.shouldKeepAlive = false
    else if (max !== null && req.stream === undefined) {
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
