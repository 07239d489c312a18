// A kept request as it goes on: what the form and its page said, in the place of what the GET says that resumes it.

import { Readable } from 'node:stream'
import type { Sent } from '../form/body.ts'
import { headerValue } from '../headers.ts'
import type { KeptRequest } from './kept-requests.ts'

export interface Resumed {
  /** Raw pairs. */
  readonly headers: readonly string[]
  readonly contentType: string
  readonly body: Buffer
}

/** Who sent the form, and what it is. The rest (languages, user agent) is the browser's, and comes with it again. */
const OF_THE_FORM = new Set([
  'content-type',
  'origin',
  'referer',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'sec-fetch-user',
])

/** What a GET may say and a POST must not: conditions on a stored answer, parts of one, the length of a body. */
const OF_THE_GET = new Set([
  'content-length',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
])

/** What is kept of a form's headers. */
export function headersOfTheForm(raw: readonly string[]): string[] {
  return pairs(raw, (name) => OF_THE_FORM.has(name))
}

export function resumed({ headers, body }: KeptRequest): Resumed {
  return { headers, contentType: headerValue(headers, 'content-type') ?? '', body: Buffer.from(body, 'base64') }
}

/** Its form, to be read as any other. */
export function formOf({ headers, contentType, body }: Resumed): Sent {
  return Object.assign(Readable.from([body]), {
    method: 'POST',
    headers: { 'content-type': contentType, 'content-length': String(body.length) },
    rawHeaders: [...headers],
  })
}

/** The headers of the GET, with those of the form in place of its own. */
export function headersOfBoth(raw: readonly string[], { headers, body }: Resumed): string[] {
  const kept = pairs(raw, (name) => !OF_THE_FORM.has(name) && !OF_THE_GET.has(name))
  return [...kept, ...headers, 'Content-Length', String(body.length)]
}

function pairs(raw: readonly string[], wanted: (lowerName: string) => boolean): string[] {
  const left: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    if (wanted((raw[i] as string).toLowerCase())) left.push(raw[i] as string, raw[i + 1] as string)
  }
  return left
}
