// Answers, addresses and vaults for the property tests: few names, hosts and paths, so that cookies meet.

import fc, { type Arbitrary } from 'fast-check'
import { merge } from '../vault/merge.ts'
import { type BrowserUrl, emptyVault, type Vault } from '../vault/stored-cookie.ts'

const names = ['a', 'A', 'b', '', 'theme', '__proto__', '__Host-a', '__Secure-b', '__Host-Http-sid', '\xe4']
const hosts = ['shop.test', 'www.shop.test', 'test', 'localhost', '10.0.0.1', '[::1]']
const paths = ['/', '/app', '/app/', '/app/x', '/application', '/other', '']
const attributes = [
  'Secure',
  'HttpOnly',
  'SameSite=Strict',
  'SameSite=None',
  'Max-Age=0',
  'Max-Age=100',
  'Max-Age=101',
  'Max-Age=100000000000',
  'Expires=Thu, 01 Jan 1970 00:00:00 GMT',
  'Expires=Fri, 31 Dec 9999 23:59:59 GMT',
  ...paths.map((path) => `Path=${path}`),
  ...hosts.map((host) => `Domain=.${host}`),
]

export function line(): Arbitrary<string> {
  const likely = fc
    .tuple(
      fc.constantFrom(...names),
      fc.oneof(fc.constantFrom('1', '2', ''), fc.string({ unit: 'binary-ascii' })),
      fc.array(fc.constantFrom(...attributes), { maxLength: 5 }),
    )
    .map(([name, value, rest]) => [`${name}=${value}`, ...rest].join('; '))
  return fc.oneof({ arbitrary: likely, weight: 9 }, fc.string({ unit: 'binary', maxLength: 60 }))
}

export function lines(): Arbitrary<string[]> {
  return fc.array(line(), { maxLength: 12 })
}

export function addresses(): Arbitrary<BrowserUrl> {
  return fc.record({ host: fc.constantFrom(...hosts), path: fc.constantFrom(...paths), secure: fc.boolean() })
}

/** Vaults that some answers left behind; some of their cookies have expired at `now`. */
export function vaults(now: number): Arbitrary<Vault> {
  const answer = fc.tuple(lines(), addresses(), fc.integer({ min: now - 200_000, max: now }))
  return fc
    .array(answer, { maxLength: 4 })
    .map((answers) =>
      answers.reduce((vault, [setCookies, url, then]) => merge(vault, setCookies, url, then).vault, emptyVault()),
    )
}
