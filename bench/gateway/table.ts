// What was measured of the gateway, as two tables of less than 100 columns.

import { aligned, verdict, whole, written } from '../figures.ts'
import { cost, rate } from '../rounds.ts'
import { ascending, type Estimate, estimate, median, quantile } from '../statistics.ts'
import type { Turn } from '../turn.ts'
import { busy, type Result, type Row } from './run.ts'
import { type Bar, bars } from './scenarios.ts'

const HEADINGS = ['', 'requests/s', 'CPU µs', 'busy', 'of dispatch', 'p50 ms', 'p99 ms']

/** A row for each contender. What is unknown is a dash. */
export function table(results: readonly Result[]): string {
  const groups = results.map(({ scenario, rows }) => [[], [scenario.title], ...rows.map((row) => rowOf(row, rows))])
  return aligned([HEADINGS, ...groups.flat()])
}

function rowOf({ name, title, turns, latencies }: Row, all: readonly Row[]): string[] {
  const sorted = latencies.answers.toSorted(ascending)
  const yardstick = all.find((row) => row.name === 'dispatch')
  return [
    `  ${title}`,
    whole(median(turns.map(rate))),
    number(median(turns.map(cost)), 1),
    `${number(100 * busy(turns), 0)} %`,
    name === 'dispatch' || yardstick === undefined ? '' : known(shareOf(turns, yardstick.turns, cost)),
    sorted.length === 0 ? '-' : quantile(sorted, 0.5).toFixed(1),
    sorted.length === 0 ? '-' : quantile(sorted, 0.99).toFixed(1),
  ]
}

/** One row for each promise that both sides of it were measured for; null where there is none. */
export function barTable(results: readonly Result[], areCoresShared: boolean): string | null {
  const rows = bars.flatMap((bar) => {
    const result = results.find(({ scenario }) => scenario.name === bar.scenario)
    const [own, other] = [bar.of, bar.to].map((name) => {
      const row = result?.rows.find((one) => one.name === name)
      return bar.cores > 1 ? row?.paced : row?.turns
    })
    return result === undefined || own === undefined || other === undefined
      ? []
      : [judged(bar, result.scenario.title, own, other, areCoresShared)]
  })
  return rows.length === 0 ? null : aligned([['', 'bar', 'by CPU time', 'by throughput', ''], ...rows])
}

function judged(
  { of, to, least, cores }: Bar,
  title: string,
  own: readonly Turn[],
  other: readonly Turn[],
  areCoresShared: boolean,
): string[] {
  const price = (turn: Turn) => cost(turn) / (turn.parts.length > 1 ? cores * evenness(turn) : 1)
  const processor = shareOf(own, other, price)
  return [
    `  ${of} ÷ ${to}: ${title[0]?.toLowerCase()}${title.slice(1)}`,
    `≥ ${least.toFixed(2)}`,
    known(processor),
    cores > 1 && areCoresShared ? '-' : written(shareOf(own, other, (turn) => 1 / rate(turn))),
    Number.isNaN(processor.median) ? 'unknown' : verdict(processor, (value) => value >= least),
  ]
}

/** The other's price over the own one, round by round: above 1 it is quicker. */
function shareOf(own: readonly Turn[], other: readonly Turn[], price: (turn: Turn) => number): Estimate {
  return estimate(own.map((turn, round) => price(other[round] as Turn) / price(turn)))
}

/** 1 where all processes did as much as the busiest one, which is the first to have no more of its core. */
function evenness({ parts }: Turn): number {
  return parts.reduce((sum, part) => sum + part, 0) / parts.length / Math.max(...parts)
}

/** The client's own part in the latencies, in milliseconds. */
export function lateness(results: readonly Result[]): { p50: number; p99: number } | null {
  const all = results.flatMap(({ rows }) => rows.flatMap((row) => row.latencies.lateness)).sort(ascending)
  return all.length === 0 ? null : { p50: quantile(all, 0.5), p99: quantile(all, 0.99) }
}

function known(share: Estimate): string {
  return Number.isNaN(share.median) ? '-' : written(share)
}

function number(value: number, digits: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(digits)
}
