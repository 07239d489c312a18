// What may be asked of the bench of the gateway.

import { parseArgs } from 'node:util'
import { readOnly, readRounds, readSeconds } from '../options.ts'
import { contenders } from './contenders.ts'
import { scenarios } from './scenarios.ts'

const NAMES = [...scenarios, ...contenders].map(({ name }) => name)

export const HELP = `\
npm run bench:gateway -- [--rounds N] [--seconds S] [--only NAME] [--quick] [--write]

How fast the gateway is with its vault and live sessions, beside bare forwarders and other proxies before the same
application. Every answer is checked to the byte.

  --rounds N     how often each is measured, in turn with the others (default 15)
  --seconds S    how long each time, and twice as long those with a bar (default 0.25)
  --only NAME    a scenario: ${scenarios.map(({ name }) => name).join(', ')};
                 or a contender beside the bare forwarders: ${contenders.map(({ name }) => name).join(', ')}
  --quick        5 rounds, and no latencies: for a first impression
  --write        writes the result to bench/RESULTS-gateway.md as well
  --help         this
`

export interface Options {
  readonly rounds: number
  readonly seconds: number
  readonly latencySeconds: number | null
  readonly only: string | null
  readonly write: boolean
  readonly help: boolean
}

/** @throws an Error that says which option is wrong, and what it may be */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string', default: '0.25' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const { quick, write, help } = values
  return {
    rounds: readRounds(values.rounds ?? (quick ? '5' : '15')),
    seconds: readSeconds(values.seconds),
    latencySeconds: quick ? null : 1,
    only: readOnly(values.only, NAMES),
    write,
    help,
  }
}
