// Which core does what, where the system has `taskset`: what is measured has one for itself, whoever asks and whoever
// answers behind it share another, or have one each where there are more.

import { spawnSync } from 'node:child_process'

export interface Cores {
  readonly measured: number
  readonly client: number
  readonly application: number
  /** A second one for what is measured where it is several processes: one to itself, or the client's. */
  readonly second: number
}

/** Null where nothing can be pinned: one core alone, or no `taskset`. */
export function findCores(): Cores | null {
  const { status, stdout } = spawnSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' })
  if (status !== 0) return null
  const [measured, client, application = client, second = client] = numbers(/: ([\d,-]+)\s*$/.exec(stdout)?.[1] ?? '')
  return measured === undefined || client === undefined
    ? null
    : { measured, client, application: application as number, second: second as number }
}

/** Moves this process, the client, to its core. */
export function pinClient({ client }: Cores): void {
  spawnSync('taskset', ['-acp', String(client), String(process.pid)])
}

/** In words. */
export function places(cores: Cores | null): string {
  if (cores === null) return 'nothing was pinned to a core (one core alone, or no taskset): expect noise'
  const { measured, client, application } = cores
  const shared =
    client === application
      ? `the client and the application behind the gateway share core ${client}`
      : `the client has core ${client}, the application behind the gateway core ${application}`
  return `what is measured has core ${measured} for itself, ${shared}`
}

/** `0-2,5` is 0, 1, 2 and 5. */
function numbers(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  })
}
