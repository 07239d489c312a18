// The gateway's own answers: a page for people, problem JSON (RFC 9457) for scripts. Never stored, never a cookie but
// the one that was to be deleted or issued.

import { createHash } from 'node:crypto'
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { GatewayRequest, GatewayResponse } from './passage.ts'
import type { Refusal } from './refusal.ts'
import { breakOff } from './response-end.ts'

const STYLE = `:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.5rem}h1{font-size:1.4rem;margin:0 0 .5rem}p{margin:.25rem 0}small{opacity:.6}`
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`

/**
 * Answers with what a stage refused.
 *
 * @param cookie - our own Set-Cookie line, if the session has one to send
 * @param framePolicy - who may show it in a frame; null: nobody
 */
export function answerRefusal(
  req: GatewayRequest,
  res: GatewayResponse,
  refusal: Refusal,
  cookie: string | null,
  framePolicy: string | null = null,
): void {
  if (res.headersSent) {
    breakOff(res)
    return
  }
  const { status, message: title, remedy } = refusal
  const [type, body] = wantsPage(req)
    ? ['text/html; charset=utf-8', page(status, title, remedy)]
    : problem(status, title, remedy)
  const headers: string[] = ['Content-Type', type, 'Content-Length', String(Buffer.byteLength(body))]
  headers.push('Cache-Control', 'private, no-store', 'X-Content-Type-Options', 'nosniff', 'Content-Security-Policy')
  headers.push(`${POLICY}; ${framePolicy ?? "frame-ancestors 'none'"}`)
  for (const [name, value] of refusal.headers) headers.push(name, value)
  if (cookie !== null) headers.push('Set-Cookie', cookie)
  // What is left of the request's body would be read as the next request; over HTTP/2 nobody need send it.
  if (!req.complete && req.stream === undefined) headers.push('Connection', 'close')
  res.writeHead(status, headers)
  res.end(req.method === 'HEAD' ? undefined : body)
  if (!req.complete) res.stream?.once('finish', () => res.stream?.close())
}

/** Navigations read pages, everything else reads JSON (G7). */
export function wantsPage(req: IncomingMessage): boolean {
  const mode = req.headers['sec-fetch-mode']
  if (mode !== undefined) return mode === 'navigate'
  return req.headers.accept?.includes('text/html') === true
}

function page(status: number, title: string, remedy: string): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${STYLE}</style>
<main><h1>${escaped(title)}</h1><p>${escaped(remedy)}</p><p><small>${status} ${STATUS_CODES[status] ?? ''}</small></p></main>
</html>
`
}

function problem(status: number, title: string, remedy: string): [string, string] {
  return ['application/problem+json', `${JSON.stringify({ type: 'about:blank', status, title, detail: remedy })}\n`]
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
