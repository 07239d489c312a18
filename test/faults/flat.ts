// Whether a process that outlived the faults holds on to more than before.

import type { Measure } from './crew/protocol.ts'

const MEGABYTE = 1 << 20
/** What a process may have grown by in the second half. */
const RSS = 24 * MEGABYTE
const HEAP = 6 * MEGABYTE

/**
 * @param early - in the middle, when everything has been in use
 * @param late - after the last
 */
export function growth(early: Measure, late: Measure): string[] {
  const broken: string[] = []
  if (late.descriptors > early.descriptors + 1) broken.push(`descriptors: ${early.descriptors} → ${late.descriptors}`)
  if (late.threads > early.threads) broken.push(`threads: ${early.threads} → ${late.threads}`)
  if (late.listeners > early.listeners) broken.push(`listeners: ${early.listeners} → ${late.listeners}`)
  if (late.heap > early.heap + HEAP) broken.push(`heap: ${inMegabytes(early.heap)} → ${inMegabytes(late.heap)}`)
  if (late.rss > early.rss + RSS) broken.push(`memory: ${inMegabytes(early.rss)} → ${inMegabytes(late.rss)}`)
  return broken.map((what) => `not flat: ${what}`)
}

export function flatness(early: Measure, late: Measure, rounds: number): string {
  return (
    `in the last ${rounds} rounds memory ${inMegabytes(early.rss)} → ${inMegabytes(late.rss)}, heap ` +
    `${inMegabytes(early.heap)} → ${inMegabytes(late.heap)}, descriptors ${early.descriptors} → ${late.descriptors}, ` +
    `threads ${early.threads} → ${late.threads}, listeners ${early.listeners} → ${late.listeners}`
  )
}

function inMegabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(1)} MiB`
}
