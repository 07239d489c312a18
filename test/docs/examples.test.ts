// Every `@example` in a docstring is run. One with imports is a program of its own; any other is an expression of the
// file's own exports, and `// …` behind it says what it gives.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '../..')
mkdirSync(join(root, '.cache'), { recursive: true })
// Inside the project, where its packages are found, and run in an empty folder, where example files may appear.
const programs = mkdtempSync(join(root, '.cache', 'examples-'))
const folder = mkdtempSync(join(tmpdir(), 'coatcheck-examples-'))
writeFileSync(
  join(folder, 'coatcheck.yaml'),
  `listen: ['http://localhost:8080']\nsites:\n  - upstream: http://127.0.0.1:8081\n`,
)
after(() => {
  rmSync(programs, { recursive: true })
  rmSync(folder, { recursive: true })
})

const sources = globSync('packages/*/src/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
const examples = sources.flatMap((file) =>
  examplesOf(readFileSync(join(root, file), 'utf8')).map(({ line, code }) => ({ file, line, code })),
)

test('there are examples to run', () => assert.ok(examples.length > 20))

for (const [index, { file, line, code }] of examples.entries()) {
  test(`the example at ${file}:${line} does what it says`, async () => {
    const program = join(programs, `${index}.ts`)
    writeFileSync(program, /^import /m.test(code) ? code : await comparison(join(root, file), code))
    const { status, stderr } = spawnSync(process.execPath, [program], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
    })
    assert.equal(status, 0, stderr)
  })
}

function examplesOf(source: string): { line: number; code: string }[] {
  const found: { line: number; code: string }[] = []
  for (const block of source.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const text = block[0].replace(/\*\/$/, '').replace(/^ *\* ?/gm, '')
    for (const example of text.matchAll(/^@example ?([\s\S]*?)(?=^@\w|$(?![\s\S]))/gm)) {
      const line = source.slice(0, (block.index ?? 0) + (example.index ?? 0)).split('\n').length
      found.push({ line, code: (example[1] as string).trim() })
    }
  }
  return found
}

/** Declarations stay; the expression after them is compared with what its comment says. */
async function comparison(file: string, code: string): Promise<string> {
  const exported = Object.keys((await import(pathToFileURL(file).href)) as object)
  const lines = code.split('\n')
  const declarations: string[] = []
  while (lines[0]?.startsWith('const ')) {
    do declarations.push(lines.shift() as string)
    while (lines[0]?.startsWith('  '))
  }
  // One comparison a line, or one over several.
  const comparisons = lines.every((line) => line.includes(' // ')) ? lines : [lines.join('\n').trim()]
  const head = `import assert from 'node:assert/strict'\nimport { ${exported.join(', ')} } from ${JSON.stringify(pathToFileURL(file).href)}\n`
  const checks = comparisons.map((text) => text.replace(/^([\s\S]*?)\s*\/\/ ([\s\S]*)$/, 'assert.deepEqual($1, $2)'))
  return `${head}${declarations.join('\n')}\n${checks.join('\n')}\n`
}
