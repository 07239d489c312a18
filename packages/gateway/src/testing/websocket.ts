// WebSockets over plain sockets, as little of them as tests need: an application that speaks them, and a browser's end.

import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { FrameBoundary } from '../websocket-frames.ts'

/** An unmasked text frame. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  const head = payload.length < 126 ? [0x81, payload.length] : [0x81, 126, payload.length >> 8, payload.length & 0xff]
  return Buffer.concat([Buffer.from(head), payload])
}

export function handshakeAnswer(req: IncomingMessage, headers: readonly string[] = []): string {
  const key = createHash('sha1')
    .update(`${req.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64')
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', ...headers]
  return `${lines.join('\r\n')}\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`
}

export interface SocketApplication {
  readonly port: number
  /** Handshakes as they arrived. */
  readonly arrived: IncomingMessage[]
  /** Its ends of the open connections. */
  readonly sockets: Socket[]
}

/** An application that takes every WebSocket, and answers other requests with their path and cookies. */
export async function startSocketApplication(
  t: TestContext,
  onSocket: (socket: Socket, req: IncomingMessage) => void = (socket, req) => void socket.write(handshakeAnswer(req)),
  answers: Readonly<Record<string, (res: ServerResponse) => unknown>> = {},
): Promise<SocketApplication> {
  const arrived: IncomingMessage[] = []
  const sockets: Socket[] = []
  const server = createServer((req, res) => {
    req.resume()
    const answer = answers[req.url ?? '']
    if (answer !== undefined) return void answer(res)
    if (req.method === 'POST' && req.url === '/login') res.setHeader('Set-Cookie', 'auth=alice; Path=/').writeHead(302)
    else if (req.url === '/set') res.setHeader('Set-Cookie', 'app=1; Path=/')
    else if (req.url === '/logout') res.setHeader('Set-Cookie', 'auth=; Path=/; Max-Age=0')
    res.end(`${req.url} ${req.headers.cookie ?? ''}`)
  })
  server.on('upgrade', (req, socket) => {
    arrived.push(req)
    sockets.push(socket.on('error', () => {}) as Socket)
    onSocket(socket as Socket, req)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
    for (const socket of sockets) socket.destroy()
  })
  return { port: (server.address() as AddressInfo).port, arrived, sockets }
}

/** One end of a WebSocket, and all that came on it. */
export class TestSocket {
  readonly socket: Socket
  readonly head: string
  received: Buffer
  /** When it ended, as `performance.now()` says it. */
  endedAt: number | null = null
  readonly ended: Promise<void>
  #heard = Promise.withResolvers<void>()

  constructor(socket: Socket, head: string, rest: Buffer, patience?: number) {
    this.socket = socket
    this.head = head
    this.received = rest
    socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk])
      this.#heard.resolve()
      this.#heard = Promise.withResolvers<void>()
    })
    this.ended = soon(
      'the WebSocket',
      (resolve) => {
        const over = () => {
          this.endedAt ??= performance.now()
          this.#heard.resolve()
          resolve()
        }
        socket.on('end', over).on('close', over)
      },
      patience,
    )
  }

  get status(): number {
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(this.head)?.[1] ?? 0)
  }

  get text(): string {
    return this.received.toString('latin1')
  }

  /** Resolves when what came contains `text`; rejects where it ends before. */
  async hears(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      if (this.endedAt !== null) throw new Error(`it ended before ${JSON.stringify(text)} came: ${this.text}`)
      await this.#heard.promise
    }
  }

  /** The code and reason with which the other side closed; null where it just broke off. */
  get closed(): { readonly code: number; readonly reason: string } | null {
    const at = this.received.lastIndexOf(0x88)
    if (at === -1 || at + 2 + (this.received[at + 1] ?? 0) !== this.received.length) return null
    const boundary = new FrameBoundary()
    boundary.pass(this.received)
    if (!boundary.isWhole) return null
    return { code: this.received.readUInt16BE(at + 2), reason: this.received.subarray(at + 4).toString() }
  }
}

/** What has to happen within some seconds; else the test fails, rather than wait for ever. */
export function soon<T>(what: string, begin: (resolve: (value: T) => void) => void, patience = 4000): Promise<T> {
  const promise = new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} did not end within ${patience} ms`)), patience)
    begin((value) => {
      clearTimeout(timer)
      resolve(value)
    })
  })
  promise.catch(() => {}) // where nobody waits for it, it need not happen
  return promise
}

export interface Handshake {
  readonly token?: string | undefined
  /** Other headers, one a line; in the place of the usual Origin where they have one. */
  readonly headers?: string
  readonly path?: string
  /** Bytes sent right behind the handshake. */
  readonly early?: Buffer
  /** Milliseconds within which its end has to come. */
  readonly patience?: number
  /** Over TLS, to this host. */
  readonly servername?: string
}

/** Sends a handshake as a page on http://localhost does, and reads the answer's head. */
export async function openWebSocket(t: TestContext, port: number, given: Handshake = {}): Promise<TestSocket> {
  const { token, headers = '', path = '/socket', early = Buffer.alloc(0), patience, servername } = given
  const options = { port, host: '127.0.0.1' }
  const socket: Socket =
    servername === undefined
      ? connect(options)
      : connectTls({ ...options, servername, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
  t.after(() => socket.destroy())
  socket.on('error', () => {})
  await once(socket, servername === undefined ? 'connect' : 'secureConnect')
  const scheme = servername === undefined ? 'http' : 'https'
  const host = `${servername ?? 'localhost'}:${port}`
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...(/^Origin:/im.test(headers) ? [] : [`Origin: ${scheme}://${host}`]),
    ...(token === undefined ? [] : [`Cookie: __Host-Http-sid=${token}`]),
    ...headers.split('\n').filter((line) => line !== ''),
  ]
  socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), early]))
  let read: Buffer = Buffer.alloc(0)
  for (;;) {
    const end = read.indexOf('\r\n\r\n')
    if (end !== -1) return new TestSocket(socket, read.toString('latin1', 0, end), read.subarray(end + 4), patience)
    const [chunk] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [Buffer | boolean]
    if (typeof chunk === 'boolean') return new TestSocket(socket, read.toString('latin1'), Buffer.alloc(0))
    read = Buffer.concat([read, chunk])
  }
}
