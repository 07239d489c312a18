// Which headers belong to one connection only, and so are never passed on (RFC 9110 §7.6.1). Raw pairs in, raw pairs out.

import { KnownNames } from './known-names.ts'
import { isUntrusted, namesMethod, overridesMethod } from './untrusted-headers.ts'

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/**
 * What an answer does not carry on: Alt-Svc (RFC 7838) would lead browsers to an address of the application's own, past the
 * gateway; Set-Cookie2 (RFC 2965) is read by no browser, but by page scripts, and holds what belongs into the vault.
 */
const RESPONSE_OWN = new Set(['alt-svc', 'set-cookie2'])

const requestNames = new KnownNames((lower) => {
  if (lower === 'connection') return 'connection'
  if (HOP_BY_HOP.has(lower) || isUntrusted(lower) || lower === 'expect') return 'own'
  return namesMethod(lower) ? 'method' : 'end-to-end'
})

const responseNames = new KnownNames((lower) => {
  if (lower === 'connection' || lower === 'set-cookie') return lower
  return HOP_BY_HOP.has(lower) || RESPONSE_OWN.has(lower) ? 'own' : 'end-to-end'
})

/** The headers that go upstream, but for what the gateway adds. */
export function requestHeaders(raw: readonly string[], method: string): string[] {
  const kept: string[] = []
  let connection: string | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    const value = raw[i + 1] as string
    const kind = requestNames.kind(name)
    if (kind === 'end-to-end' || (kind === 'method' && !overridesMethod(value, method))) kept.push(name, value)
    else if (kind === 'connection') connection = connection === undefined ? value : `${connection}, ${value}`
  }
  return withoutNamed(kept, connection)
}

export interface ResponseHeaders {
  /** End-to-end headers without Set-Cookie. */
  readonly kept: string[]
  readonly setCookies: string[]
}

/** An answer's headers, its cookies apart. */
export function responseHeaders(raw: readonly string[]): ResponseHeaders {
  const kept: string[] = []
  const setCookies: string[] = []
  let connection: string | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    const value = raw[i + 1] as string
    const kind = responseNames.kind(name)
    if (kind === 'end-to-end') kept.push(name, value)
    else if (kind === 'set-cookie') setCookies.push(value)
    else if (kind === 'connection') connection = connection === undefined ? value : `${connection}, ${value}`
  }
  return { kept: withoutNamed(kept, connection), setCookies }
}

/** All values of a header, joined as lists are. */
export function headerValue(raw: readonly string[], lowerName: string): string | undefined {
  let value: string | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    if (name.length !== lowerName.length || name.toLowerCase() !== lowerName) continue
    value = value === undefined ? (raw[i + 1] as string) : `${value}, ${raw[i + 1]}`
  }
  return value
}

/** Without those that the Connection header names as this connection's own. */
function withoutNamed(headers: string[], connection: string | undefined): string[] {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return headers
  const named = new Set(connection.split(',').map((name) => name.trim().toLowerCase()))
  named.delete('host') // without it the application would be asked under another name
  return headers.filter((_, i) => !named.has((headers[i - (i % 2)] as string).toLowerCase()))
}
