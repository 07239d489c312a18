// Whose sessions they are. A site to which visitors came all the time for almost an hour, so that nothing has expired
// yet; two of its users have one session in a hundred each.

export const SITE = 'shop'
export const IDLE = '1h'
const MINUTE = 60_000
const SPAN = 55 * MINUTE
/** From the site's now on: until then a fifth has been idle for an hour, unless it was seen again; half of it was not. */
export const SWEPT_AFTER = 16 * MINUTE

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.2 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
]

/** The users who have one session in a hundred each: 10,000 of a million. */
export const CROWDS = ['reception', 'warehouse'] as const
export type Crowd = (typeof CROWDS)[number]

export interface Visitor {
  readonly user: string | null
  /** When the session begins, and when it was seen again; null: never. */
  readonly begins: number
  readonly seen: number | null
  readonly data: { readonly theme: string; readonly cart: readonly { readonly id: number; readonly count: number }[] }
  readonly client: { readonly address: string; readonly userAgent: string }
}

/** @param now - the site's; @returns the nth of so many, who come in this order */
export function visitor(n: number, sessions: number, now: number): Visitor {
  const begins = Math.floor(now - SPAN * (1 - n / sessions))
  return {
    user: userOf(n),
    begins,
    seen: n % 2 === 0 ? Math.min(begins + 20 * MINUTE, now) : null,
    data: {
      theme: n % 3 === 0 ? 'dark' : 'light',
      cart: Array.from({ length: n % 4 }, (_, i) => ({ id: (n * 7919 + i) % 100_000, count: 1 + i })),
    },
    client: { address: `198.51.${100 + (n % 7)}.${n % 251}`, userAgent: AGENTS[n % AGENTS.length] as string },
  }
}

function userOf(n: number): string | null {
  if (n % 100 === 0) return CROWDS[0]
  if (n % 100 === 50) return CROWDS[1]
  return n % 5 === 1 ? null : `user-${(n * 31) % 400_009}@example.test`
}

/** The sessions of a crowd. */
export function membersOf(crowd: Crowd, sessions: number): number[] {
  const first = crowd === CROWDS[0] ? 0 : 50
  return Array.from({ length: Math.ceil((sessions - first) / 100) }, (_, i) => first + 100 * i)
}

/** Each of so many once, in an order in which no two that follow each other are near each other. */
export function scattered(i: number, count: number): number {
  return (i * stride(count)) % count
}

function stride(count: number): number {
  let step = Math.floor(count * 0.618)
  while (divisor(step, count) !== 1) step++
  return step
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b)
}
