// Time comes in through here, so that tests can set it and no process ever sees it go back (E10).

/** Milliseconds since 1970. */
export type Clock = () => number

/**
 * The clock, but where it steps back. Then time goes on from where it was by what the monotonic clock counts, so that no
 * session lives longer because somebody set the clock; without a monotonic clock it stands still until it is caught up
 * with. A step forward is taken as it comes: it only ends things early, and the machine may have slept.
 *
 * @param monotonic - milliseconds from any moment on, which never step (`performance.now`)
 */
export function steady(clock: Clock, monotonic: Clock = () => 0): Clock {
  let latest = Number.NEGATIVE_INFINITY
  let at = 0
  return () => {
    const passed = monotonic()
    const counted = latest + (passed - at)
    const now = clock()
    if (now < counted) return Math.floor(counted)
    latest = now
    at = passed
    return now
  }
}

/** The machine's clock, steady. */
export function machineClock(): Clock {
  return steady(Date.now, () => performance.now())
}
