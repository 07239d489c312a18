// The fields of an urlencoded form that the gateway needs to see or to take out; the body is read for that, as far as a
// limit, and forwarded.

import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { ParameterNames } from './parameters.ts'
import { Refusal } from './refusal.ts'

/** As far as a user's name is looked for. */
const READ_FOR_FIELDS = 64 * 1024
/** As far as ids are taken out: a longer form is refused, since what is not read cannot be cleaned. */
const READ_TO_CLEAN = 1024 * 1024

/** A form of which the beginning, or all, was read. */
export interface Form {
  /** The value of a field; null where the form has none, or is too long to be read. @throws Refusal 400 for several */
  field(name: string): string | null
  /** The body to forward. A Buffer is the whole of it, and may be shorter than what came. */
  readonly body: Readable | Buffer
}

/**
 * Reads a form without the fields that `without` names.
 *
 * @returns null where the body is no such form
 * @throws Refusal 413
 */
export async function readForm(req: IncomingMessage, without: ParameterNames): Promise<Form | null> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(req.headers['content-type'] ?? '')) return null
  const limit = without.isEmpty ? READ_FOR_FIELDS : READ_TO_CLEAN
  const rest = req[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const { chunks, ended } = await read(rest, limit)
  if (!ended) {
    if (!without.isEmpty) throw new Refusal(413, 'This form is too long', 'Send less at once.')
    return { field: () => null, body: Readable.from(whole(chunks, rest)) }
  }
  // Latin-1 keeps every byte that is not taken out.
  const text = without.removedFrom(Buffer.concat(chunks).toString('latin1'))
  const body = Buffer.from(text, 'latin1')
  const fields = body.length <= READ_FOR_FIELDS ? new URLSearchParams(body.toString('utf8')) : null
  return { field: (name) => only(fields?.getAll(name) ?? []), body }
}

/** Servers take the first, the last, or all of them joined: nobody knows whom such a form signs in (G1). */
function only(values: readonly string[]): string | null {
  const [first = null, ...others] = values
  if (others.every((value) => value === first)) return first
  throw new Refusal(400, 'This request cannot be read in one way', 'Its form says two things in one field.')
}

async function read(from: AsyncIterator<Buffer>, limit: number): Promise<{ chunks: Buffer[]; ended: boolean }> {
  const chunks: Buffer[] = []
  let length = 0
  while (length <= limit) {
    const next = await from.next()
    if (next.done === true) return { chunks, ended: true }
    chunks.push(next.value)
    length += next.value.length
  }
  return { chunks, ended: false }
}

async function* whole(chunks: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}
