// What was measured of a million sessions, as tables: a figure a row, and the bar beside it.

import { aligned, whole } from '../figures.ts'
import { ENDS, HOLDS_UP, LOOKUP, MEMORY, TOMBSTONE } from './bars.ts'
import type { LoopReport } from './loop.ts'
import type { Common, InFile } from './run.ts'

const HEADINGS = ['', 'measured', 'bar', '']

export function fileTable(seen: InFile): string {
  const { lookups, opens, memory, filled, sessionSize, tombstoneSize } = seen
  return aligned([
    HEADINGS,
    ['The file'],
    row('  bytes a session, last-seen times included', whole(sessionSize)),
    judged('  bytes a tombstone, indexes included, packed', tombstoneSize, TOMBSTONE, whole),
    row('  filled in, seconds', whole(filled.took)),
    ['Each session looked up once (store.read)'],
    row('  p50, µs', lookups.p50.toFixed(1)),
    judged('  p99, µs', lookups.p99, LOOKUP, one),
    row('  p99.9, µs', lookups.p999.toFixed(1)),
    row('  longest, µs', whole(lookups.most)),
    [`${whole(opens.count)} of them opened as requests do`],
    row('  p50, µs', opens.p50.toFixed(1)),
    row('  p99, µs', opens.p99.toFixed(1)),
    ['Memory of the process, MB'],
    judged('  most that was resident, lookups and opens', memory.most, MEMORY, whole),
    row('  the process as it began, library loaded', whole(memory.atStart)),
    row('  heap in use, then after a collection', `${whole(memory.heapBefore)}, ${whole(memory.heap)}`),
    row('  buffers outside the heap', whole(memory.external)),
    judged('  resident after a collection', memory.resident, MEMORY, whole),
    ...commonRows(seen),
  ])
}

export function memoryTable(seen: Common): string {
  return aligned([HEADINGS, ...commonRows(seen)])
}

function commonRows({ list, endAll, endEach, alone, sweep, honoured }: Common): string[][] {
  return [
    [`A list of ${whole(list.rows)} sessions`],
    row('  took, ms', whole(list.took)),
    ...loopRows(list.loop),
    [`endAll of ${whole(endAll.ended)} sessions`],
    judged('  took, ms', endAll.took, ENDS, whole),
    ...loopRows(endAll.loop),
    [`end of each of ${whole(endEach.ended)} sessions, all at once`],
    judged('  took, ms', endEach.took, ENDS, whole),
    ...loopRows(endEach.loop),
    judged('  sessions honoured afterwards, in any process', honoured, 0, whole),
    ['A sweep'],
    row('  took, s', (sweep.took / 1000).toFixed(1)),
    ...loopRows(sweep.loop),
    row(`  a sign-out waits meanwhile, ms: p50, p99, longest of ${whole(sweep.value.count)}`, waits(sweep.value)),
    row(`  and without one, of ${whole(alone.count)}`, waits(alone)),
  ]
}

/** A delay that its own thread did not cause was another program's: then the bar stays open. */
function loopRows({ longest, busiest, over }: LoopReport): string[][] {
  const verdict = longest <= HOLDS_UP ? 'held' : busiest <= HOLDS_UP ? 'open' : 'missed'
  return [
    ['  held up the loop, ms', longest.toFixed(1), `≤ ${HOLDS_UP}`, verdict],
    row(`  of it by its own work, ms at most; times over ${HOLDS_UP}`, `${busiest.toFixed(1)}; ${over}`),
  ]
}

function waits({ p50, p99, most }: { readonly p50: number; readonly p99: number; readonly most: number }): string {
  return [p50, p99, most].map((value) => value.toFixed(1)).join(', ')
}

function judged(what: string, value: number, bar: number, write: (value: number) => string): string[] {
  return [what, write(value), `≤ ${whole(bar)}`, value <= bar ? 'held' : 'missed']
}

function row(what: string, value: string): string[] {
  return [what, value, '', '']
}

function one(value: number): string {
  return value.toFixed(1)
}
