// What could not be read was let through.

import assert from 'node:assert/strict'
import type { Advisory, Outcome, Request } from './attack.ts'

const get = (target: string): Request => ({ target })

function isRefused({ request, answer, arrived }: Outcome): void {
  assert.equal(answer.status, 400, JSON.stringify(request))
  assert.equal(arrived, undefined)
}

const token = 'A'.repeat(43)

export const malformed: readonly Advisory[] = [
  {
    id: 'CVE-2021-32637',
    sentence: 'an address that could not be parsed was an error, and the error an allowance',
    known: 'as described',
    site: 'public: [/public/*]',
    attacks: [
      ...['/secret%', '/secret%zz', '/%', '/secret%2', '/public/%%32e/secret', '/secret%00', '/secret%u0041'].map(get),
      ...['http://', 'http:///secret', 'secret', 'http://localhost:x/secret', '*'].map(get),
    ],
    holds: isRefused,
  },
  {
    id: 'CVE-2026-25748',
    sentence: 'a cookie that could not be read left the request without identity, and let it through',
    known: 'as described',
    site: 'public: [/public/*]',
    attacks: [
      '',
      '%',
      '"',
      token.slice(1),
      `${token}A`,
      `"${token}"`,
      '\xff'.repeat(43),
      `${token}; __Host-Http-sid=x`,
    ].map((value) => ({ target: '/secret', headers: [['Cookie', `__Host-Http-sid=${value}; auth=admin`]] })),
    holds: ({ answer, arrived, asPublic }) => {
      // Nobody is signed in here: a stranger's page, personal, without the cookies that the client made up.
      assert.equal(answer.status, 200)
      assert.equal(arrived?.cookies, undefined)
      assert.equal(asPublic, false)
    },
  },
  {
    id: 'CVE-2023-33189',
    sentence: 'a request made with care was decided upon as another one than was forwarded',
    known: 'by its class',
    site: 'public: [/public/*]',
    attacks: [
      get('http://evil.test/public/a'),
      get('http://localhost@evil.test/public/a'),
      get('http://localhost:1/public/a'),
      {
        target: '/public/a',
        headers: [
          ['Host', 'localhost'],
          ['Host', 'evil.test'],
        ],
      },
      { target: '/public/a', headers: [['Host', 'localhost/x']] },
      { target: '/public/a', headers: [['Host', 'evil.test@localhost']] },
      { target: '/public/a', headers: [['Host', 'localhost:99999']] },
      { target: '/public/a', headers: [['Host', 'localhost:80:80']] },
      { target: '/public/a', headers: [['Host', 'localh\xf6st']] },
      { target: '/public/a', method: 'get' },
      { target: '/public/a', method: 'pOST' },
      { target: 'localhost:443', method: 'CONNECT' },
    ],
    holds: ({ request, answer, arrived }) => {
      assert.ok(answer.status === 400 || request.method === 'CONNECT', `${JSON.stringify(request)} ${answer.status}`)
      assert.equal(arrived, undefined)
    },
  },
]
