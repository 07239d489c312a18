// The user's name in a sign-in form: the body is read as far as 64 KiB, and forwarded as it came.

import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

const MAX_READ = 64 * 1024

/** A body of which the beginning has been read. */
export interface ReadBody {
  /** The first value of a form field; null where the form has none, is longer than 64 KiB or is no such form. */
  field(name: string): string | null
  /** The whole body, as it came. */
  stream(): Readable | Buffer
}

/** Reads the body of an urlencoded form. */
export async function readForm(req: IncomingMessage): Promise<ReadBody | null> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(req.headers['content-type'] ?? '')) return null
  const chunks: Buffer[] = []
  let length = 0
  const rest = req[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let ended = false
  while (length <= MAX_READ) {
    const next = await rest.next()
    if (next.done === true) {
      ended = true
      break
    }
    chunks.push(next.value)
    length += next.value.length
  }
  const read = Buffer.concat(chunks)
  const form = ended && length <= MAX_READ ? new URLSearchParams(read.toString('utf8')) : null
  return {
    field: (name) => form?.get(name) ?? null,
    stream: () => (ended ? read : Readable.from(whole(chunks, rest))),
  }
}

async function* whole(chunks: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}
