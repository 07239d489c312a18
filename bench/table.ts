// What was measured, as one table.

import type { Comparison } from './contenders.ts'
import type { Result } from './run.ts'
import { type Estimate, estimate, median } from './statistics.ts'
import type { Turn } from './turn.ts'

const HEADINGS = [
  '',
  'requests/s',
  'min to max',
  'CPU µs',
  'busy',
  'against',
  'by throughput',
  'by CPU time',
  'bound',
  '',
]

const HEADS = {
  library: 'A live session is read, and its user and a counter answered',
  gateway: 'An application with a session of its own is asked through a proxy, and its user and a counter answered',
}

export function table(results: readonly Result[]): string {
  const rows: (readonly string[])[] = [HEADINGS]
  for (const group of ['library', 'gateway'] as const) {
    const members = results.filter(({ contender }) => contender.group === group)
    if (members.length === 0) continue
    rows.push([], [HEADS[group]])
    for (const member of members) rows.push(...rowsOf(member, members))
  }
  return aligned(rows)
}

function rowsOf({ contender, turns }: Result, group: readonly Result[]): string[][] {
  const rates = turns.map(rate)
  const facts = [
    `  ${contender.title}`,
    whole(median(rates)),
    `${whole(Math.min(...rates))} to ${whole(Math.max(...rates))}`,
    median(turns.map(cost)).toFixed(1),
    `${Math.round(100 * busy(turns))} %`,
  ]
  const [first = [], ...more] = contender.comparisons.map((comparison) => {
    const other = group.find((result) => result.contender.name === comparison.to)
    return compared(turns, other?.turns ?? [], comparison)
  })
  return [[...facts, ...first], ...more.map((row) => [...facts.map(() => ''), ...row])]
}

function compared(own: readonly Turn[], other: readonly Turn[], { to, as, bound }: Comparison): string[] {
  const pairs = own.map((turn, round) => [turn, other[round] as Turn] as const)
  const by = (measure: (turn: Turn) => number) =>
    estimate(pairs.map(([a, b]) => (as === 'added' ? measure(a) - measure(b) : measure(b) / measure(a))))
  const throughput = by((turn) => 1e6 / rate(turn))
  const processor = by(cost)
  const name = as === 'added' ? `µs added to ${to}` : `share of ${to}`
  const limit = bound === null ? '' : as === 'added' ? `≤ ${bound}` : `≥ ${bound.toFixed(2)}`
  return [name, written(throughput), written(processor), limit, bound === null ? '' : verdict(processor, as, bound)]
}

/** A bound is missed only where the whole interval is beyond it. */
function verdict({ median, low, high }: Estimate, as: Comparison['as'], bound: number): string {
  const holds = (value: number) => (as === 'added' ? value <= bound : value >= bound)
  if (holds(median)) return 'held'
  return holds(low) || holds(high) ? 'open' : 'missed'
}

/** How much of its core a contender used: 1 is all of it. */
export function busy(turns: readonly Turn[]): number {
  return median(turns.map(({ processorTime, seconds }) => processorTime / 1e6 / seconds))
}

/** Requests a second. */
function rate({ answered, seconds }: Turn): number {
  return answered / seconds
}

/** Microseconds of processor time a request. */
function cost({ processorTime, answered }: Turn): number {
  return processorTime / answered
}

function written({ median, low, high }: Estimate): string {
  return `${median.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** Columns of one width, the first to the left and the others to the right; a row of one cell stands by itself. */
function aligned(rows: readonly (readonly string[])[]): string {
  const columns = rows.filter((row) => row.length > 1)
  const widths = HEADINGS.map((_, i) => Math.max(...columns.map((row) => (row[i] ?? '').length)))
  const line = (row: readonly string[]) =>
    row.length < 2
      ? row.join('')
      : row.map((cell, i) => (i === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[i]!))).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}
