// The path that the rules were asked about was not the one that the application read.

import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { corpus } from '../src/reading/corpus-for-tests.ts'
import type { Advisory, Outcome, Request } from './attack.ts'

const get = (target: string): Request => ({ target })

/** Whatever the application may make of it: it is the secret page, and must not go as a public one. */
function staysPrivate({ request, asPublic }: Outcome): void {
  assert.equal(asPublic, false, `${request.target} was taken for public`)
}

function isRefused({ request, answer, arrived }: Outcome): void {
  assert.equal(answer.status, 400, request.target)
  assert.equal(arrived, undefined, request.target)
}

/** What arrives as public is below /public/ for every program that decodes it and removes its dots. */
function isPublicToAll({ request, arrived, asPublic }: Outcome): void {
  if (!asPublic || arrived === undefined) return
  let path = arrived.url
  for (let times = 0; times < 3; times++) {
    const names = [path, path.replaceAll('\\', '/'), path.replace(/;[^/]*/g, ''), path.split(/[?#;]/)[0]!]
    for (const name of names) assert.match(posix.normalize(name), /^\/public\//i, `${request.target} as ${path}`)
    path = decoded(path)
  }
}

function decoded(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

const PUBLIC = 'public: [/public/*, /foo/*/bar]'

export const paths: readonly Advisory[] = [
  {
    id: 'CVE-2025-54576',
    sentence: 'routes without sign-in were matched against path and query, so that a query made any page one of them',
    known: 'as described',
    site: PUBLIC,
    attacks: ['/secret?/public/a', '/secret?x=/public/a', '/foo/secret?/bar', '/secret?/../public/a'].map(get),
    holds: staysPrivate,
  },
  {
    id: 'GHSA-pxq7-h93f-9jrg',
    sentence: 'a number sign widened a pattern for the gateway, and cut the path off for the application',
    known: 'as described',
    site: PUBLIC,
    attacks: ['/foo/secret#/bar', '/foo/secret%23/bar', '/foo/secret%2523/bar', '/secret#/../public/a'].map(get),
    holds: isRefused,
  },
  {
    id: 'CVE-2025-66490',
    sentence:
      'escaped slashes, backslashes, semicolons, question marks, number signs and NUL led past the guarded route',
    known: 'as described',
    site: 'public: [/public/*], login: { path: /login, success: { status: [302] } }, logout: { path: /logout }',
    attacks: [
      ...['/public/..%2Fsecret', '/public/..%5Csecret', '/public/..%3B/secret'].map(get),
      ...[
        '/public/..%00/secret',

        '/x%2F..%2Flogout',
        '/logout%3Fx',
        '/logout%23x',
        '/logout%00',
      ].map(get),
    ],
    holds: isRefused,
  },
  {
    id: 'CVE-2021-21322',
    sentence: 'dot segments led a request out of the prefix that was its own',
    known: 'as described',
    site: PUBLIC,
    attacks: ['/public/../secret', '/public/%2e%2e/secret', '/public/a/../../secret', '/public/.%2E/secret'].map(get),
    holds: (outcome) => {
      staysPrivate(outcome)
      assert.equal(outcome.arrived?.url, '/secret')
    },
  },
  ...(
    [
      ['CVE-2026-16117', 'any'],
      ['CVE-2026-85124', 'tomcat'],
      ['CVE-2026-120213', 'nginx'],
    ] as const
  ).map(
    ([id, server]): Advisory => ({
      id,
      sentence: `the path that was matched was not the path that was forwarded (every spelling, server: ${server})`,
      known: 'by its class',
      site: `${PUBLIC}, server: ${server}`,
      attacks: corpus(['/secret'])
        .filter((target) => !/[\0-\x20]/.test(target))
        .map(get),
      holds: isPublicToAll,
    }),
  ),
]
