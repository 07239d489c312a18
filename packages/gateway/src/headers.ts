// Which headers belong to one connection only, and so are never passed on (RFC 9110 §7.6.1). Raw pairs in, raw pairs out.

import { isSharedCachingHeader } from '@coatcheck/session'
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

/** The headers that go upstream, but for what the gateway adds. */
export function requestHeaders(raw: readonly string[], method: string): string[] {
  const kept: string[] = []
  let connection: string | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const { name, kind } = requestNames.find(raw[i] as string)
    const value = raw[i + 1] as string
    if (kind === 'end-to-end' || (kind === 'method' && !overridesMethod(value, method))) kept.push(name, value)
    else if (kind === 'connection') connection = connection === undefined ? value : `${connection}, ${value}`
  }
  return withoutNamed(kept, connection)
}

/** What a header of an answer has to do with the gateway. */
export type AnswerPart = 'own' | 'connection' | 'set-cookie' | 'address' | Caching | 'other'

/** What a header says of how long, and by whom, an answer may be kept (R3). */
export type Caching = 'cache-control' | 'vary' | 'pragma' | 'shared-caching' | 'validator'

const answerNames = new KnownNames((lower): AnswerPart => {
  switch (lower) {
    case 'connection':
    case 'set-cookie':
    case 'cache-control':
    case 'vary':
    case 'pragma':
      return lower
    case 'etag':
    case 'last-modified':
      return 'validator'
  }
  if (HOP_BY_HOP.has(lower) || RESPONSE_OWN.has(lower)) return 'own'
  if (holdsAddress(lower)) return 'address'
  return isSharedCachingHeader(lower) ? 'shared-caching' : 'other'
})

/** @param name - in any case */
export function answerPart(name: string): AnswerPart {
  return answerNames.find(name).kind
}

export interface AnswerHeaders {
  /** End-to-end headers without Set-Cookie. */
  readonly kept: string[]
  readonly setCookies: readonly string[]
  /** Whether some of `kept` hold addresses. */
  readonly holdAddresses: boolean
  /** Whether some of `kept` speak of caching. */
  readonly speakOfCaching: boolean
}

const NONE: readonly string[] = Object.freeze([])

/** An answer's headers, its cookies apart. */
export function answerHeaders(raw: readonly string[]): AnswerHeaders {
  const kept: string[] = []
  let setCookies: string[] | null = null
  let connection: string | undefined
  let holdAddresses = false
  let speakOfCaching = false
  for (let i = 0; i < raw.length; i += 2) {
    const { name, kind } = answerNames.find(raw[i] as string)
    const value = raw[i + 1] as string
    switch (kind) {
      case 'own':
        continue
      case 'connection':
        connection = connection === undefined ? value : `${connection}, ${value}`
        continue
      case 'set-cookie':
        if (setCookies === null) setCookies = [value]
        else setCookies.push(value)
        continue
      case 'address':
        holdAddresses = true
        break
      case 'other':
        break
      default:
        speakOfCaching = true
    }
    kept.push(name, value)
  }
  return { kept: withoutNamed(kept, connection), setCookies: setCookies ?? NONE, holdAddresses, speakOfCaching }
}

/** The headers that hold addresses (RFC 9110 §10.2.2 and §8.7, RFC 8288; Refresh is as old as they are). */
export function holdsAddress(lowerName: string): boolean {
  return lowerName === 'location' || lowerName === 'content-location' || lowerName === 'refresh' || lowerName === 'link'
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
