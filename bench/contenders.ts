// Who is measured, against whom, and what the design promises of it (docs: "Numbers to hold").

export interface Contender {
  readonly name: string
  readonly group: 'library' | 'gateway'
  readonly title: string
  readonly file: string
  /** What its process is told: nothing, an SQLite file of its own, or the port of the application behind it. */
  readonly needs: 'nothing' | 'file' | 'application'
  readonly comparisons: readonly Comparison[]
}

export interface Comparison {
  /** Another contender of the group. */
  readonly to: string
  /** `added`: microseconds a request more than the other. `ratio`: its speed as a share of the other's. */
  readonly as: 'added' | 'ratio'
  /** The most that may be added, or the least ratio; null where nothing is promised. */
  readonly bound: number | null
}

export const contenders: readonly Contender[] = [
  {
    name: 'bare',
    group: 'library',
    title: 'bare node:http server',
    file: 'servers/bare.ts',
    needs: 'nothing',
    comparisons: [],
  },
  {
    name: 'memory',
    group: 'library',
    title: 'coatcheck, memory',
    file: 'servers/coatcheck.ts',
    needs: 'nothing',
    comparisons: [{ to: 'bare', as: 'added', bound: 3 }],
  },
  {
    name: 'sqlite',
    group: 'library',
    title: 'coatcheck, SQLite',
    file: 'servers/coatcheck.ts',
    needs: 'file',
    comparisons: [{ to: 'bare', as: 'added', bound: 6 }],
  },
  {
    name: 'express-session',
    group: 'library',
    title: 'express-session, MemoryStore',
    file: 'servers/express-session.ts',
    needs: 'nothing',
    comparisons: [{ to: 'bare', as: 'added', bound: null }],
  },
  {
    name: 'dispatch',
    group: 'gateway',
    title: 'forwarder on undici Pool.dispatch',
    file: 'forwarder-dispatch.ts',
    needs: 'application',
    comparisons: [],
  },
  {
    name: 'stream',
    group: 'gateway',
    title: 'forwarder on undici Pool.stream',
    file: 'forwarder-stream.ts',
    needs: 'application',
    comparisons: [],
  },
  {
    name: 'gateway',
    group: 'gateway',
    title: 'coatcheck gateway',
    file: 'servers/gateway.ts',
    needs: 'application',
    comparisons: [
      { to: 'dispatch', as: 'ratio', bound: 0.9 },
      { to: 'stream', as: 'ratio', bound: 1 },
    ],
  },
]

/** What is named, and what it is compared to; all without a name. Empty where nothing is called so. */
export function chosen(only: string | null): readonly Contender[] {
  if (only === null) return contenders
  const named = contenders.filter(({ name, group }) => name === only || group === only)
  const wanted = new Set(named.flatMap(({ name, comparisons }) => [name, ...comparisons.map(({ to }) => to)]))
  return contenders.filter(({ name }) => wanted.has(name))
}
