// How figures are written.

import type { Estimate } from './statistics.ts'

/** `0.93 [0.91, 0.96]`: the median, and its interval. */
export function written({ median, low, high }: Estimate): string {
  return `${median.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`
}

/** A bound is missed only where the whole interval is beyond it. */
export function verdict({ median, low, high }: Estimate, holds: (value: number) => boolean): string {
  if (holds(median)) return 'held'
  return holds(low) || holds(high) ? 'open' : 'missed'
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** Columns of one width, the first to the left and the others to the right; a row of one cell stands by itself. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const columns = rows.filter((row) => row.length > 1)
  const count = Math.max(...columns.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, i) => Math.max(...columns.map((row) => (row[i] ?? '').length)))
  const line = (row: readonly string[]) =>
    row.length < 2
      ? row.join('')
      : row.map((cell, i) => (i === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[i]!))).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}
