// An HTTP/2 client as a test needs it: one connection, whole answers, and how a stream ended.

import { type ClientHttp2Session, type ClientHttp2Stream, connect, type OutgoingHttpHeaders } from 'node:http2'
import type { TestContext } from 'node:test'
import { HOST } from './gateway.ts'

export interface Http2Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** As pairs. */
  readonly rawHeaders: readonly string[]
  readonly setCookies: readonly string[]
  readonly body: string
  readonly trailers: boolean
  /** 1xx that came before. */
  readonly informational: readonly number[]
  /** The code with which the stream was reset; 0 for a proper end. */
  readonly code: number
}

export async function openHttp2(t: TestContext, port: number): Promise<ClientHttp2Session> {
  const session = connect(`https://127.0.0.1:${port}`, { servername: HOST, rejectUnauthorized: false })
  session.on('error', () => {})
  t.after(() => session.destroy())
  await new Promise<void>((resolve, reject) => session.once('connect', () => resolve()).once('error', reject))
  return session
}

/** What a page's script sends; a token as its cookie. */
export function fetched(path: string, token?: string, more: OutgoingHttpHeaders = {}): OutgoingHttpHeaders {
  return {
    ':path': path,
    ':authority': HOST,
    'sec-fetch-site': 'same-origin',
    'sec-fetch-mode': 'cors',
    'sec-fetch-dest': 'empty',
    ...(token === undefined ? {} : { cookie: `__Host-Http-sid=${token}` }),
    ...more,
  }
}

export function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string | Buffer) {
  const stream = session.request(headers, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
  return answerOf(stream)
}

export function answerOf(stream: ClientHttp2Stream): Promise<Http2Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const informational: number[] = []
    let head: Pick<Http2Answer, 'headers' | 'rawHeaders'> = { headers: {}, rawHeaders: [] }
    let trailers = false
    stream.on('headers', (headers) => informational.push(Number(headers[':status'])))
    stream.on('response', (headers, _flags, rawHeaders: string[]) => {
      head = { headers: headers as Http2Answer['headers'], rawHeaders }
    })
    stream.on('trailers', () => {
      trailers = true
    })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', () => {})
    stream.on('close', () =>
      resolve({
        ...head,
        status: Number(head.headers[':status'] ?? 0),
        setCookies: (head.headers['set-cookie'] ?? []) as string[],
        body: Buffer.concat(chunks).toString(),
        trailers,
        informational,
        code: stream.rstCode ?? 0,
      }),
    )
  })
}
