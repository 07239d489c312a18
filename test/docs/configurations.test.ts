// A configuration that a document shows is one that can be served, once its certificate is there, and leaves nobody
// unnamed.

import assert from 'node:assert/strict'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createCertificate } from '../../attacks/lib/certificate.ts'
import { temporaryFolder } from '../../packages/gateway/src/config/certificates-for-tests.ts'
import { parseConfig } from '../../packages/gateway/src/config/index.ts'
import { root } from './tables.ts'

for (const path of globSync(['*.md', 'docs/**/*.md', 'packages/*/README.md'], { cwd: root })) {
  const text = readFileSync(join(root, path), 'utf8')
  for (const [, block = ''] of text.matchAll(/^```yaml\n(.*?)^```$/gms)) {
    if (!/^sites:/m.test(block)) continue
    const shown = /^store:/m.test(block) ? block : `store: sqlite:x.db\n${block}`
    test(`${path}: ${block.split('\n').slice(2, 4).join(' ').trim()} … is good, and needs no warning`, () => {
      using folder = temporaryFolder()
      const { cert, key } = createCertificate(['shop.example.test'])
      writeFileSync(join(folder.path, 'cert.pem'), cert)
      writeFileSync(join(folder.path, 'key.pem'), key)
      writeFileSync(join(folder.path, 'secret.key'), '0123456789abcdef'.repeat(2))
      assert.deepEqual(parseConfig(shown, path, folder.path).warnings, [])
    })
  }
}
