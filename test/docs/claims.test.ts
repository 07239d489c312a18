// What documents claim and a test can look up: that links lead somewhere, that commands can be given, that the library
// stands alone.

import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { problemOf } from './commands.ts'
import { root } from './tables.ts'

const documents = globSync(['*.md', 'docs/**/*.md', 'packages/*/README.md'], { cwd: root })

for (const path of documents) {
  const text = readFileSync(join(root, path), 'utf8')

  test(`${path}: links lead to files and headings that exist`, () => {
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$/gm)].map(
      ([, inline, foot]) => inline ?? foot!,
    )
    for (const target of targets) {
      if (/^[a-z]+:/.test(target)) continue
      const [file = '', heading] = target.split('#')
      const to = file === '' ? path : join(dirname(path), file)
      assert.ok(existsSync(join(root, to)), `${target} leads nowhere`)
      if (heading !== undefined) assert.ok(anchorsOf(to).includes(heading), `${target} names no heading`)
    }
  })

  test(`${path}: npm and npx commands can be given`, () => {
    for (const command of commandsIn(text)) assert.equal(problemOf(command), null, command)
  })
}

test('the library has no runtime dependency', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'packages/session/package.json'), 'utf8')) as object
  assert.ok(!('dependencies' in manifest))
})

/** In code spans, and line by line in blocks; `…` stands for anything, so nothing can be said of it. */
function commandsIn(text: string): string[] {
  const spans = [...text.matchAll(/`((?:npm|npx) [^`\n]+)`/g)].map(([, command]) => command!)
  const blocks = [...text.matchAll(/^ *(?:\$ )?((?:npm|npx) .+)$/gm)].map(([, line]) =>
    line!.split(/ {2,}|#|&&/)[0]!.trim(),
  )
  return [...spans, ...blocks].filter((command) => !/[…|<[]|PATH|FILE|TEXT|URL/.test(command))
}

/** As GitHub makes them of headings. */
function anchorsOf(path: string): string[] {
  const headings = readFileSync(join(root, path), 'utf8').match(/^#+ .+$/gm) ?? []
  return headings.map((heading) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
