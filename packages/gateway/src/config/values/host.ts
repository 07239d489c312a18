// The host names of a site, in the one form in which hosts are compared (G1): lower case, ASCII (IDNA), no trailing
// dot, no port. An IPv6 address keeps its brackets, as in a Host header.
//
// There are no wildcards: the session of a site is bound to its hosts, and the set of hosts should be known.
// There are no ports: a browser shares cookies between the ports of a host (RFC 6265 §8.5), so two ports are one site.

import { isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'
import { type Refused, refused } from './refused.ts'

const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/

/**
 * The form in which hosts are compared, or null where the text is not a host name or address. Takes no port.
 *
 * @example canonicalHost('Shop.Example.Test.') // 'shop.example.test'
 */
export function canonicalHost(text: string): string | null {
  const address = text.replace(/^\[(.*)\]$/, '$1')
  if (isIPv6(address) && !address.includes('%')) return new URL(`http://[${address}]`).hostname
  // domainToASCII decodes percent escapes, cuts off what looks like a path and drops tabs: no Host header means that.
  if (/[\0-\x20%/?#@\\\x7f]/.test(text)) return null
  const name = domainToASCII(text).replace(/\.$/, '')
  return name.length <= 253 && name.split('.').every((part) => label.test(part)) ? name : null
}

export function parseHost(text: string): string | Refused {
  if (text === '*') return refused('is a wildcard', 'leave "hosts" out: such a site answers for every host')
  if (text.includes('*')) {
    return refused('has a wildcard', 'list each host by name, or leave "hosts" out: such a site answers for every host')
  }
  if (/^[a-z]+:\/\//i.test(text)) {
    const host = URL.parse(text)?.hostname
    return refused('is a URL', `write the host alone${host ? `: ${host}` : ''}`)
  }
  const host = canonicalHost(text)
  if (host !== null) return host
  const withPort = /^(.+):\d*$/.exec(text)?.[1]
  if (withPort !== undefined && canonicalHost(withPort) !== null) {
    return refused('has a port', `write ${withPort}: cookies, and so sessions, are shared by all ports of a host`)
  }
  return refused('is not a host name', 'write a name such as shop.example.test, or an address')
}
