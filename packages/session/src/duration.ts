// Spans of time as people write them in options and configuration.
//
// A number is seconds, as in HTTP's own max-age; a string says its unit. Nothing is guessed: a wrong unit in a timeout
// is a session that never ends or one that ends at once, and neither is noticed before it hurts.

import { inspected } from './inspect.ts'

/** Seconds, or a number with its unit: `90`, `'90s'`, `'30m'`, `'12h'`, `'180d'`. */
export type Duration = number | `${number}${'s' | 'm' | 'h' | 'd'}`

const SECOND = 1000
const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: 60 * SECOND, h: 3600 * SECOND, d: 86_400 * SECOND }
/** 100 years. What is added to a clock stays a date that a cookie can hold (RFC 6265bis §5.1.1: four digits of year). */
const LONGEST = 36_525 * 86_400 * SECOND

/**
 * The duration in whole milliseconds, from 0 to 100 years.
 *
 * @param what - the option's name, for the message
 * @throws TypeError that names `what`, quotes the value and says how to write it
 * @example
 * milliseconds('30m', 'idle') // 1800000
 * milliseconds(90, 'idle') // 90000
 */
export function milliseconds(duration: Duration, what: string): number {
  const exact = typeof duration === 'number' ? duration * SECOND : parse(duration)
  if (Number.isNaN(exact)) throw wrong(what, duration, 'is not a duration')
  if (exact < 0) throw wrong(what, duration, 'is negative')
  if (exact > LONGEST) throw wrong(what, duration, 'is longer than 100 years')
  const whole = Math.round(exact)
  // 1.001 * 1000 is 1000.9999999999999: so much is the arithmetic's fault, more is a fraction that someone wrote.
  if (Math.abs(whole - exact) > exact * 2 ** -51) throw wrong(what, duration, 'has fractions of a millisecond')
  return whole
}

/** NaN where it is none. Configuration files bring values that the type forbids. */
function parse(duration: unknown): number {
  if (typeof duration !== 'string') return Number.NaN
  const parts = /^(-?\d+(?:\.\d+)?)([smhd])$/.exec(duration)
  return parts === null ? Number.NaN : Number(parts[1]) * UNITS[parts[2]!]!
}

function wrong(what: string, duration: unknown, problem: string): TypeError {
  const shown = typeof duration === 'string' ? JSON.stringify(duration.slice(0, 40)) : inspected(duration)
  return new TypeError(
    `${what}: ${shown} ${problem}; write seconds, as 90, or a unit, as '90s', '30m', '12h' or '180d'`,
  )
}
