/**
 * The Leaky Teapot: a small shop, written as such sites are written, with the five failures that coatcheck closes.
 * Every one is real and has a switch of its own (options.ts). It is here to be attacked: see `attacks/`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type LeakyOptions, leaky } from './options.ts'
import { type Served, serve } from './serve.ts'
import { createSessions } from './sessions.ts'

export type LeakyShop = {
  /** `http://127.0.0.1:PORT` */
  url: string
  /** `https://127.0.0.1:PORT`, where there is such a listener. */
  httpsUrl: string | undefined
  /** The pages that were asked for, in the order in which the shop began to work on them. */
  served: readonly Served[]
  close(): Promise<void>
}

/** Starts the shop with every fault, but for those that `changes` switches off. */
export async function startLeakyShop(changes: Partial<LeakyOptions> = {}): Promise<LeakyShop> {
  const options = { ...leaky, ...changes }
  const shop = { options, sessions: createSessions(options), signedOut: new Set<string>() }
  const served: Served[] = []

  const answer = (req: IncomingMessage, res: ServerResponse) => {
    serve(shop, req, res, served).catch((error: Error) => {
      if (!res.headersSent) res.writeHead(400, { 'Content-Type': 'text/plain' })
      res.end(`${error.message}\n`)
    })
  }

  let tls: Server | undefined
  if (options.https) {
    tls = createTlsServer({ cert: options.https.cert, key: options.https.key }, answer)
    await listen(tls, options.https.port, options.host)
  }
  const http = createServer((req, res) => {
    if (options.clear) answer(req, res)
    else if (tls) toHttps(req, res, portOf(tls))
    else if (isLoopback(req)) answer(req, res)
    else res.writeHead(403, { 'Content-Type': 'text/plain' }).end('This shop speaks https only.\n')
  })
  await listen(http, options.port, options.host)

  return {
    url: `http://${options.host}:${portOf(http)}`,
    httpsUrl: tls && `https://${options.host}:${portOf(tls)}`,
    served,
    close: async () => {
      await Promise.all([close(http), tls && close(tls)])
    },
  }
}

/** F1 switched off: nothing is served in clear, no cookie is read or sent. */
function toHttps(req: IncomingMessage, res: ServerResponse, port: number) {
  const host = hostOf(req)
  res.writeHead(308, { Location: `https://${host}:${port}${req.url}`, 'Cache-Control': 'no-store' }).end()
}

/** Browsers hold plain http to the own machine for secure, and keep Secure cookies there. */
function isLoopback(req: IncomingMessage): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+)$/.test(hostOf(req))
}

function hostOf(req: IncomingMessage): string {
  return /^[\w.-]+/.exec(req.headers.host ?? '')?.[0] ?? ''
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
