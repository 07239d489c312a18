// Who may import whom, as docs/architecture.md draws it.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { codeOf, root } from './tables.ts'

interface Import {
  readonly from: string
  /** A package, or a path from the root. */
  readonly what: string
}

const imports = globSync(['packages/*/src/**/*.ts', 'attacks/**/*.ts'], { cwd: root }).flatMap(importsOf)
const packageImports = (name: string) => imports.filter(({ from }) => from.startsWith(`packages/${name}/`))
const isTest = ({ from }: Import) => /\.test\.ts$|\/(store-tests|testing|wrong)\/|-for-tests\.ts$/.test(from)

test('the library imports Node’s own modules and itself', () => {
  const foreign = packageImports('session').filter(
    (one) => !isTest(one) && !/^node:|^packages\/session\/src\//.test(one.what) && one.from !== STORE_TESTS,
  )
  assert.deepEqual(foreign, [])
})

test('the gateway imports the library by its name, and neither the command nor the library’s files', () => {
  const foreign = packageImports('gateway').filter(
    (one) => !isTest(one) && (one.what === 'coatcheck' || /^packages\/(?!gateway\/)/.test(one.what)),
  )
  assert.deepEqual(foreign, [])
})

test('decisions about the wire know no engine, no store and no socket', () => {
  const http = packageImports('session').filter((one) => one.from.includes('/src/http/') && !isTest(one))
  assert.deepEqual(
    http.filter(({ what }) => !what.startsWith('packages/session/src/http/') && !OPENS_NOTHING.test(what)),
    [],
  )
  // Of node:net only isIP and its like, which open nothing.
  for (const { from } of http.filter(({ what }) => what === 'node:net')) {
    assert.match(readFileSync(join(root, from), 'utf8'), /import \{ (?:isIP(?:v[46])?(?:, )?)+ \} from 'node:net'/)
  }
})

test('the engine knows no store but the contract, and no adapter', () => {
  const floors = ['engine', 'session', 'begin', 'open', 'read-cache', 'housekeeping', 'settling', 'sessions']
  const up = packageImports('session').filter(
    ({ from, what }) =>
      floors.some((name) => from === `packages/session/src/${name}.ts`) && /\/(stores|adapters)\//.test(what),
  )
  assert.deepEqual(up, [])
})

test('no stage of the gateway calls another, but forward, whose answer goes through receive, or handshake', () => {
  const calls = packageImports('gateway').filter(
    (one) => !isTest(one) && one.from.includes('/stages/') && one.what.includes('/stages/'),
  )
  const names = calls.map(({ from, what }) => `${stageOf(from)} → ${stageOf(what)}`)
  assert.deepEqual(names.filter((name) => !SHARED.has(name)).sort(), [
    'answer → handshake',
    'answer → receive',
    'forward → answer',
    'handshake → receive',
  ])
})

test('an attack knows nothing of coatcheck', () => {
  const attackers = imports.filter(({ from }) => /^attacks\/(f\d-|lib\/)/.test(from) && !from.endsWith('.test.ts'))
  assert.deepEqual(
    attackers.filter(({ what }) => /^packages\/|^@?coatcheck/.test(what)),
    [],
  )
})

const OPENS_NOTHING = /^node:(?:net|url)$/

const STORE_TESTS = 'packages/session/src/store-tests.ts'

/** Types, and a decision that a stage asks for by its own name. */
const SHARED = new Set(['transport → canonical', 'receive → sign-in', 'handshake → sign-in'])

function stageOf(path: string): string {
  return /\/stages\/([\w-]+)\.ts$/.exec(path)?.[1] ?? path
}

function importsOf(from: string): Import[] {
  const imported = codeOf(from).matchAll(/^(?:import|export)\b[^'";]*?from '([^']+)'|^import '([^']+)'/gm)
  return [...imported].map(([, named, bare]) => {
    const what = named ?? bare!
    return { from, what: what.startsWith('.') ? relative(root, join(root, dirname(from), what)) : what }
  })
}
