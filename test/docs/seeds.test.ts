// The map and the threat model name files, tests and commands. Each of them must exist, or the documents promise what
// nobody holds.

import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { attackNames, problemOf } from './commands.ts'
import { codeOf, commandsOf, Document, filesOf, type Row, root, testsOf } from './tables.ts'

const SEEDS = ['KB Q274149', 'KB 263730', 'Paladion 2007', 'OWASP Code Review', 'KB 900111']
const RULES = [...numbered('E', 12), ...numbered('R', 8), ...numbered('G', 3)]
const documents = ['docs/seeds.md', 'docs/threat-model.md'].map((path) => ({ path, document: new Document(path) }))

for (const { path, document } of documents) {
  describe(`${path} names what exists`, () => {
    test('files', () => {
      none(document.rowsWith('File'), (row) =>
        filesOf(cell(row, 'File')).flatMap((label) => problemWithFile(document, label) ?? []),
      )
    })

    test('tests, by a text that stands in the code of their file', () => {
      none(document.rowsWith('Test'), (row) => {
        const tests = testsOf(cell(row, 'Test'))
        const untitled = filesOf(cell(row, 'Test')).length - tests.length
        return [
          ...(untitled > 0 ? ['a test without title'] : []),
          ...tests.flatMap(({ label, title }) => problemWithTest(document, label, title) ?? []),
        ]
      })
    })

    test('commands', () => {
      none(document.rows, (row) =>
        commandsOf(cell(row, 'Command')).flatMap((command) => {
          const problem = problemOf(command)
          return problem === null ? [] : [`${command}: ${problem}`]
        }),
      )
    })

    test('no link target that nothing uses', () => {
      const text = readFileSync(join(root, path), 'utf8')
      for (const label of document.files.keys()) {
        assert.ok(text.split(`[${label}]`).length > 2, `[${label}] is defined and not used`)
      }
    })
  })
}

describe('docs/seeds.md is whole', () => {
  const { document } = documents[0]!

  test('each seed has its section and its rows', () => {
    for (const seed of SEEDS) {
      const rows = document.rowsWith('The seed says').filter(({ section }) => section.includes(seed))
      assert.ok(rows.length >= 10, `${seed} has ${rows.length} rows`)
    }
  })

  test('a row without file or test says plainly that there is nothing yet, or that it is not ours', () => {
    none(document.rowsWith('The seed says'), (row) => {
      if (/^\*\*Not (yet|ours)\*\*/.test(cell(row, 'What coatcheck does or refuses, and why'))) return []
      return [
        ...(filesOf(cell(row, 'File')).length > 0 ? [] : ['names no file']),
        ...(testsOf(cell(row, 'Test')).length > 0 ? [] : ['names no test']),
      ]
    })
  })
})

describe('docs/threat-model.md is whole', () => {
  const { document } = documents[1]!

  for (const rule of RULES) {
    test(`${rule} has an attack, and a test in a file that names the rule`, () => {
      const row = document.rowsWith('Rule').find((candidate) => cell(candidate, 'Rule').startsWith(`**${rule}**`))
      assert.ok(row !== undefined, `${rule} has no row`)
      assert.notEqual(cell(row, 'The attack'), '')
      const files = testsOf(cell(row, 'Test')).map(({ label }) => document.files.get(label) ?? '')
      const naming = files.filter((file) => new RegExp(`\\b${rule}\\b`).test(readFileSync(join(root, file), 'utf8')))
      assert.ok(naming.length > 0, `none of ${files.join(', ')} names ${rule}`)
    })
  }
})

function problemWithFile(document: Document, label: string): string | null {
  const path = document.files.get(label)
  if (path === undefined) return `[${label}] has no target`
  return existsSync(join(root, path)) ? null : `${path} does not exist`
}

function problemWithTest(document: Document, label: string, title: string): string | null {
  const problem = problemWithFile(document, label)
  if (problem !== null) return problem
  const path = document.files.get(label)!
  if (!/(\.test\.ts|\/store-tests\/[\w-]+\.ts)$/.test(path) || !statSync(join(root, path)).isFile()) {
    return `${path} is no test file`
  }
  if (title.length < 8) return `"${title}" is too short to name a test`
  const code = codeOf(path)
  if (code.includes(title)) return null
  // Where every attack is played, its name is the title.
  if (/\$\{attack\.name\}/.test(code) && attackNames().includes(title)) return null
  return `${path} has no test "${title}"`
}

function none(rows: readonly Row[], problems: (row: Row) => string[]): void {
  assert.ok(rows.length > 0, 'there are no rows')
  const all = rows.flatMap((row) => problems(row).map((problem) => `line ${row.line}: ${problem}`))
  assert.equal(all.join('\n'), '')
}

function cell(row: Row, column: string): string {
  return row.cells.get(column) ?? ''
}

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${letter}${i + 1}`)
}
