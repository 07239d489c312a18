// What the gateway has to know of a request's body: whom a sign-in names, and the ids that are taken out. The body is
// read for that, as far as a limit, and forwarded as it came but for those ids.

import { Readable } from 'node:stream'
import { assertReadableForm, withoutIdParts } from '../ids/multipart.ts'
import type { ParameterNames } from '../ids/parameters.ts'
import { Refusal } from '../refusal.ts'
import { hasBody } from '../silence.ts'
import { readBody, type Sent } from './body.ts'
import { FieldName } from './field-name.ts'
import { jsonName } from './json.ts'
import { type MediaType, parseMediaType } from './media-type.ts'
import { multipartName } from './multipart.ts'
import { charsetOf } from './text.ts'
import { type FormReading, fieldsOf, urlencodedName } from './urlencoded.ts'
import { type UserName, unnamed, userName } from './user-name.ts'

/** As far as a user's name is looked for. A field may come again behind it: a longer body names nobody. */
export const READ_FOR_NAME = 64 * 1024
/** As far as ids are taken out: a longer form is refused, since what is not read cannot be cleaned. */
const READ_TO_CLEAN = 1024 * 1024

export interface FormQuestion {
  /** The field that names the user, as the rule has it; null where nobody is asked for. */
  readonly field: string | null
  /** Fields that do not reach the application. */
  readonly without: ParameterNames
  /** With its question mark, or empty. */
  readonly query: string
  /** The server is ASP.NET, and reads `%u00fc` as ü. */
  readonly wideEscapes: boolean
}

export interface Form {
  /** Whom it names; absent where nobody was asked for. */
  readonly name: UserName
  /** The body to forward; null: it was not read. A Buffer is the whole of it, and may be shorter than what came. */
  readonly body: Readable | Buffer | null
}

/** @throws Refusal 413 where a form is too long to be cleaned, 400 and 415 where it cannot be */
export async function readForm(req: Sent, question: FormQuestion): Promise<Form> {
  const { without } = question
  if (without.isEmpty || !hasBody(req)) return readName(req, question)
  assertReadableForm(req)
  const type = req.headers['content-type'] ?? ''
  if (/^multipart\//i.test(type)) {
    const { name, body } = await readName(req, question)
    return { name, body: Readable.from(withoutIdParts(Buffer.isBuffer(body) ? [body] : (body ?? req), without)) }
  }
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return readName(req, question)
  const { whole } = await readBody(req, READ_TO_CLEAN)
  if (whole === null) throw new Refusal(413, 'This form is too long', 'Send less at once.')
  // Latin-1 keeps every byte that is not taken out.
  const body = Buffer.from(without.removedFrom(whole.toString('latin1')), 'latin1')
  return { name: await nameIn(req, question, async () => body), body }
}

async function readName(req: Sent, question: FormQuestion): Promise<Form> {
  let body: Form['body'] = null
  const name = await nameIn(req, question, async () => {
    if (Number(req.headers['content-length'] ?? 0) > READ_FOR_NAME) return null
    const beginning = await readBody(req, READ_FOR_NAME)
    body = beginning.body
    return beginning.whole
  })
  return { name, body }
}

/** @param read - the whole body; null where it is too long */
async function nameIn(
  req: Sent,
  { field: sought, query, wideEscapes }: FormQuestion,
  read: () => Promise<Buffer | null>,
): Promise<UserName> {
  if (sought === null) return unnamed('absent')
  const field = new FieldName(sought)
  if (!hasBody(req)) {
    // A form by GET. A POST without body is a button, or a script's, whatever its address says.
    const isGet = req.method === 'GET' || req.method === 'HEAD'
    return isGet ? urlencodedName(query.slice(1), field, { charset: 'utf-8', wideEscapes }) : unnamed('absent')
  }
  if (req.headers['content-encoding'] !== undefined) return unnamed('content-encoding')
  const media = mediaOf(req)
  if (media === null) return unnamed('malformed')
  const reader = readerOf(media)
  if (reader === null) return unnamed('content-type')
  const charset = charsetOf(media.parameters.get('charset'))
  if (charset === null) return unnamed('charset')
  const bytes = await read()
  if (bytes === null || bytes.length > READ_FOR_NAME) return unnamed('too-long')
  const reading = { charset, wideEscapes }
  const name = await reader(bytes, field, media, reading)
  return name.user !== null && contradicts(query, field, name.user, reading) ? unnamed('ambiguous') : name
}

/** Two Content-Type headers are two types, of which servers take either; none is one that is not read. */
function mediaOf({ rawHeaders, headers }: Sent): MediaType | null {
  let seen = 0
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]!.toLowerCase() === 'content-type') seen++
  if (seen > 1) return null
  return parseMediaType(headers['content-type'] ?? 'application/octet-stream')
}

type Reader = (bytes: Buffer, field: FieldName, media: MediaType, reading: FormReading) => UserName | Promise<UserName>

function readerOf({ type }: MediaType): Reader | null {
  switch (type) {
    case 'application/x-www-form-urlencoded':
      return (bytes, field, _media, reading) => urlencodedName(bytes.toString('latin1'), field, reading)
    case 'multipart/form-data':
      return (bytes, field, { parameters }) => {
        const boundary = parameters.get('boundary')
        // PHP takes the first word `boundary` for it, in another parameter's name or value too.
        const others = parameters.size - (parameters.has('charset') ? 2 : 1)
        return !boundary || others > 0 ? unnamed('malformed') : multipartName(bytes, boundary, field)
      }
    default:
      return /^application\/(?:[\w.-]+\+)?json$/.test(type) ? jsonName : null
  }
}

/** Java's and ASP's servers look for a field in the address first, and would find another name there. */
function contradicts(query: string, field: FieldName, user: string, reading: FormReading): boolean {
  if (query === '') return false
  const found = fieldsOf(query.slice(1), field, reading)
  if (found === null) return true
  const there = userName(found)
  return there.user === null ? there.why === 'ambiguous' || there.why === 'improper' : there.user !== user
}
