import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ConfigError, parseConfig } from './index.ts'
import { renderProblem } from './problem.ts'

const messageOf = (yaml: string): string => {
  try {
    parseConfig(yaml, 'coatcheck.yaml', '/')
    return ''
  } catch (error) {
    return (error as ConfigError).message
  }
}

test('problems are shown as compilers do it, the line quoted and a caret below', () => {
  assert.equal(
    messageOf('sites:\n  - upstream: http://127.0.0.1:8081/app  # the shop\n    sesions: { idle: 1h }\n'),
    `2 problems in coatcheck.yaml

error: sites[0].upstream has the path "/app"
  --> coatcheck.yaml:2:15
   |
 2 |   - upstream: http://127.0.0.1:8081/app  # the shop
   |               ^^^^^^^^^^^^^^^^^^^^^^^^^
   = write http://127.0.0.1:8081; paths are forwarded as the browser asked for them

error: sites[0].sesions is not a key that is known here
  --> coatcheck.yaml:3:5
   |
 3 |     sesions: { idle: 1h }
   |     ^^^^^^^
   = did you mean "sessions"?`,
  )
})

test('carets stay in their line, behind a byte order mark and with Windows line ends too', () => {
  const message = messageOf('\uFEFFstore: memory\r\nsites:\r\n  - hosts:\r\n      - a.test\r\n')
  assert.match(message, /coatcheck.yaml:3:5\n {3}\|\n 3 \| {3}- hosts:\n {3}\| {5}\^\n/)
})

test('F5: a password in a wrong upstream is not quoted', () => {
  const message = messageOf('sites: [{ upstream: "http://admin:hunter2@10.0.0.1:81" }]')
  assert.match(message, /holds a user name or password/)
  assert.doesNotMatch(message, /hunter2|admin/)
})

test('what a file holds does not reach the terminal as control characters', () => {
  const place = { line: 1, column: 1, length: 1, text: '\x1b[2Jx: \x9b1m' }
  const shown = renderProblem({ file: 'a\x1b[1m', place, key: 'x\x07', what: 'is "\x1b"', remedy: '\x1b' })
  assert.doesNotMatch(shown.replaceAll('\n', ''), /\p{Cc}/u)
})

test('two keys that collide are both shown, each with its line', () => {
  const yaml = `sites:
  - hosts: [shop.example.test]
    upstream: http://a:1
  - hosts: [www.example.test, SHOP.example.test.]
    upstream: http://a:2
`
  assert.throws(() => parseConfig(yaml, 'coatcheck.yaml', '/'), {
    message: `a problem in coatcheck.yaml

error: sites[1].hosts[1] is the host "shop.example.test", which belongs to sites[0] already
  --> coatcheck.yaml:4:31
   |
 4 |   - hosts: [www.example.test, SHOP.example.test.]
   |                               ^^^^^^^^^^^^^^^^^^
   |
 2 |   - hosts: [shop.example.test]
   |             -----------------
   = a request belongs to one site: remove one of the two (case, a dot at the end, an IDN and its "xn--" form make no other host)`,
  })
})
