// Wrong configurations, key by key: what is said, and the line at which it points. The tables are in the tests beside.

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { certify, encryptKey, temporaryFolder } from '../certificates-for-tests.ts'
import { ConfigError, type Problem, parseConfig } from '../index.ts'

export type Row = [sentence: string, yaml: string, line: number, key: string, what: RegExp, remedy: RegExp]

export const site = 'sites: [{ upstream: http://a:1 }]'

/** The site's own keys begin in line 3. */
export const inSite = (rest: string) => `sites:\n  - upstream: http://a:1\n${rest.replace(/^/gm, '    ')}`

const folder = temporaryFolder()
after(() => folder[Symbol.dispose]())
mkdirSync(join(folder.path, 'folder'))
writeFileSync(join(folder.path, 'secret.key'), '0123456789abcdef'.repeat(2))

/** Two pairs, `one` and `two`, the first one's key with a passphrase as `locked`, and `note.pem`, which is nothing. */
export function makeCertificates(): void {
  certify(folder.path, 'one', ['shop.example.test'])
  certify(folder.path, 'two', ['shop.example.test'])
  encryptKey(folder.path, 'one', 'locked')
  writeFileSync(join(folder.path, 'note.pem'), 'not PEM\n')
}

export function expectRefused(rows: readonly Row[]): void {
  for (const [sentence, yaml, line, key, what, remedy] of rows) {
    test(sentence, () => {
      const problems = problemsOf(yaml)
      assert.equal(problems.length, 1, problems.map((problem) => `${problem.key} ${problem.what}`).join('\n'))
      const [problem] = problems
      assert.match(problem!.what, what)
      assert.match(problem!.remedy, remedy)
      assert.equal(problem!.key, key)
      assert.equal(problem!.place?.line, line)
      assert.equal(problem!.file, 'coatcheck.yaml')
    })
  }
}

export function problemsOf(yaml: string): readonly Problem[] {
  try {
    parseConfig(yaml, 'coatcheck.yaml', folder.path)
  } catch (error) {
    assert(error instanceof ConfigError, String((error as Error).stack))
    return error.problems
  }
  assert.fail('was taken')
}
