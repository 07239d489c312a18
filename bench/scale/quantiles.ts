// The few figures that are said of many.

import { quantile } from '../statistics.ts'

export interface Quantiles {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly most: number
}

/** Sorts what it is given: of a million values there is no second copy in what is measured. */
export function quantiles(values: Float32Array): Quantiles {
  const sorted = values.sort() as unknown as readonly number[]
  const at = (share: number) => quantile(sorted, share)
  return { count: values.length, p50: at(0.5), p99: at(0.99), p999: at(0.999), most: at(1) }
}
