// Columns for a terminal: as wide as they need, the last one cut where the terminal ends. What is piped is whole.

import { stripVTControlCharacters } from 'node:util'

/** Plain text; what comes from outside cannot move the cursor. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width = process.stdout.columns || Number.POSITIVE_INFINITY,
): string {
  const cells = [head, ...rows].map((row) => row.map(printable))
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line))
    .join('\n')
}

/** What comes from outside cannot move the cursor. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/[\0-\x1f\x7f-\x9f]/g, ' ')
}
