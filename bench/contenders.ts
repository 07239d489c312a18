// What the library is measured as, against whom, and what the design promises of it.

export interface Contender {
  readonly name: string
  readonly title: string
  readonly file: string
  /** Whether its process is told of an SQLite file of its own. */
  readonly needsFile: boolean
  readonly comparisons: readonly Comparison[]
}

export interface Comparison {
  /** Another contender. */
  readonly to: string
  /** The most microseconds that a request may take more than the other's; null where nothing is promised. */
  readonly bound: number | null
}

export const contenders: readonly Contender[] = [
  {
    name: 'bare',
    title: 'bare node:http server',
    file: 'servers/bare.ts',
    needsFile: false,
    comparisons: [],
  },
  {
    name: 'memory',
    title: 'coatcheck, memory',
    file: 'servers/coatcheck.ts',
    needsFile: false,
    comparisons: [{ to: 'bare', bound: 3 }],
  },
  {
    name: 'sqlite',
    title: 'coatcheck, SQLite',
    file: 'servers/coatcheck.ts',
    needsFile: true,
    comparisons: [{ to: 'bare', bound: 6 }],
  },
  {
    name: 'express-session',
    title: 'express-session, MemoryStore',
    file: 'servers/express-session.ts',
    needsFile: false,
    comparisons: [{ to: 'bare', bound: null }],
  },
]

/** What is named, and what it is compared to; all without a name. Empty where nothing is called so. */
export function chosen(only: string | null): readonly Contender[] {
  if (only === null) return contenders
  const named = contenders.filter(({ name }) => name === only)
  const wanted = new Set(named.flatMap(({ name, comparisons }) => [name, ...comparisons.map(({ to }) => to)]))
  return contenders.filter(({ name }) => wanted.has(name))
}
