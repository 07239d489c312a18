// Time comes in through here, so that tests can set it and no process ever sees it go back (E10).

/** Milliseconds since 1970. */
export type Clock = () => number

/** The clock, but where it steps back: then it stands still until it is caught up with, which only ends things early. */
export function steady(clock: Clock): Clock {
  let latest = Number.NEGATIVE_INFINITY
  return () => {
    const now = clock()
    if (now > latest) latest = now
    return latest
  }
}
