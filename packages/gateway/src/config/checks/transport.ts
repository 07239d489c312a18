// Checks across keys: can every site be reached securely (R5), and does anything lead in a circle?
//
// Signing in needs https, said by a socket of ours or by a trusted proxy; a gateway that has neither can only fail every
// sign-in, and says so before it starts. Listeners on loopback are excepted: browsers trust them as they trust https.

import type { Draft } from '../draft.ts'
import type { Finding } from '../problem.ts'
import { type Endpoint, endpointOrigin, isAnyAddress, isLoopbackHost } from '../values/endpoint.ts'

export function checkTransport(draft: Draft): Finding[] {
  return [
    ...listenersApart(draft),
    ...httpsHasCertificate(draft),
    ...reachableSecurely(draft),
    ...oneWordOnLoopback(draft),
    ...redirectsLeadSomewhere(draft),
    ...noLoop(draft),
  ]
}

function listenersApart({ gateway: { listen } }: Draft): Finding[] {
  return (listen ?? []).flatMap((listener, i) => {
    const other = listen!.slice(0, i).find((earlier) => collide(earlier, listener))
    if (other === undefined) return []
    const remedy = 'remove one, or change its port'
    return [{ path: ['listen', i], at: 'value', what: `takes the same port as ${endpointOrigin(other)}`, remedy }]
  })
}

function httpsHasCertificate({ gateway: { listen, tls } }: Draft): Finding[] {
  const i = listen?.findIndex(isHttps) ?? -1
  if (i < 0 || tls !== null) return []
  return [
    {
      path: ['listen', i],
      at: 'value',
      what: 'is https, and there is no certificate',
      remedy: 'add tls: { cert: cert.pem, key: key.pem }',
    },
  ]
}

function reachableSecurely({ gateway: { listen, trustedProxies, loopback } }: Draft): Finding[] {
  if (listen === undefined || trustedProxies === undefined) return []
  if (listen.some(isHttps) || trustedProxies.length > 0) return []
  if (loopback === 'never') {
    return [
      {
        path: ['loopback'],
        at: 'value',
        what: 'is never, and there is neither an https listener nor a trusted proxy: nobody can sign in',
        remedy: 'add an https listener, or remove loopback: never',
      },
    ]
  }
  const i = listen.findIndex((listener) => !isLoopbackHost(listener.host))
  if (i < 0) return []
  return [
    {
      path: ['listen', i],
      at: 'value',
      what: 'is plain http, and there is neither an https listener nor a trusted proxy: nobody can sign in securely',
      remedy:
        'add an https listener (https://0.0.0.0:8443, with tls), or name the proxy that speaks https ' +
        '(trustedProxies: [10.0.0.0/8]), or listen on localhost alone',
    },
  ]
}

function oneWordOnLoopback({ gateway: { loopback, insecureLoopback } }: Draft): Finding[] {
  if (loopback !== 'never' || insecureLoopback !== true) return []
  return [
    {
      path: ['insecureLoopback'],
      at: 'value',
      what: 'contradicts loopback: never',
      remedy: 'remove one of the two',
    },
  ]
}

/** Behind a trusted proxy alone, 443 is a good guess. With neither, there is no https to lead to. */
function redirectsLeadSomewhere({ gateway: { listen, trustedProxies, publicPort }, sites }: Draft): Finding[] {
  if (listen === undefined || trustedProxies === undefined || publicPort !== null) return []
  if (listen.some(isHttps) || trustedProxies.length > 0) return []
  return sites.flatMap(({ http }, i) => {
    if (http !== 'redirect') return []
    const what = 'is redirect, and there is no https to redirect to'
    return [{ path: ['sites', i, 'http'], at: 'value', what, remedy: 'add an https listener, or publicPort: 443' }]
  })
}

function noLoop({ gateway: { listen }, sites }: Draft): Finding[] {
  return sites.flatMap(({ upstream }, i) => {
    if (upstream === undefined || !listen?.some((listener) => reaches(upstream, listener))) return []
    const what = 'is the gateway itself: every request would come back to it'
    const remedy = 'name the address of the application, and let it listen on another port'
    return [{ path: ['sites', i, 'upstream'], at: 'value', what, remedy }]
  })
}

const isHttps = ({ protocol }: Endpoint): boolean => protocol === 'https'

function collide(a: Endpoint, b: Endpoint): boolean {
  if (a.port !== b.port || a.port === 0) return false
  return a.host === b.host || isAnyAddress(a.host) || isAnyAddress(b.host)
}

function reaches(upstream: Endpoint, listener: Endpoint): boolean {
  if (upstream.port !== listener.port) return false
  const here = isLoopbackHost(upstream.host) || isAnyAddress(upstream.host)
  return upstream.host === listener.host || (here && (isLoopbackHost(listener.host) || isAnyAddress(listener.host)))
}
