// Whether a request came over https, and from whom (R5).
//
// https is what the socket says, or what a configured trusted proxy says; what a trusted proxy says about its client
// outweighs the socket, which ends at the proxy. From anyone else X-Forwarded-* and Forwarded are only bytes.
//
// One exception is made for development: a loopback peer without TLS counts as secure where Sec-Fetch-Site is present,
// because browsers send it over plain http to localhost alone, and there accept Secure cookies. Behind a careless proxy
// on the same machine, whose visitors came over plain http, their browsers left the header out. A trusted proxy is no
// such peer: it was asked to speak for itself.
//
// It assumes that a trusted proxy sets or removes these headers rather than letting its clients' through.
//
// RFC 7239; Fetch Metadata (W3C) §2; Secure Contexts (W3C) §3.1.

import { isIP, isIPv4 } from 'node:net'
import { forwardedProtocol } from './forwarded.ts'
import { skipSpace, trimSpace } from './scan.ts'

/**
 * How far plain http from this machine is trusted. `browser`: where the browser itself trusts it; `insecure`: always;
 * `never`.
 */
export type Loopback = 'browser' | 'insecure' | 'never'

export interface ConnectionFacts {
  /** Whether the socket itself speaks TLS. */
  readonly encrypted: boolean
  /** Whether the peer is a configured trusted proxy. */
  readonly peerTrusted: boolean
  /** X-Forwarded-Proto, several lines joined by `, `. */
  readonly forwardedProto: string | undefined
  /** Forwarded, several lines joined by `, `. */
  readonly forwarded: string | undefined
  readonly peerLoopback: boolean
  /** Sec-Fetch-Site */
  readonly fetchSite: string | undefined
}

/**
 * Whether a token may be taken from this connection, and issued to it.
 *
 * @example
 * const facts = { encrypted: false, peerTrusted: true, forwardedProto: 'https', forwarded: undefined,
 *   peerLoopback: false, fetchSite: undefined }
 * isSecure(facts, 'browser') // true
 */
export function isSecure(facts: ConnectionFacts, loopback: Loopback): boolean {
  if (facts.peerTrusted) {
    const said = forwardedProtocol(facts.forwardedProto, facts.forwarded)
    if (said !== 'nothing') return said === 'https'
  }
  if (facts.encrypted) return true
  if (!facts.peerLoopback || loopback === 'never') return false
  return loopback === 'insecure' || (!facts.peerTrusted && !!facts.fetchSite)
}

/**
 * Whether a socket's peer is this machine: 127.0.0.0/8, ::1, and the former as an IPv6 socket spells it.
 *
 * @param address - as `socket.remoteAddress`; undefined for a Unix socket, whose peer is some proxy
 * @example
 * isLoopbackAddress('::ffff:127.0.0.1') // true
 */
export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false
  if (address === '127.0.0.1' || address === '::1') return true
  const plain = unmapped(address)
  return plain.startsWith('127.') && isIPv4(plain)
}

/**
 * The client's address: of the peer and the addresses that trusted proxies passed on, the first from the right that is
 * no trusted proxy. What stands left of it is the client's own claim.
 *
 * @param peer - as `socket.remoteAddress`
 * @param forwardedFor - X-Forwarded-For, several lines joined by `, `; ports are ignored
 * @returns in the IPv4 form where it is an IPv4 address mapped into IPv6. Where an entry is no address (`unknown`), the
 *   proxy that wrote it is the last that is known.
 * @example
 * clientAddress('10.0.0.1', true, '1.1.1.1, 198.51.100.7', (address) => address.startsWith('10.')) // '198.51.100.7'
 */
export function clientAddress(
  peer: string,
  peerTrusted: boolean,
  forwardedFor: string | undefined,
  isTrusted: (address: string) => boolean,
): string {
  let known = unmapped(peer)
  if (!peerTrusted || forwardedFor === undefined) return known
  for (let end = forwardedFor.length; end >= 0; ) {
    const comma = end === 0 ? -1 : forwardedFor.lastIndexOf(',', end - 1)
    const from = skipSpace(forwardedFor, comma + 1, end)
    const address = withoutPort(forwardedFor.slice(from, trimSpace(forwardedFor, from, end)))
    if (isIP(address) === 0) return known
    known = unmapped(address)
    if (!isTrusted(known)) return known
    end = comma
  }
  return known
}

/** `1.2.3.4:80` and `[2001:db8::1]:80` without the port; an IPv6 address without brackets has none. */
function withoutPort(entry: string): string {
  if (entry.startsWith('[')) return /^\[([^\]]*)\](?::\d{1,5})?$/.exec(entry)?.[1] ?? ''
  const colon = entry.indexOf(':')
  if (colon === -1 || colon !== entry.lastIndexOf(':')) return entry
  return /^\d{1,5}$/.test(entry.slice(colon + 1)) ? entry.slice(0, colon) : ''
}

function unmapped(address: string): string {
  const lower = address.startsWith('::f') || address.startsWith('::F') ? address.toLowerCase() : address
  if (!lower.startsWith('::ffff:')) return address
  const inner = lower.slice(7)
  return isIPv4(inner) ? inner : address
}
