// What a few rounds say, and how surely.

/** A median and the interval in which 95 of 100 repetitions of the bench would find it. */
export interface Estimate {
  readonly median: number
  readonly low: number
  readonly high: number
}

const RESAMPLES = 4000

/**
 * The median, with its percentile bootstrap interval: so many rounds are drawn again from those that were run. The same
 * rounds always give the same interval.
 */
export function estimate(rounds: readonly number[]): Estimate {
  const random = generator()
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(rounds.map(() => rounds[Math.floor(random() * rounds.length)] as number)),
  ).sort(ascending)
  const at = (share: number) => medians[Math.floor(share * (RESAMPLES - 1))] as number
  return { median: median(rounds), low: at(0.025), high: at(0.975) }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted(ascending)
  const half = sorted.length / 2
  const upper = sorted[Math.floor(half)] as number
  return Number.isInteger(half) ? ((sorted[half - 1] as number) + upper) / 2 : upper
}

/** The value below which so much of all lies. `sorted` ascends. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

export function ascending(a: number, b: number): number {
  return a - b
}

/** Mulberry32: small, and good enough to draw rounds and arrivals with. The same seed gives the same numbers, 0 to 1. */
export function generator(seed = 1): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
