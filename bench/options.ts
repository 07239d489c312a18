// What may be asked of the bench.

import { parseArgs } from 'node:util'
import { contenders } from './contenders.ts'

export const HELP = `\
npm run bench -- [--rounds N] [--seconds S] [--only NAME] [--write]

What a live session costs over the same server without one, beside peers. Every answer is checked to the byte.
The gateway has a bench of its own: npm run bench:gateway

  --rounds N     how often each is measured, in turn with the others (default 21)
  --seconds S    how long each time (default 0.4)
  --only NAME    one of: ${contenders.map(({ name }) => name).join(', ')};
                 its bare server runs along
  --write        writes the result to bench/RESULTS.md as well
  --help         this
`

export interface Options {
  readonly rounds: number
  readonly seconds: number
  readonly only: string | null
  readonly write: boolean
  readonly help: boolean
}

/** @throws an Error that says which option is wrong, and what it may be */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '21' },
      seconds: { type: 'string', default: '0.4' },
      only: { type: 'string' },
      write: { type: 'boolean', default: false },
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
    write: values.write,
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
