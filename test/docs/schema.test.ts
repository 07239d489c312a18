// The JSON Schema that editors use takes what the loader takes, and what it refuses the loader refuses.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { ConfigError, configJsonSchema, parseConfig } from '../../packages/gateway/src/config/index.ts'
import { root } from './tables.ts'

const validate = new Ajv({ strict: false, allErrors: true }).compile(configJsonSchema())
const problems = () => JSON.stringify(validate.errors, null, 2)

/** Every configuration that a document shows, and every one that a test of the loader takes or an example serves. */
const shown = globSync(['*.md', 'docs/**/*.md', 'packages/*/README.md'], { cwd: root }).flatMap((file) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => ({
    file,
    text,
  })),
)

test('there are configurations in the documents', () => assert(shown.length > 10))

for (const [i, { file, text }] of shown.entries()) {
  test(`editors take configuration ${i} of ${file}`, () => {
    if (/^sites:/m.test(text)) assert(validate(parse(text)), problems())
  })
}

test('editors take what stands in the example of every key', () => {
  visit(configJsonSchema() as Node, '')

  function visit(node: Node, path: string): void {
    const check = node.examples === undefined ? null : new Ajv({ strict: false }).compile(node)
    for (const example of [...(node.examples ?? []), ...(node.default === undefined ? [] : [node.default])]) {
      assert(check === null || check(example), `${path}: ${JSON.stringify(example)}`)
    }
    for (const [key, value] of Object.entries(node.properties ?? {})) visit(value, `${path}.${key}`)
    if (node.items !== undefined) visit(node.items, `${path}[]`)
    for (const branch of node.anyOf ?? []) visit(branch, path)
  }
})

const site = 'sites: [{ upstream: http://a:1 }]'
const inSite = (keys: string) => `sites: [{ upstream: http://a:1, ${keys} }]`

test('a default is what holds where the key is not there', () => {
  const plain = parseConfig(site, 'c.yaml', tmpdir())
  let tried = 0
  visit(configJsonSchema() as Node, [])
  assert(tried > 20, `${tried}`)

  function visit(node: Node, path: readonly string[]): void {
    for (const [key, value] of Object.entries(node.properties ?? {})) {
      const here = [...path, key]
      const isWord = value.default !== undefined && (typeof value.default !== 'object' || Array.isArray(value.default))
      if (isWord && !here.includes('limit') && here[0] !== 'insecureAcceptWithoutSecret') {
        tried++
        const written = here.toReversed().reduce<unknown>((inner, word) => ({ [word]: inner }), value.default)
        const text =
          here[0] === 'sites'
            ? { sites: [{ upstream: 'http://a:1', ...(written as Any).sites }] }
            : { ...(written as Any), ...parse(site) }
        assert.deepEqual(parseConfig(JSON.stringify(text), 'c.yaml', tmpdir()).sites, plain.sites, here.join('.'))
        const { warnings: _w, ...rest } = parseConfig(JSON.stringify(text), 'c.yaml', tmpdir())
        const { warnings: _p, ...before } = plain
        assert.deepEqual(rest, before, here.join('.'))
      }
      if (key !== 'login' && key !== 'logout') visit(key === 'sites' ? (value.items as Node) : value, here)
    }
  }
})

const wrong = [
  'listne: []',
  `${site}\nlisten: http://a`,
  `${site}\nlisten: []`,
  `${site}\npublicPort: 70000`,
  `${site}\nloopback: yes`,
  `${site}\ninsecureLoopback: 1`,
  `${site}\nsessions: { idle: 30 min }`,
  `${site}\nsessions: { absolute: off }`,
  `${site}\nsessions: { limit: {} }`,
  `${site}\nsessions: { limit: { max: 0 } }`,
  `${site}\nlimits: { headers: 64K }`,
  `${site}\nlimits: { connections: 0 }`,
  `${site}\ntimeouts: { bodi: 5m }`,
  `${site}\nsecret: []`,
  'sites: []',
  'sites: [{}]',
  'sites: shop',
  inSite('preset: asp.net'),
  inSite('server: iss'),
  inSite('http: on'),
  inSite('hosts: a.test'),
  inSite('hosts: []'),
  inSite('vault: both'),
  inSite('leftovers: remove'),
  inSite('public: /a'),
  inSite('expose: theme'),
  inSite('login: /in'),
  inSite('login: []'),
  inSite('login: { path: /in, success: { status: [99] } }'),
  inSite('login: { path: /in, user: { remembered: false }, success: { status: [302] } }'),
  inSite('login: { path: /in, form: { a: [b] }, success: { status: [302] } }'),
  inSite('logout: { method: POST }'),
  inSite('users: { ignoreCase: maybe }'),
  inSite('hsts: 180 days'),
]

for (const text of wrong) {
  test(`editors refuse what the loader refuses: ${text.replace(site, '').trim()}`, () => {
    assert(!validate(parse(text)))
    assert.throws(() => parseConfig(text, 'c.yaml', tmpdir()), ConfigError)
  })
}

interface Node {
  readonly examples?: unknown[]
  readonly default?: unknown
  readonly properties?: Record<string, Node>
  readonly items?: Node
  readonly anyOf?: Node[]
}

type Any = Record<string, Record<string, unknown>>
