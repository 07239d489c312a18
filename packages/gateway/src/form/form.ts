// What the gateway has to know of a request's body: whom a sign-in names, and the ids that are taken out. The body is
// read for that, as far as a limit, and forwarded as it came but for those ids.

import { Readable } from 'node:stream'
import type { LoginRule, Site } from '../config/config.ts'
import { assertReadableForm, withoutIdParts } from '../ids/multipart.ts'
import type { ParameterNames } from '../ids/parameters.ts'
import { Refusal } from '../refusal.ts'
import { hasBody } from '../silence.ts'
import { canonicalUser } from '../user-names.ts'
import { readBody, type Sent } from './body.ts'
import { FieldName } from './field-name.ts'
import { hasValues, isChecked } from './has-values.ts'
import { jsonFields } from './json.ts'
import { hasSeveralTypes, type MediaType, parseMediaType } from './media-type.ts'
import { multipartFields } from './multipart.ts'
import { type Charset, charsetOf } from './text.ts'
import { type FormReading, urlencodedFields } from './urlencoded.ts'
import { type Fields, nameIn, type Unnamed, type UserName, unnamed } from './user-name.ts'

/** As far as a user's name is looked for. A field may come again behind it: a longer body names nobody. */
export const READ_FOR_NAME = 64 * 1024
/** As far as ids are taken out: a longer form is refused, since what is not read cannot be cleaned. */
const READ_TO_CLEAN = 1024 * 1024

export interface FormQuestion {
  /** The rules of which the request may be the sign-in, in order. */
  readonly logins: readonly LoginRule[]
  /** Fields that do not reach the application. */
  readonly without: ParameterNames
  /** With its question mark, or empty. */
  readonly query: string
  /** Which names of users are one. */
  readonly users: Site['users']
  /** The server is ASP.NET, and reads `%u00fc` as ü. */
  readonly wideEscapes: boolean
}

export interface Form extends SignIn {
  /** The body to forward; null: it was not read. A Buffer is the whole of it, and may be shorter than what came. */
  readonly body: Readable | Buffer | null
}

interface SignIn {
  /** The first of the rules whose form it is; null where it is that of none. */
  readonly login: LoginRule | null
  /** Whom it names; absent where the rule does not ask. */
  readonly name: UserName
  /** Whether it asks for a session that outlives the browser. */
  readonly remember: boolean
}

/** @throws Refusal 413 where a form is too long to be cleaned, 400 and 415 where it cannot be */
export async function readForm(req: Sent, question: FormQuestion): Promise<Form> {
  const { without } = question
  if (without.isEmpty || !hasBody(req)) return readSignIn(req, question)
  assertReadableForm(req)
  const type = req.headers['content-type'] ?? ''
  if (/^multipart\//i.test(type)) {
    const { body, ...signIn } = await readSignIn(req, question)
    return { ...signIn, body: Readable.from(withoutIdParts(Buffer.isBuffer(body) ? [body] : (body ?? req), without)) }
  }
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return readSignIn(req, question)
  const { whole } = await readBody(req, READ_TO_CLEAN)
  if (whole === null) throw new Refusal(413, 'This form is too long', 'Send less at once.')
  // Latin-1 keeps every byte that is not taken out.
  const body = Buffer.from(without.removedFrom(whole.toString('latin1')), 'latin1')
  return { ...(await signInOf(req, question, async () => body)), body }
}

async function readSignIn(req: Sent, question: FormQuestion): Promise<Form> {
  let body: Form['body'] = null
  const signIn = await signInOf(req, question, async () => {
    if (Number(req.headers['content-length'] ?? 0) > READ_FOR_NAME) return null
    const beginning = await readBody(req, READ_FOR_NAME)
    body = beginning.body
    return beginning.whole
  })
  return { ...signIn, body }
}

