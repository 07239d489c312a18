// The application behind the gateway: a real server, whose answers a test gives path by path.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

export type Answer = (req: IncomingMessage, res: ServerResponse) => unknown

/** A request as it reached the application. */
export interface Arrived {
  readonly method: string
  readonly url: string
  readonly rawHeaders: readonly string[]
  readonly cookies: string | undefined
}

export class Application {
  readonly port: number
  /** All that arrived, in order. */
  readonly arrived: Arrived[] = []
  readonly #answers = new Map<string, Answer>()
  #otherwise: Answer = echo

  constructor(server: Server) {
    this.port = (server.address() as AddressInfo).port
    server.on('request', (req, res) => this.#answer(req, res))
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** The cookies with which the last request arrived. */
  get lastCookies(): string | undefined {
    return this.arrived.at(-1)?.cookies
  }

  /** Answers a path (or `POST /path` alone). What no test answers is echoed: the cookies that arrived. */
  on(path: string, answer: Answer): this {
    this.#answers.set(path, answer)
    return this
  }

  /** Answers what no other answer is for. */
  otherwise(answer: Answer): this {
    this.#otherwise = answer
    return this
  }

  #answer(req: IncomingMessage, res: ServerResponse): void {
    const { method = '', url = '', rawHeaders, headers } = req
    this.arrived.push({ method, url, rawHeaders, cookies: headers.cookie })
    const path = url.split('?')[0] as string
    const answer = this.#answers.get(`${method} ${path}`) ?? this.#answers.get(path) ?? this.#otherwise
    answer(req, res)
  }
}

/** The values of a header, whatever its case. */
export function valuesOf({ rawHeaders }: { readonly rawHeaders: readonly string[] }, name: string): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]!.toLowerCase() === name.toLowerCase())
}

export async function startApplication(t: TestContext): Promise<Application> {
  const server = createServer()
  await listening(server)
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return new Application(server)
}

/** An application that speaks no HTTP unless the test makes it. Returns its port. */
export async function startSocketServer(
  t: TestContext,
  onConnection: (socket: Socket) => void,
  onPort = 0,
): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createNetServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    onConnection(socket)
  })
  await listening(server, onPort)
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

/** A port on which nobody listens. */
export async function deadPort(): Promise<number> {
  const server = createNetServer()
  await listening(server)
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function listening(server: NetServer, port = 0): Promise<void> {
  return new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
}

function echo(req: IncomingMessage, res: ServerResponse): void {
  req.resume()
  res.setHeader('Content-Type', 'text/plain').end(req.headers.cookie ?? '')
}

export async function bodyOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
