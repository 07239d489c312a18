// The host names of a site, in the one form in which hosts are compared (G1). A name beyond ASCII may be written as people
// read it: browsers send the one that it stands for (IDNA).
//
// There are no wildcards: the session of a site is bound to its hosts, and the set of hosts should be known.
// There are no ports: a browser shares cookies between the ports of a host (RFC 6265 §8.5), so two ports are one site.

import { canonicalHost } from '@coatcheck/session'
import { type Refused, refused } from './refused.ts'

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
