// HTTP/2 requests of exactly these fields, which no client library would send: Node's client asks for something harmless,
// and on the way to its connection the header block of that request is exchanged for another one.

import { type ClientHttp2Session, connect } from 'node:http2'
import { Duplex } from 'node:stream'
import type { TestContext } from 'node:test'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { HOST } from './gateway.ts'
import { answerOf, type Http2Answer } from './http2.ts'

export type Field = readonly [name: string, value: string]

export interface RawHttp2 {
  readonly session: ClientHttp2Session
  /** The connection itself, for frames that are no request's. */
  readonly socket: TLSSocket
  /**
   * Sends a request of these fields, in this order, pseudo headers included. Strings are Latin-1.
   *
   * @param parts - the body, a DATA frame each; none: the request ends with its head
   */
  ask(fields: readonly Field[], ...parts: string[]): Promise<Http2Answer>
}

const PREFACE = 24
const [HEADERS, CONTINUATION] = [1, 9]
const [END_STREAM, END_HEADERS] = [1, 4]
const MOST = 16_384

export async function openRawHttp2(t: TestContext, port: number): Promise<RawHttp2> {
  const socket = await openTls(t, port)
  const exchange = new Exchange(socket)
  const session = connect(`https://${HOST}`, { createConnection: () => exchange })
  session.on('error', () => {})
  t.after(() => session.destroy())
  await new Promise<void>((resolve, reject) => session.once('remoteSettings', () => resolve()).once('error', reject))
  return {
    session,
    socket,
    ask: (fields, ...parts) => {
      exchange.next.push(fields)
      // Of its own words only the method matters: an answer to HEAD has no body.
      const method = fields.find(([name]) => name === ':method')?.[1]
      const stream = session.request(
        { ':method': method === 'HEAD' ? 'HEAD' : 'POST', ':path': '/' },
        { endStream: parts.length === 0 },
      )
      for (const part of parts) stream.write(part, 'latin1')
      if (parts.length > 0) stream.end()
      return answerOf(stream)
    },
  }
}

/** A connection on which HTTP/2 was agreed upon, and nothing said. */
export async function openTls(t: TestContext, port: number): Promise<TLSSocket> {
  const options = { port, host: '127.0.0.1', servername: HOST, rejectUnauthorized: false, ALPNProtocols: ['h2'] }
  const socket = connectTls(options)
  t.after(() => socket.destroy())
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', () => resolve()).once('error', reject))
  socket.on('error', () => {})
  return socket
}

/** A frame (RFC 9113 §4.1). */
export function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** The client's preface with no settings. */
export const HELLO = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0)])

/** A header block in which every field is written out: literal, not indexed (RFC 7541 §6.2.2). */
export function headerBlock(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0), literal(name), literal(value)]))
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  const length = bytes.length < 127 ? [bytes.length] : [127, ...rest(bytes.length - 127)]
  return Buffer.concat([Buffer.from(length), bytes])
}

function rest(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...rest(Math.floor(value / 128))]
}

class Exchange extends Duplex {
  /** Header blocks for the requests to come. */
  readonly next: (readonly Field[])[] = []
  readonly #socket: TLSSocket
  #unread: Buffer = Buffer.alloc(0)
  #begun = false

  constructor(socket: TLSSocket) {
    super()
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause()
    })
    socket.on('end', () => this.push(null))
    socket.on('close', () => this.destroy())
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#unread = Buffer.concat([this.#unread, chunk])
    if (!this.#begun && this.#unread.length >= PREFACE) {
      this.#socket.write(this.#unread.subarray(0, PREFACE))
      this.#unread = this.#unread.subarray(PREFACE)
      this.#begun = true
    }
    while (this.#begun && this.#unread.length >= 9) {
      const length = 9 + this.#unread.readUIntBE(0, 3)
      if (this.#unread.length < length) break
      this.#pass(this.#unread.subarray(0, length))
      this.#unread = this.#unread.subarray(length)
    }
    done()
  }

  override _final(done: () => void): void {
    this.#socket.end(() => done())
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }

  #pass(whole: Buffer): void {
    const fields = whole[3] === HEADERS ? this.next.shift() : undefined
    if (fields === undefined) {
      this.#socket.write(whole)
      return
    }
    const block = headerBlock(fields)
    const ends = (whole[4] as number) & END_STREAM
    const stream = whole.readUInt32BE(5)
    for (let at = 0; at === 0 || at < block.length; at += MOST) {
      const last = at + MOST >= block.length ? END_HEADERS : 0
      const part = block.subarray(at, at + MOST)
      this.#socket.write(at === 0 ? frame(HEADERS, last | ends, stream, part) : frame(CONTINUATION, last, stream, part))
    }
  }
}
