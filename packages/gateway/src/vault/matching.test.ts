import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultPath, domainMatches, isIpAddress, pathMatches } from './matching.ts'

const domains: [sentence: string, host: string, domain: string, matches: boolean][] = [
  ['a host is its own domain', 'shop.test', 'shop.test', true],
  ['a host below it', 'www.shop.test', 'shop.test', true],
  ['a host far below it', 'a.b.c.shop.test', 'shop.test', true],
  ['a host above it', 'shop.test', 'www.shop.test', false],
  ['a host that only ends alike', 'myshop.test', 'shop.test', false],
  ['another host', 'shop.test', 'other.test', false],
  ['an empty domain', 'shop.test', '', false],
  ['a domain with a dot too many', 'www.shop.test', '.shop.test', false],
  ['an IP address is its own domain', '10.0.0.1', '10.0.0.1', true],
  ['an IP address has no domain above it', '10.0.0.1', '0.0.1', false],
  ['an IPv6 address is its own domain', '[::1]', '[::1]', true],
]

for (const [sentence, host, domain, matches] of domains) {
  test(`domain-match: ${sentence}`, () => assert.equal(domainMatches(host, domain), matches))
}

const paths: [sentence: string, path: string, cookiePath: string, matches: boolean][] = [
  ['the same', '/shop', '/shop', true],
  ['below it', '/shop/cart', '/shop', true],
  ['below it, where it ends with a slash', '/shop/cart', '/shop/', true],
  ['everything is below /', '/any', '/', true],
  ['the folder itself with a slash', '/shop/', '/shop', true],
  ['the folder without the slash that the cookie asks for', '/shop', '/shop/', false],
  ['what only begins alike', '/shopping', '/shop', false],
  ['above it', '/', '/shop', false],
  ['another case', '/Shop', '/shop', false],
]

for (const [sentence, path, cookiePath, matches] of paths) {
  test(`path-match: ${sentence}`, () => assert.equal(pathMatches(path, cookiePath), matches))
}

const defaults: [path: string, folder: string][] = [
  ['/', '/'],
  ['/page', '/'],
  ['/shop/', '/shop'],
  ['/shop/cart', '/shop'],
  ['/a/b/c', '/a/b'],
  ['//', '/'],
  ['', '/'],
  ['*', '/'],
  ['x/y', '/'],
]

for (const [path, folder] of defaults) {
  test(`default-path: ${JSON.stringify(path)} is ${folder}`, () => assert.equal(defaultPath(path), folder))
}

const hosts: [host: string, isAddress: boolean][] = [
  ['10.0.0.1', true],
  ['[::1]', true],
  ['10.1', true],
  ['2130706433', true],
  ['0x7f.1', true],
  ['shop.test', false],
  ['localhost', false],
  ['1.shop.test', false],
  ['10.0.0.1.test', false],
]

for (const [host, isAddress] of hosts) {
  test(`IP address: ${host} ${isAddress ? 'is one' : 'is none'}`, () => assert.equal(isIpAddress(host), isAddress))
}
