// What was measured of the library, as one table.

import type { Comparison } from './contenders.ts'
import { aligned, verdict, whole, written } from './figures.ts'
import { cost, rate } from './rounds.ts'
import type { Result } from './run.ts'
import { estimate, median } from './statistics.ts'
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

export function table(results: readonly Result[]): string {
  return aligned([HEADINGS, ...results.flatMap((result) => rowsOf(result, results))])
}

function rowsOf({ contender, turns }: Result, all: readonly Result[]): string[][] {
  const rates = turns.map(rate)
  const facts = [
    `  ${contender.title}`,
    whole(median(rates)),
    `${whole(Math.min(...rates))} to ${whole(Math.max(...rates))}`,
    median(turns.map(cost)).toFixed(1),
    `${Math.round(100 * busy(turns))} %`,
  ]
  const [first = [], ...more] = contender.comparisons.map((comparison) => {
    const other = all.find((result) => result.contender.name === comparison.to)
    return compared(turns, other?.turns ?? [], comparison)
  })
  return [[...facts, ...first], ...more.map((row) => [...facts.map(() => ''), ...row])]
}

function compared(own: readonly Turn[], other: readonly Turn[], { to, bound }: Comparison): string[] {
  const by = (measure: (turn: Turn) => number) =>
    estimate(own.map((turn, round) => measure(turn) - measure(other[round] as Turn)))
  const throughput = by((turn) => 1e6 / rate(turn))
  const processor = by(cost)
  const judged = bound === null ? ['', ''] : [`≤ ${bound}`, verdict(processor, (value) => value <= bound)]
  return [`µs added to ${to}`, written(throughput), written(processor), ...judged]
}

/** How much of its core a contender used: 1 is all of it. */
export function busy(turns: readonly Turn[]): number {
  return median(turns.map(({ processorTime, seconds }) => processorTime / 1e6 / seconds))
}
