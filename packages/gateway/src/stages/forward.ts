// Stage 5: on to the application. What comes back goes through `answer.ts`.

import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { headersOfBoth } from '../callbacks/resumed.ts'
import { assertNotConnectionBound } from '../connection-bound.ts'
import type { Form } from '../form/form.ts'
import { headerValue, requestHeaders } from '../headers.ts'
import { askForText, mayWriteIds } from '../ids/page.ts'
import type { Passage, Visit } from '../passage.ts'
import { isGone } from '../response-end.ts'
import { browserScheme } from '../scheme.ts'
import { holdBody, isShort } from '../short-body.ts'
import { hasBody } from '../silence.ts'
import { AnswerHandler } from './answer.ts'

/** @param fail - hears what kept the exchange from being answered, once */
export function forward(
  passage: Passage,
  visit: Visit | null,
  form: Form | null,
  fail: (error: unknown) => void,
): void {
  const { req, res, method, target, site } = passage
  if (req.headers.authorization !== undefined) {
    assertNotConnectionBound(headerValue(req.rawHeaders, 'authorization'))
  }
  const headers = upstreamHeaders(passage, visit, form)
  const mayHoldIds = mayWriteIds(passage, visit?.cookies ?? null)
  if (mayHoldIds) askForText(headers)
  const send = (body: Readable | Buffer | null) => {
    const asked: Asked = {
      path: target.path + target.query,
      method: method as Dispatcher.HttpMethod,
      headers,
      servername: site.site.upstream.host,
      body,
    }
    if (passage.upgrade !== null) asked.upgrade = 'websocket'
    site.pool.dispatch(asked, new AnswerHandler(passage, visit, mayHoldIds, fail))
  }
  const read = form?.body ?? passage.resumed?.body ?? null
  if (read !== null || !hasBody(req)) send(read)
  else if (!isShort(req)) send(req)
  else {
    site.users.add()
    holdBody(req, (whole) => {
      if (whole !== null && !isGone(res)) send(whole)
      site.users.remove()
    })
  }
}

/** undici's types leave out the name by which it tells connections apart; its own choice is the visitor's Host. */
interface Asked extends Dispatcher.DispatchOptions {
  readonly servername: string
}

function upstreamHeaders(
  { req, method, site, facts, target, exchange, resumed }: Passage,
  visit: Visit | null,
  form: Form | null,
): string[] {
  const { address } = exchange.client
  const headers = requestHeaders(resumed === null ? req.rawHeaders : headersOfBoth(req.rawHeaders, resumed), method)
  if (form?.body instanceof Buffer) setContentLength(headers, form.body.length)
  const cookies = site.observer === null ? visit?.cookies : req.headers.cookie
  if (cookies != null) headers.push('Cookie', cookies)
  if (address !== null) headers.push('X-Forwarded-For', address)
  const scheme = browserScheme(facts.secure, target.host, exchange.https)
  headers.push('X-Forwarded-Proto', scheme, 'X-Forwarded-Host', target.authority)
  return headers
}

function setContentLength(headers: string[], length: number): void {
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-length')
  if (at === -1) headers.push('Content-Length', String(length))
  else headers[at + 1] = String(length)
}
