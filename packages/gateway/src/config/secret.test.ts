// The secret in a configuration (E7): read from files, and shown nowhere.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { inspect } from 'node:util'
import { temporaryFolder } from './certificates-for-tests.ts'
import { ConfigError, parseConfig } from './index.ts'

const folder = temporaryFolder()
after(() => folder[Symbol.dispose]())
const TEXT = 'Xk29-qQz71-Lm3vB0-pr8Ty4-secretive-enough'
writeFileSync(join(folder.path, 'good.key'), `${TEXT}\n`)
writeFileSync(join(folder.path, 'short.key'), 'short')

const rest = 'store: sqlite:x.db\nsites: [{ upstream: http://a:1, preset: django }]'
const parsed = (secret: string) => parseConfig(`secret: ${secret}\n${rest}`, 'c.yaml', folder.path)
const secretsOf = (secret: string) => parsed(secret).sites[0]?.keys.secrets.map((one) => one.reveal())

test('E7: a secret is the text itself or a file without the white space around it, and a list is a ring', () => {
  const other = TEXT.replace('X', 'Y')
  assert.deepEqual(secretsOf(TEXT), [TEXT])
  assert.deepEqual(secretsOf('file:good.key'), [TEXT])
  assert.deepEqual(secretsOf(`[${other}, file:./good.key]`), [other, TEXT])
})

test('E7: a configuration that is printed shows no secret, and two of them can be told apart', () => {
  const config = parsed(TEXT)
  for (const shown of [JSON.stringify(config), inspect(config, { depth: 9 }), String(config.sites[0]?.keys.secrets)]) {
    assert(!shown.includes(TEXT))
    assert.match(shown, /\[secret [0-9a-f]{8}\]/)
  }
  assert.notDeepEqual(config, parsed(TEXT.replace('X', 'Y')))
})

const wrong: [sentence: string, yaml: string, says: RegExp][] = [
  ['too short', `secret: ${TEXT.slice(0, 20)}\n${rest}`, /fewer than 32 characters[\s\S]*openssl rand -hex 32/],
  ['one letter', `secret: ${'ab'.repeat(20)}\n${rest}`, /fewer than 8 different/],
  [
    'beside a mistake of the same line',
    `{ secret: ${TEXT}, listne: x, sites: [{ upstream: http://a:1 }] }`,
    /"listen"/,
  ],
  ['under a misspelt key', `secrets: ${TEXT}\n${rest}`, /did you mean "secret"/],
  ['in a list with a mistake', `secret: [${TEXT}, [${TEXT}]]\n${rest}`, /secret\[1\]/],
  ['in a map', `secret: { a: ${TEXT} }\n${rest}`, /secret is a map/],
  ['of digits alone', `secret: ${'1234567890'.repeat(4)}\n${rest}`, /secret is a number/],
  ['in a site', `sites: [{ upstream: http://a:1, secret: ${TEXT} }]`, /secret is not a key/],
  ['in a file that is no YAML', `secret: ${TEXT}: x: [\n${rest}`, /error/],
  ['in a file that is not there', `secret: file:none.key\n${rest}`, /none.key, which is not there/],
  [
    'in a file that is too short',
    `secret: [file:good.key, file:short.key]\n${rest}`,
    /secret\[1\] names a secret that has/,
  ],
]

for (const [sentence, yaml, says] of wrong) {
  test(`E7: a wrong secret is not told: ${sentence}`, () => {
    assert.throws(
      () => parseConfig(yaml, 'c.yaml', folder.path),
      (error) => {
        assert(error instanceof ConfigError, String(error))
        assert.match(error.message, says)
        for (const word of [TEXT, TEXT.slice(0, 20), 'abab', '1234567890', 'short\n']) {
          assert(!JSON.stringify([error.message, error.problems]).includes(word), error.message)
        }
        return true
      },
    )
  })
}
