// What may be asked of the bench of scale.

import { parseArgs } from 'node:util'
import { readOnly } from '../options.ts'

export const PARTS = ['sqlite', 'memory', 'start'] as const
export type Part = (typeof PARTS)[number]

export const HELP = `\
npm run bench:scale -- [--sessions N] [--only PART] [--file FILE] [--write]

A million sessions in an SQLite file, and what must hold there: lookups, memory, lists and sign-outs of a user with very
many sessions, a sweep while requests are served. Then the same in memory, and how long a start takes.
It takes some six minutes and 2 GB of disk.

  --sessions N  how many (default 1000000). The bars are for a million
  --only PART   one of: ${PARTS.join(', ')}
  --file FILE   keeps the filled file there, and takes what an earlier run has kept there. FILE itself is not changed:
                what is measured works on a copy in FILE's folder
  --write       writes the result to bench/RESULTS-scale.md as well
  --help        this
`

export interface Options {
  readonly sessions: number
  readonly only: Part | null
  readonly file: string | null
  readonly write: boolean
  readonly help: boolean
}

/** @throws an Error that says which option is wrong, and what it may be */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sessions: { type: 'string', default: '1000000' },
      only: { type: 'string' },
      file: { type: 'string' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    sessions: readSessions(values.sessions),
    only: readOnly(values.only, PARTS) as Part | null,
    file: values.file ?? null,
    write: values.write,
    help: values.help,
  }
}

function readSessions(text: string): number {
  const sessions = Number(text)
  if (!Number.isInteger(sessions) || sessions < 1000) throw new Error('--sessions: write a whole number from 1000')
  return sessions
}
