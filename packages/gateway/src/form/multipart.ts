// The parts of a multipart form that are a field of a rule, such as the user's name (RFC 7578). Dicer, which @fastify/busboy stands on, finds the
// parts; their heads are read here, and only as browsers and HTTP libraries write them: what servers make of two names,
// of `name*`, or of an encoded part is not known (G1).

import { Dicer } from '@fastify/busboy'
import type { FieldName } from './field-name.ts'
import { parseMediaType } from './media-type.ts'
import { charsetOf, textOf, utf8 } from './text.ts'
import type { Fields, Found, Unnamed } from './user-name.ts'

/** A line of a part's head: names in lower case, a value for each time that it stands there. */
type Head = Readonly<Record<string, readonly string[]>>

/** Each costs a stream. */
const MAX_PARTS = 1000

/** @param boundary - as the Content-Type names it */
export async function multipartFields(bytes: Buffer, boundary: string, field: FieldName): Promise<Fields> {
  const pieces = bytes.toString('latin1').split(`--${boundary}`, MAX_PARTS + 1)
  if (pieces.length > MAX_PARTS) return 'too-long'
  if (!isPlain(pieces)) return 'malformed'
  const found: Found[] = []
  let fault: Unnamed | null = null
  // A part whose head does not end is a part without head.
  let headless = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const dicer = new Dicer({ boundary })
  dicer.on('part', (part) => {
    headless++
    part.on('header', (head: object) => {
      headless--
      const name = nameOf(head as Head)
      const spelling = name === null ? null : field.spelling(name)
      if (name === null) fault ??= 'malformed'
      if (spelling === null) return void part.resume()
      const chunks: Buffer[] = []
      part.on('data', (chunk: Buffer) => chunks.push(chunk))
      part.on('end', () => {
        const value = fieldValue(head as Head, Buffer.concat(chunks))
        if (value === null) fault ??= 'ambiguous'
        else found.push({ name: spelling, value })
      })
    })
    part.on('error', () => {})
    part.resume()
  })
  dicer.on('error', () => {
    fault ??= 'malformed'
    resolve()
  })
  dicer.on('finish', resolve)
  dicer.end(bytes)
  await promise
  if (headless > 0) fault ??= 'malformed'
  return fault ?? found
}

/**
 * Whether the boundary stands only where every reader sees one: a line of its own, from the first byte on, and once at the
 * end. PHP takes bare line feeds for lines too, and goes on behind the end.
 */
function isPlain(pieces: readonly string[]): boolean {
  const last = pieces.length - 1
  return pieces.every((piece, i) => {
    if (i === last) return i > 0 && /^--(?:\r\n)?$/.test(piece)
    return i === 0 ? piece === '' || piece === '\r\n' : piece.startsWith('\r\n') && piece.endsWith('\r\n')
  })
}

// A name in single quotes is one for PHP, and has them for others.
const DISPOSITION = /^form-data((?:; ?(?:name|filename|filename\*)=(?:"(?:[^"\\]|\\.)*"|[^\s;"']+))*);?$/i
const NAME = /; ?name=(?:"((?:[^"\\]|\\.)*)"|([^\s;"']+))/gi

/** The name of a part, null where its head is not as clients write them. */
function nameOf(head: Head): string | null {
  const [disposition, ...others] = head['content-disposition'] ?? []
  const parameters = disposition === undefined ? null : DISPOSITION.exec(disposition)
  if (parameters === null || others.length > 0) return null
  const [match, ...more] = parameters[1]!.matchAll(NAME)
  if (match === undefined || more.length > 0) return null
  const name = (match[1] ?? match[2]!).replace(/\\(.)/gs, '$1')
  return utf8(Buffer.from(name, 'latin1')) ?? name
}

/** Null for a file, and for what only some servers would decode. */
function fieldValue(head: Head, bytes: Buffer): string | null {
  if (/filename/i.test(head['content-disposition']!.join())) return null
  const [encoding = '8bit', ...encodings] = head['content-transfer-encoding'] ?? []
  if (encodings.length > 0 || !/^(7bit|8bit|binary)$/i.test(encoding.trim())) return null
  const [type = 'text/plain', ...types] = head['content-type'] ?? []
  const media = types.length === 0 ? parseMediaType(type) : null
  const charset = media?.type === 'text/plain' ? charsetOf(media.parameters.get('charset')) : null
  return charset === null ? null : textOf(bytes, charset)
}
