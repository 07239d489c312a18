// A preset ships with a test against the real product, or not at all.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { presets } from '../../packages/gateway/src/config/presets/index.ts'
import { matrix, products } from '../apps/matrix.ts'
import { root } from './tables.ts'

const document = readFileSync(join(root, 'docs/presets.md'), 'utf8')
const sections = document.split(/^## /m).slice(1)

test('the table of docs/presets.md is what test/apps plays', () => {
  const lines = document.split('\n').filter((line) => line.startsWith('|'))
  assert.equal(lines.join('\n'), matrix(), 'npx node test/apps/matrix.ts prints it')
})

for (const name of Object.keys(presets)) {
  test(`preset ${name} is described, and held by a test against a product`, () => {
    const section = sections.find((text) => text.startsWith(`\`${name}\`\n`))
    assert.ok(section, `docs/presets.md has no section \`${name}\``)
    assert.ok(products.some(({ preset }) => preset === name))
  })
}

test('each section of docs/presets.md is a preset that there is', () => {
  const names = sections.flatMap((text) => /^`(\S+)`\n/.exec(text)?.[1] ?? [])
  assert.deepEqual(
    names.filter((name) => !(name in presets)),
    [],
  )
})
