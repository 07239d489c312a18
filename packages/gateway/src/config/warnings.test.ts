// What is allowed, but should be known.

import assert from 'node:assert/strict'
import { after, mock, test } from 'node:test'
import { certify, temporaryFolder } from './certificates-for-tests.ts'
import { parseConfig } from './index.ts'

const folder = temporaryFolder()
after(() => folder[Symbol.dispose]())
certify(folder.path, 'shop', ['shop.example.test', '*.shop.example.test'])

const rule = 'login: { path: /in, user: { field: u }, success: { location: /home } }'
const quiet = `store: sqlite:x.db\nsites: [{ upstream: http://a:1, ${rule} }]`
const withTls = (hosts: string) => `listen: [https://0.0.0.0:1]
tls: { cert: shop.cert.pem, key: shop.key.pem }
store: sqlite:x.db
sites: [{ hosts: [${hosts}], upstream: http://a:1, ${rule} }]`

const rows: [sentence: string, yaml: string, warnings: RegExp[]][] = [
  ['a configuration that leaves nothing open has none', quiet, []],
  ['a store in memory', quiet.replace('sqlite:x.db', 'memory'), [/^c.yaml:1:8: store is memory/]],
  ['R5: loopback taken for secure', `insecureLoopback: true\n${quiet}`, [/^c.yaml:1:19: insecureLoopback takes/]],
  [
    'a public path that another covers',
    quiet.replace('upstream:', "public: [/a/*, /a/b, '/a/*/c', /d, /d], upstream:"),
    [
      /public\[1\] is not needed: \/a\/\* covers it already/,
      /public\[2\] is not needed: \/a\/\* covers/,
      /public\[4\] stands before it/,
    ],
  ],
  ['public paths beside one another', quiet.replace('upstream:', "public: [/a*, '/b/*', /b], upstream:"), []],
  [
    'E7: a secret that is being introduced',
    `secret: ${'0123456789abcdef'.repeat(2)}\ninsecureAcceptWithoutSecret: true\n${quiet}`,
    [/^c.yaml:2:30: insecureAcceptWithoutSecret opens sessions that were sealed without/],
  ],
  [
    'G3: no sign-in rule',
    'store: sqlite:x.db\nsites: [{ upstream: http://a:1 }]',
    [
      /^c.yaml:2:9: sites\[0\].login is not declared: every form that a page sends is taken for a sign-in, one by script/,
    ],
  ],
  [
    'G3: a rule without user',
    quiet.replace('user: { field: u }, ', ''),
    [/sites\[0\].login does not say who signs in/],
  ],
  [
    'G3: a sign that a wrong password shows too',
    quiet.replace('location: /home', 'status: [302]'),
    [/success looks at the status/],
  ],
  [
    'idle longer than absolute',
    quiet.replace('upstream', 'sessions: { idle: 2d }, upstream'),
    [/sites\[0\].sessions end abs/],
  ],
  [
    'a certificate nobody uses',
    `tls: { cert: shop.cert.pem, key: shop.key.pem }\n${quiet}`,
    [/^c.yaml:1:6: tls is not used/],
  ],
  [
    'a certificate for other hosts',
    withTls('shop.example.test, a.shop.example.test, b.test'),
    [/hosts\[2\] is not a name/],
  ],
]

for (const [sentence, yaml, expected] of rows) {
  test(sentence, () => {
    const { warnings } = parseConfig(yaml, 'c.yaml', folder.path)
    assert.equal(warnings.length, expected.length, warnings.join('\n'))
    for (const [i, words] of expected.entries()) assert.match(warnings[i]!, words)
  })
}

test('a certificate that expired, or is not valid yet', () => {
  const day = 86_400_000
  for (const [now, words] of [
    [Date.now() + 40 * day, /tls.cert expired on \d{4}-\d\d-\d\d/],
    [Date.now() - 10 * day, /tls.cert is not valid before/],
  ] as const) {
    mock.timers.enable({ apis: ['Date'], now })
    const { warnings } = parseConfig(withTls('shop.example.test'), 'c.yaml', folder.path)
    mock.timers.reset()
    assert.equal(warnings.length, 1)
    assert.match(warnings[0]!, words)
  }
})
