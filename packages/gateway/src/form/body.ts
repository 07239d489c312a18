// A request's body, read as far as a limit and forwarded byte for byte.

import { Readable } from 'node:stream'
import type { GatewayRequest } from '../passage.ts'

/** A request as far as its body goes: one that arrived, or one that was kept. */
export type Sent = Pick<GatewayRequest, 'method' | 'headers' | 'rawHeaders' | 'stream'> & AsyncIterable<Buffer>

/** The body as far as it was read. */
export interface Beginning {
  /** All of it; null where it is longer than the limit. */
  readonly whole: Buffer | null
  /** What came, to be forwarded: the bytes, or where it is longer a stream that begins with them. */
  readonly body: Readable | Buffer
}

/** @param limit - in bytes: a longer body goes on as a stream */
export async function readBody(req: Sent, limit: number): Promise<Beginning> {
  const rest = req[Symbol.asyncIterator]()
  const chunks: Buffer[] = []
  let length = 0
  while (length <= limit) {
    const next = await rest.next()
    if (next.done === true) {
      const whole = Buffer.concat(chunks)
      return { whole, body: whole }
    }
    chunks.push(next.value)
    length += next.value.length
  }
  return { whole: null, body: Readable.from(goOn(chunks, rest)) }
}

async function* goOn(chunks: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}
