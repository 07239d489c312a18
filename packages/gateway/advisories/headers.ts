// What a client says of itself was believed, by the gateway or, under another spelling, by the application behind it.

import assert from 'node:assert/strict'
import type { Advisory, Outcome, Request } from './attack.ts'

const saying = (target: string, ...headers: [string, string][]): Request => ({ target, headers })

function isAsked(expected: string) {
  return ({ arrived, asPublic }: Outcome): void => {
    assert.equal(arrived?.url, expected)
    assert.equal(asPublic, false)
  }
}

/** No header of what was sent reaches the application, however it is spelt. */
function saysNothing({ request, answer, arrived }: Outcome): void {
  assert.equal(answer.status, 200)
  for (const [name, value] of request.headers ?? []) {
    if (name === 'Sec-Fetch-Site' || name === 'Connection') continue
    assert.ok(!arrived?.rawHeaders.includes(value), `${name}: ${value} arrived`)
  }
}

/** Each name in the spellings that CGI and what came after it fold into one. */
function spelt(name: string, value: string): Request[] {
  const spellings = ['-', '_', '.', '!', '~'].map((sign) => name.replaceAll('-', sign))
  return [...spellings, name.toLowerCase(), name.toUpperCase(), name.replace('-', '_')].map((spelling) =>
    saying('/secret', [spelling, value]),
  )
}

export const headers: readonly Advisory[] = [
  {
    id: 'CVE-2026-40575',
    sentence: 'rules were asked about the path in X-Forwarded-Uri, which the client had written',
    known: 'as described',
    site: 'public: [/public/*]',
    attacks: [
      saying('/secret', ['X-Forwarded-Uri', '/public/a']),
      saying('/secret', ['X-Original-URL', '/public/a']),
      saying('/secret', ['X-Rewrite-URL', '/public/a']),
      saying('/secret', ['X-Forwarded-Prefix', '/public']),
    ],
    holds: (outcome) => {
      isAsked('/secret')(outcome)
      saysNothing(outcome)
    },
  },
  {
    id: 'CVE-2026-40575, from a trusted proxy',
    sentence: 'a proxy that may speak for its clients speaks of their address and scheme, not of paths',
    known: 'as described',
    site: 'public: [/public/*]',
    file: 'trustedProxies: [127.0.0.1/32]',
    attacks: [
      saying('/secret', ['X-Forwarded-Proto', 'https'], ['X-Forwarded-Uri', '/public/a']),
      saying('/secret', ['X-Forwarded-Proto', 'https'], ['X-Original-URL', '/public/a']),
    ],
    holds: isAsked('/secret'),
  },
  {
    id: 'CVE-2026-76835',
    sentence: 'forwarded headers of a peer that nobody had named as a proxy were trusted',
    known: 'by its class',
    file: 'loopback: never\ntrustedProxies: [192.0.2.1/32]',
    isOfPlainHttp: true,
    attacks: [
      saying('/secret', ['X-Forwarded-Proto', 'https']),
      saying('/secret', ['Forwarded', 'proto=https;for=192.0.2.1']),
      saying('/secret', ['X-Forwarded-For', '192.0.2.1'], ['X-Forwarded-Proto', 'https']),
      saying('/secret', ['X-Forwarded-Ssl', 'on'], ['Front-End-Https', 'on'], ['X-Forwarded-Scheme', 'https']),
    ],
    holds: ({ answer, arrived }) => {
      assert.ok(answer.status === 403 || answer.status === 308, String(answer.status))
      assert.equal(arrived, undefined)
    },
  },
  {
    id: 'CVE-2026-34457',
    sentence: 'a request that called itself a health check by its User-Agent needed no sign-in',
    known: 'as described',
    site: 'public: [/public/*]',
    attacks: ['GoogleHC/1.0', 'kube-probe/1.30', 'ELB-HealthChecker/2.0'].map((agent) =>
      saying('/secret', ['User-Agent', agent]),
    ),
    holds: isAsked('/secret'),
  },
  {
    id: 'CVE-2024-47070',
    sentence: 'an address in X-Forwarded-For that is none made a check fail, and the failed check was passed over',
    known: 'as described',
    site: 'public: [/public/*]',
    file: 'trustedProxies: [127.0.0.1/32]',
    attacks: ['a', '', ',', '999.1.1.1', '1.2.3.4, a', '::zz', '127.0.0.1:x'].map((value) =>
      saying('/secret', ['X-Forwarded-Proto', 'https'], ['X-Forwarded-For', value]),
    ),
    holds: (outcome) => {
      isAsked('/secret')(outcome)
      const { rawHeaders } = outcome.arrived!
      assert.equal(rawHeaders[rawHeaders.indexOf('X-Forwarded-For') + 1], '127.0.0.1')
    },
  },
  {
    id: 'CVE-2025-64484',
    sentence: 'X_Forwarded_User was not taken away, and was X-Forwarded-User to the application',
    known: 'as described',
    attacks: [...spelt('X-Forwarded-User', 'admin'), ...spelt('X-Forwarded-Email', 'admin')],
    holds: saysNothing,
  },
  {
    id: 'CVE-2026-39858',
    sentence: 'aliases of the forwarded headers reached the service that decides who may pass',
    known: 'as described',
    attacks: [...spelt('X-Forwarded-Proto', 'a-lie'), ...spelt('X-Forwarded-Host', 'evil.test')],
    holds: saysNothing,
  },
  {
    id: 'CVE-2026-33433',
    sentence: 'an identity header was taken away in one spelling of its case, and the client’s own in another stayed',
    known: 'as described',
    attacks: [...spelt('X-WebAuth-User', 'admin'), ...spelt('Remote-User', 'admin')],
    holds: saysNothing,
  },
  {
    id: 'CVE-2026-88011',
    sentence: 'a header that the gateway had taken away reached the application under an alias',
    known: 'by its class',
    attacks: [
      ...['X-Real-IP', 'X-Original-URL', 'True-Client-IP', 'CF-Connecting-IP', 'X-Rewrite-URL', 'X-Client-IP'].flatMap(
        (name) => spelt(name, '6.6.6.6'),
      ),
      // Named in Connection, what the gateway writes itself would go, and an alias might stay.
      saying('/secret', ['Connection', 'X-Forwarded-For'], ['X_Forwarded_For', '6.6.6.6']),
    ],
    holds: saysNothing,
  },
  {
    id: 'CVE-2018-1283',
    sentence: 'a header named Session was taken for the session itself by the programs behind mod_session',
    known: 'as described',
    attacks: spelt('Session', 'user=admin'),
    holds: saysNothing,
  },
  {
    id: 'CVE-2026-21710',
    sentence: 'a header named __proto__ ended programs on Node that looked at their headers one by one',
    known: 'by its class',
    attacks: [saying('/secret', ['__proto__', 'x1']), saying('/secret', ['__PROTO__', 'x2'], ['__proto__', 'x3'])],
    holds: saysNothing,
  },
]
