// What was measured of the library, as one table.

import type { Contender } from './contenders.ts'
import { aligned, verdict, whole, written } from './figures.ts'
import { versionOf } from './packages.ts'
import { cost, rate } from './rounds.ts'
import type { Result } from './run.ts'
import { type Estimate, estimate, median } from './statistics.ts'
import type { Turn } from './turn.ts'

const HEADINGS = ['', 'requests/s', 'CPU µs', 'busy', 'added µs, by CPU', 'by throughput', 'bound', '']

export function table(results: readonly Result[]): string {
  const bare = results.filter(({ contender }) => contender.beside === null)
  const groups = bare.map((one) => [
    [],
    rowOf(one),
    ...results.filter(({ contender }) => contender.beside === one.contender.name).map(rowOf),
  ])
  return aligned([HEADINGS, ...groups.flat()])
}

/** With the version of its package. */
export function titled({ title, ofPackage }: Contender): string {
  return ofPackage === null ? title : title.replace(ofPackage, `${ofPackage} ${versionOf(ofPackage)}`)
}

function rowOf({ contender, turns, beside }: Result): string[] {
  const { bound, beside: other } = contender
  const facts = [
    `${other === null ? '' : '  '}${titled(contender)}`,
    whole(median(turns.map(rate))),
    median(turns.map(cost)).toFixed(1),
    `${Math.round(100 * busy(turns))} %`,
  ]
  if (other === null) return facts
  const processor = added(turns, beside, cost)
  const throughput = added(turns, beside, (turn) => 1e6 / rate(turn))
  const judged = bound === null ? [] : [`≤ ${bound}`, verdict(processor, (value) => value <= bound)]
  return [...facts, written(processor), written(throughput), ...judged]
}

/** What a request costs more than the bare server's of the same round. */
export function added(own: readonly Turn[], other: readonly Turn[], measure: (turn: Turn) => number): Estimate {
  return estimate(own.map((turn, round) => measure(turn) - measure(other[round] as Turn)))
}

/** How much of its core a contender used: 1 is all of it. */
export function busy(turns: readonly Turn[]): number {
  return median(turns.map(({ processorTime, seconds }) => processorTime / 1e6 / seconds))
}
