// An address to listen on or to forward to: `http://127.0.0.1:8081`, a scheme, a host and a port, nothing else.
//
// The URL parser of the platform reads it, but its kindnesses are refused first: it drops tabs and line ends, takes a
// backslash for a slash and `localhost:8081` for a URL of the scheme "localhost".

import { BlockList, isIP } from 'node:net'
import { type Refused, refused } from './refused.ts'

export interface Endpoint {
  readonly protocol: 'http' | 'https'
  /** A name or an address; an IPv6 address without brackets. */
  readonly host: string
  readonly port: number
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether only this machine can reach the host (RFC 6761 §6.3, RFC 4291 §2.5.3). */
export function isLoopbackHost(host: string): boolean {
  const family = isIP(host)
  if (family === 0) return host === 'localhost' || host.endsWith('.localhost')
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

/** Whether listening on the host means every address of the machine. */
export function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** The endpoint as a URL origin, its port left out where the scheme implies it: `http://[::1]:8080`. */
export function endpointOrigin({ protocol, host, port }: Endpoint): string {
  return new URL(`${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}`).origin
}

/** Port 0 is taken: the system chooses a free one. */
export function parseListener(text: string): Endpoint | Refused {
  const endpoint = parseEndpoint(text, 'http://localhost:8080')
  if (!('host' in endpoint)) return endpoint
  if (isIP(endpoint.host) === 0 && endpoint.host !== 'localhost') {
    return refused(
      `names the host "${endpoint.host}"`,
      'name an address of this machine: 0.0.0.0 or [::] for all of them, 127.0.0.1 or localhost for none but itself ' +
        '(the names that visitors use belong into the hosts of a site)',
    )
  }
  return endpoint
}

export function parseUpstream(text: string): Endpoint | Refused {
  const endpoint = parseEndpoint(text, 'http://127.0.0.1:8081')
  if (!('host' in endpoint)) return endpoint
  if (endpoint.port === 0) return refused('has port 0', 'name the port on which the application listens')
  return endpoint
}

function parseEndpoint(text: string, example: string): Endpoint | Refused {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) {
    if (/^\d+$/.test(text)) return refused('is a port alone', `write ${example.replace(/\d+$/, text)}`)
    const suggestion = URL.canParse(`http://${text}`) && !/[\s/\\:]\/|^\//.test(text) ? `http://${text}` : example
    return refused('has no scheme', `write ${suggestion}`)
  }
  if (scheme !== 'http' && scheme !== 'https') {
    return refused(`has the scheme "${scheme}"`, `only http and https are spoken: write for example ${example}`)
  }
  const url = /[\s\\\p{Cc}]/u.test(text) ? null : URL.parse(text)
  const [, port = ''] = /:(\d+)\/?$/.exec(text) ?? []
  if (url === null && Number(port) > 65_535) return refused(`has the port ${port}`, 'the highest port is 65535')
  if (url === null) return refused('is not a URL', `write a scheme, a host and a port, for example ${example}`)
  const protocol = scheme
  const implied = protocol === 'https' ? 443 : 80
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const endpoint: Endpoint = { protocol, host, port: url.port === '' ? implied : Number(url.port) }
  const bare = `write ${endpointOrigin(endpoint)}`
  if (url.username !== '' || url.password !== '') return refused('holds a user name or password', bare)
  // A path here would have to be added to every request and taken out of every cookie path, link and redirect again.
  if (url.pathname !== '/') {
    return refused(`has the path "${url.pathname}"`, `${bare}; paths are forwarded as the browser asked for them`)
  }
  if (url.search !== '' || url.hash !== '') return refused('has a query or a fragment', bare)
  return endpoint
}
