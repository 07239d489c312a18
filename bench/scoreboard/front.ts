// The proxy that ends https before every contender: two doors of one host, which say by X-Forwarded-Proto which of them it
// was. It changes nothing else.

import * as plain from 'node:http'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import * as secure from 'node:https'
import type { AddressInfo } from 'node:net'
import { createCertificate } from '../../attacks/lib/certificate.ts'

/** A host that is not this machine's, as far as a browser can tell: no exception is made for it. */
export const HOST = 'site.example.test'

export interface Front {
  readonly http: string
  readonly https: string
  close(): Promise<void>
}

const certificate = createCertificate([HOST])

/** @param port - where the contender, or a cache before it, listens on 127.0.0.1 */
export async function startFront(port: number): Promise<Front> {
  const servers = [
    plain.createServer((req, res) => forward(req, res, port, 'http')),
    secure.createServer(certificate, (req, res) => forward(req, res, port, 'https')),
  ]
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const [http, https] = servers.map((server) => (server.address() as AddressInfo).port)
  return {
    http: `http://${HOST}:${http}`,
    https: `https://${HOST}:${https}`,
    async close() {
      for (const server of servers) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}

/** What a client says of these is not believed. */
const OURS = /^x-forwarded-|^forwarded$|^connection$/i

function forward(req: IncomingMessage, res: ServerResponse, port: number, protocol: 'http' | 'https'): void {
  const headers: string[] = []
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const [name, value] = [req.rawHeaders[i] as string, req.rawHeaders[i + 1] as string]
    if (!OURS.test(name)) headers.push(name, value)
  }
  headers.push('X-Forwarded-Proto', protocol, 'X-Forwarded-For', req.socket.remoteAddress ?? '', 'Connection', 'close')
  const up = request(
    { host: '127.0.0.1', port, method: req.method, path: req.url, headers, agent: false },
    (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.rawHeaders.filter(isEndToEnd))
      answer.pipe(res)
    },
  )
  up.on('error', () => (res.headersSent ? res.destroy() : res.writeHead(502).end('The site did not answer.\n')))
  req.pipe(up)
}

/** A name, or the value behind it. */
function isEndToEnd(_: string, i: number, raw: string[]): boolean {
  return !/^(connection|keep-alive|transfer-encoding)$/i.test(raw[i - (i % 2)] as string)
}
