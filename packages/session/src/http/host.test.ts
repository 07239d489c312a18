import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalHost, parseAuthority } from './host.ts'

const hosts: [sentence: string, text: string, is: string | null][] = [
  ['letters are folded, a dot at the end is nothing', 'Shop.Example.Test.', 'shop.example.test'],
  ['a name beyond ASCII is the one that it stands for', 'Bücher.example', 'xn--bcher-kva.example'],
  ['underscores are used', 'a_b.example', 'a_b.example'],
  ['an IPv6 address is in its shortest form', '[0:0::0:1]', '[::1]'],
  ['without brackets too', '::1', '[::1]'],
  ['an IPv4 address is itself', '127.0.0.1', '127.0.0.1'],
  ['a zone is no part of a host', '[fe80::1%25eth0]', null],
  ['an escape is none', '%6cocalhost', null],
  ['a path is none', 'localhost/x', null],
  ['a user is none', 'a@localhost', null],
  ['a port is none here', 'localhost:80', null],
  ['two dots are none', 'a..b', null],
  ['a dot is none', '.', null],
  ['nothing is none', '', null],
]
for (const [sentence, text, is] of hosts) test(`G1: a host: ${sentence}`, () => assert.equal(canonicalHost(text), is))

const authorities: [text: string, host: string | null, port: number | null][] = [
  ['SHOP.test:8080', 'shop.test', 8080],
  ['shop.test.:', 'shop.test', null],
  ['[::1]:443', '[::1]', 443],
  ['shop.test:65536', null, null],
  ['shop.test:8080:1', null, null],
  ['shop.test:+80', null, null],
  ['b\xfccher.test', null, null],
  ['::1', null, null],
]
for (const [text, host, port] of authorities) {
  test(`G1: the authority ${text}`, () => {
    assert.deepEqual(parseAuthority(text), host === null ? null : { host, port })
  })
}

test('G1: a host in its one form is settled, and the same with any port', () => {
  const label = fc.stringMatching(/^[a-zA-Z0-9_]{1,8}$/)
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), fc.nat(65_535), (labels, port) => {
      const host = canonicalHost(labels.join('.'))
      if (host === null) return
      assert.equal(canonicalHost(host), host)
      assert.deepEqual(parseAuthority(`${labels.join('.').toUpperCase()}.:${port}`), { host, port })
    }),
  )
})
