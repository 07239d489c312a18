// A preset ships with a test against the real product, or not at all.

import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { presets } from '../../packages/gateway/src/config/presets/index.ts'
import { root } from './tables.ts'

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const sections = read('docs/presets.md').split(/^## /m).slice(1)
const products = globSync('test/apps/*.ts', { cwd: root }).map(read)
/** Played elsewhere; each is named in its section. */
const elsewhere: Record<string, string> = {
  generic: 'attacks/leaky-protected.test.ts',
  aspnet: 'attacks/aspnet.test.ts',
  java: 'attacks/rewriting.test.ts',
  php: 'attacks/rewriting.test.ts',
}

for (const name of Object.keys(presets)) {
  test(`preset ${name} is described, and held by a test against a product`, () => {
    const section = sections.find((text) => text.startsWith(`\`${name}\`\n`))
    assert.ok(section, `docs/presets.md has no section \`${name}\``)
    const test = elsewhere[name]
    if (test === undefined) assert.ok(products.some((text) => text.includes(`preset: '${name}'`)))
    else assert.ok(existsSync(join(root, test)) && section.includes(test))
  })
}

test('each section of docs/presets.md is a preset that there is', () => {
  const names = sections.map((text) => /^`(\S+)`\n/.exec(text)?.[1])
  assert.deepEqual(
    names.filter((name) => name === undefined || !(name in presets)),
    [],
  )
})
