// What the documents show as a configuration is one.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseConfig } from '../../packages/gateway/src/config/index.ts'
import { root } from './tables.ts'

for (const path of globSync(['docs/**/*.md'], { cwd: root })) {
  const text = readFileSync(join(root, path), 'utf8')
  for (const [, block = ''] of text.matchAll(/^```yaml\n(.*?)^```$/gms)) {
    if (!/^sites:/m.test(block)) continue
    test(`${path}: ${block.split('\n').slice(2, 4).join(' ').trim()} is a configuration that leaves nobody unnamed`, () => {
      const { warnings } = parseConfig(`store: sqlite:x.db\n${block}`, path, root)
      assert.deepEqual(warnings, [])
    })
  }
}