/** @param read - the whole body; null where it is too long */
async function signInOf(req: Sent, question: FormQuestion, read: () => Promise<Buffer | null>): Promise<SignIn> {
  let content: Content | null = null
  const inBody = async (field: FieldName) => {
    content ??= await contentOf(req, question, read)
    return content.fields(field)
  }
  const { query, users, wideEscapes } = question
  const inQuery = (field: FieldName) =>
    urlencodedFields(query.slice(1), field, { charset: content?.charset ?? 'utf-8', wideEscapes })
  for (const login of question.logins) {
    if (login.form !== undefined && !(await hasValues(login.form, inBody, inQuery))) continue
    const remember = login.remember !== undefined && isChecked(await inBody(new FieldName(login.remember)))
    if (login.user?.field === undefined) return { login, name: unnamed('absent'), remember }
    const field = new FieldName(login.user.field)
    const name = canonicalName(users, nameIn(await inBody(field)))
    const isAmbiguous =
      name.user !== null && hasBody(req) && contradicts(canonicalName(users, nameIn(inQuery(field))), name.user)
    return { login, name: isAmbiguous ? unnamed('ambiguous') : name, remember }
  }
  return { login: null, name: unnamed('absent'), remember: false }
}

function canonicalName(users: Site['users'], name: UserName): UserName {
  return name.user === null ? name : { user: canonicalUser(users, name.user) }
}

/** A body, as far as fields can be found in it. */
interface Content {
  readonly charset: Charset
  fields(field: FieldName): Fields | Promise<Fields>
}

async function contentOf(
  req: Sent,
  { query, wideEscapes }: FormQuestion,
  read: () => Promise<Buffer | null>,
): Promise<Content> {
  const reading: FormReading = { charset: 'utf-8', wideEscapes }
  if (!hasBody(req)) {
    // A form by GET. A POST without body is a button, or a script's, whatever its address says.
    const isGet = req.method === 'GET' || req.method === 'HEAD'
    return { charset: 'utf-8', fields: (field) => (isGet ? urlencodedFields(query.slice(1), field, reading) : []) }
  }
  if (req.headers['content-encoding'] !== undefined) return unreadable('content-encoding')
  const media = mediaOf(req)
  if (media === null) return unreadable('malformed')
  const reader = readerOf(media)
  if (reader === null) return unreadable('content-type')
  const charset = charsetOf(media.parameters.get('charset'))
  if (charset === null) return unreadable('charset')
  const bytes = await read()
  if (bytes === null || bytes.length > READ_FOR_NAME) return unreadable('too-long')
  return { charset, fields: (field) => reader(bytes, field, media, { charset, wideEscapes }) }
}

function unreadable(why: Unnamed): Content {
  return { charset: 'utf-8', fields: () => why }
}

/** Null where nobody can say which it is; no type is one that is not read. */
function mediaOf({ rawHeaders, headers }: Sent): MediaType | null {
  if (hasSeveralTypes(rawHeaders)) return null
  return parseMediaType(headers['content-type'] ?? 'application/octet-stream')
}

type Reader = (bytes: Buffer, field: FieldName, media: MediaType, reading: FormReading) => Fields | Promise<Fields>

function readerOf({ type }: MediaType): Reader | null {
  switch (type) {
    case 'application/x-www-form-urlencoded':
      return (bytes, field, _media, reading) => urlencodedFields(bytes.toString('latin1'), field, reading)
    case 'multipart/form-data':
      return (bytes, field, { parameters }) => {
        const boundary = parameters.get('boundary')
        // PHP takes the first word `boundary` for it, in another parameter's name or value too.
        const others = parameters.size - (parameters.has('charset') ? 2 : 1)
        return !boundary || others > 0 ? 'malformed' : multipartFields(bytes, boundary, field)
      }
    default:
      return /^application\/(?:[\w.-]+\+)?json$/.test(type) ? jsonFields : null
  }
}

/** Java's and ASP's servers look for a field in the address first, and would find another name there. */
function contradicts(there: UserName, user: string): boolean {
  return there.user === null ? there.why === 'ambiguous' || there.why === 'improper' : there.user !== user
}
