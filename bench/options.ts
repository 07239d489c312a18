// What may be asked of the bench.

import { parseArgs } from 'node:util'
import { contenders } from './contenders.ts'

export const HELP = `\
npm run bench -- [--rounds N] [--seconds S] [--only NAME]

What a live session costs over the same server without one, beside express-session. Every answer is checked to the byte.
The gateway has a bench of its own: npm run bench:gateway

  --rounds N     how often each is measured, in turn with the others (default 7)
  --seconds S    how long each time (default 2)
  --only NAME    one of: ${contenders.map(({ name }) => name).join(', ')};
                 what it is compared to runs along
  --help         this
`

export interface Options {
  readonly rounds: number
  readonly seconds: number
  readonly only: string | null
  readonly help: boolean
}

/** @throws an Error that says which option is wrong, and what it may be */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '7' },
      seconds: { type: 'string', default: '2' },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    rounds: readRounds(values.rounds),
    seconds: readSeconds(values.seconds),
    only: readOnly(
      values.only,
      contenders.map(({ name }) => name),
    ),
    help: values.help,
  }
}

export function readRounds(text: string): number {
  const rounds = Number(text)
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds: write a whole number from 1')
  return rounds
}

export function readSeconds(text: string): number {
  const seconds = Number(text)
  if (!(seconds > 0 && seconds <= 600)) throw new Error('--seconds: write a number above 0, at most 600')
  return seconds
}

export function readOnly(text: string | undefined, names: readonly string[]): string | null {
  if (text !== undefined && !names.includes(text)) throw new Error(`--only: write one of ${names.join(', ')}`)
  return text ?? null
}
