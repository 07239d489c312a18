// The one table at the end.

import type { Tally } from './fault.ts'

export interface Row {
  readonly name: string
  readonly rules: readonly string[]
  readonly tally: Tally
  /** Why it was not tried; null where it was. */
  readonly missing: string | null
  readonly seconds: number
}

const HEAD = ['fault', 'rules', 'rounds', 'ends', 'writes', 'in doubt', 'refused', 'seconds', 'result']

export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ name, rules, tally, missing, seconds }) => [
    name,
    rules.join(' '),
    String(tally.rounds),
    String(tally.ends),
    String(tally.writes),
    String(tally.doubts),
    String(tally.refusals),
    seconds.toFixed(0),
    resultOf(tally, missing),
  ])
  const widths = HEAD.map((head, i) => Math.max(head.length, ...cells.map((row) => (row[i] as string).length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i > 1 && i < HEAD.length - 1 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd()
  const notes = rows.flatMap(({ name, tally, missing }) => [
    ...tally.notes.map((note) => `${name}: ${note}`),
    ...(missing === null ? [] : [`${name}: not tried: ${missing}`]),
  ])
  return [line(HEAD), ...cells.map(line), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n')
}

function resultOf({ broken }: Tally, missing: string | null): string {
  if (missing !== null) return 'NOT TRIED'
  return broken.length === 0 ? 'held' : `BROKEN (${broken.length})`
}
