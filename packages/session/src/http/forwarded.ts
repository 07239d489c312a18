// What a proxy says of the connection that it took, in X-Forwarded-Proto or Forwarded (RFC 7239). Only ever asked about
// a trusted peer (R5).
//
// Proxies append, and clients can begin the list with anything. So one voice for plain http decides: each hop that
// speaks must say https, and in X-Forwarded-Proto each must speak; `https, http` may be a first proxy's honest word
// followed by an inner hop in clear, or a client's lie followed by the truth. What cannot be read is not https.

import { isToken, nextUnquoted, skipSpace, trimSpace } from './scan.ts'

/** `https`, or something else, or nothing at all. */
export type Said = 'https' | 'not-https' | 'nothing'

const COMMA = 44
const SEMICOLON = 59

/**
 * What the two headers say together. Where they contradict each other it is not https: one of them came through from
 * the client.
 *
 * @example
 * forwardedProtocol('https', undefined) // 'https'
 * forwardedProtocol('https, http', undefined) // 'not-https'
 * forwardedProtocol(undefined, 'for=192.0.2.60') // 'nothing'
 */
export function forwardedProtocol(xForwardedProto: string | undefined, forwarded: string | undefined): Said {
  const first = xForwardedProto === undefined ? 'nothing' : readList(xForwardedProto)
  const second = forwarded === undefined ? 'nothing' : readForwarded(forwarded)
  if (first === 'not-https' || second === 'not-https') return 'not-https'
  return first === 'https' || second === 'https' ? 'https' : 'nothing'
}

function readList(field: string): Said {
  for (let start = 0; start <= field.length; ) {
    const comma = field.indexOf(',', start)
    const end = comma === -1 ? field.length : comma
    const from = skipSpace(field, start, end)
    if (!isHttps(field.slice(from, trimSpace(field, from, end)))) return 'not-https'
    start = end + 1
  }
  return 'https'
}

/** The last element is the peer's own: without a word there, what stands before may be the client's. */
function readForwarded(field: string): Said {
  let last: Said = 'nothing'
  for (let start = 0; start <= field.length; ) {
    const end = nextUnquoted(field, COMMA, start, field.length)
    last = readElement(field, start, end)
    if (last === 'not-https') return last
    start = end + 1
  }
  return last
}

function readElement(field: string, start: number, to: number): Said {
  let said: Said = 'nothing'
  for (let at = start; at <= to; ) {
    const end = nextUnquoted(field, SEMICOLON, at, to)
    const from = skipSpace(field, at, end)
    const pair = field.slice(from, trimSpace(field, from, end))
    at = end + 1
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const value = equals === -1 ? null : readValue(pair.slice(equals + 1))
    if (value === null || !isToken(pair.slice(0, equals))) return 'not-https'
    if (pair.slice(0, equals).toLowerCase() !== 'proto') continue
    if (said !== 'nothing' || !isHttps(value)) return 'not-https' // once an element (RFC 7239 §4)
    said = 'https'
  }
  return said
}

/** A token or a quoted string; also `1.2.3.4:80` and `[::1]` without the quotes that they should have. */
function readValue(text: string): string | null {
  if (/^[^\s"\\,;=]+$/.test(text)) return text
  return /^"(?:[^"\\]|\\.)*"$/.test(text) ? text.slice(1, -1) : null
}

/** Some proxies say wss for a WebSocket (Traefik). */
function isHttps(protocol: string): boolean {
  if (protocol === 'https') return true
  const lower = protocol.toLowerCase()
  return lower === 'https' || lower === 'wss'
}
