// The tables of a Markdown document, with what their cells name: files, tests, commands.
//
// Files are written as reference links, `[session/token.ts]`, whose targets stand at the document's end. A test is such
// a link with a title behind it, `[session/token.test.ts]: "what it says"`. A command is a code span.

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

export interface Row {
  /** The heading above the table. */
  readonly section: string
  readonly line: number
  /** By the column's title. */
  readonly cells: ReadonlyMap<string, string>
}

export interface NamedTest {
  readonly label: string
  readonly title: string
}

export class Document {
  readonly rows: readonly Row[]
  /** Paths from the root of the checkout, by label. */
  readonly files: ReadonlyMap<string, string>

  constructor(path: string) {
    const lines = readFileSync(join(root, path), 'utf8').split('\n')
    this.rows = readRows(lines)
    this.files = new Map(
      lines.flatMap((line) => {
        const [, label, target] = /^\[([^\]]+)\]: (\S+)$/.exec(line) ?? []
        return label === undefined ? [] : [[label, join(dirname(path), target!)] as const]
      }),
    )
  }

  /** Rows of the tables that have this column. */
  rowsWith(column: string): readonly Row[] {
    return this.rows.filter(({ cells }) => cells.has(column))
  }
}

/** A source file without its comment lines: what a comment says is neither a test nor an import. */
export function codeOf(path: string): string {
  const lines = readFileSync(join(root, path), 'utf8').split('\n')
  return lines.filter((line) => !/^\s*(\/\/|\/?\*)/.test(line)).join('\n')
}

export function filesOf(cell: string): string[] {
  return [...cell.matchAll(/\[([^\]]+)\]/g)].map(([, label]) => label!)
}

export function testsOf(cell: string): NamedTest[] {
  return [...cell.matchAll(/\[([^\]]+)\]: "([^"]*)"/g)].map(([, label, title]) => ({ label: label!, title: title! }))
}

export function commandsOf(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, command]) => command!)
}

function readRows(lines: readonly string[]): Row[] {
  const rows: Row[] = []
  let section = ''
  let columns: string[] | null = null
  lines.forEach((line, i) => {
    if (line.startsWith('#')) section = line.replace(/^#+ /, '')
    if (!line.startsWith('|')) {
      columns = null
      return
    }
    const cells = cellsOf(line)
    if (columns === null) columns = cells
    else if (!cells.every((cell) => /^:?-+:?$/.test(cell))) {
      if (cells.length !== columns.length) throw new Error(`line ${i + 1} has ${cells.length} cells: ${line}`)
      rows.push({ section, line: i + 1, cells: new Map(columns.map((column, j) => [column, cells[j]!])) })
    }
  })
  return rows
}

function cellsOf(line: string): string[] {
  const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'))
  return cells.slice(1, -1)
}
