// A number of bytes: `65536`, `64KiB`, `1MiB`.

import { type Refused, refused } from './refused.ts'

const UNITS: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 * 1024 }

export function parseSize(value: string | number): number | Refused {
  if (typeof value === 'number') return Number.isInteger(value) && value > 0 ? value : refusal()
  const parts = /^(\d{1,9})(KiB|MiB)$/.exec(value)
  const bytes = parts === null ? 0 : Number(parts[1]) * UNITS[parts[2]!]!
  return bytes > 0 ? bytes : refusal(value)
}

/** `64 k` is `64KiB`: people write so elsewhere. */
function refusal(value = ''): Refused {
  const [, number, unit] = /^([1-9]\d*)\s*([km])(?:i?b?)?$/i.exec(value) ?? []
  const meant = number === undefined ? 'for example' : `${number}${unit!.toUpperCase()}iB, as in`
  return refused('is not a size', `write ${meant} 64KiB or 1MiB; a number means bytes`)
}
