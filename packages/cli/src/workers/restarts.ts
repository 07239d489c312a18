// What becomes of a worker's place when the worker dies: the decision alone.

/** Milliseconds. Who served for longer died of something that passes. */
const PROVEN = 10_000
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 10_000
/** So many attempts in a row that nobody survived are enough. */
const ATTEMPTS = 5

export interface Death {
  /** For how long it served; null where it never did. */
  readonly served: number | null
  /** How many of this place died soon, or never served, right before. */
  readonly soon: number
  /** Whether other workers serve. */
  readonly othersServe: boolean
}

/** Milliseconds until the next one is started, and what to count from then on; null: there is no use in trying again. */
export function afterDeath({ served, soon, othersServe }: Death): { pause: number; soon: number } | null {
  if (served !== null && served >= PROVEN) return { pause: 0, soon: 0 }
  if (served === null && !othersServe && soon + 1 >= ATTEMPTS) return null
  // Nobody serves in this place meanwhile: the first death costs no pause, unless it came before anything was served.
  const pauses = served === null ? soon + 1 : soon
  const pause = pauses === 0 ? 0 : Math.min(FIRST_PAUSE * 2 ** (pauses - 1), LONGEST_PAUSE)
  return { pause, soon: soon + 1 }
}
