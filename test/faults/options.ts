// `npm run test:faults` on the command line.

import { parseArgs } from 'node:util'

export const HELP = `npm run test:faults -- [--only TEXT] [--rounds N | --minutes N] [--seed N] [--keep]

Real processes of @coatcheck/session are at work on one SQLite file: they sign in, update, rotate, sign out, end and end
all, and write down outside of it what they were promised, when the promise has resolved. Then something happens to them,
to their file, to its disk or to their clock. Afterwards a process that starts now opens the file, and what was promised
is compared with what there is:

  nothing that was acknowledged as ended is honoured, by anybody, ever
  nothing that was acknowledged as written is lost
  what was refused did not happen, and what was in doubt is wholly one or the other

  --only TEXT    the faults with TEXT in their name, as in the table's first column
  --rounds N     so many rounds of each fault (default: as many as take about four minutes in all)
  --minutes N    goes on from the beginning, with other choices, until so many minutes are over
  --seed N       the choices of an earlier run; which process is faster is not in our hands
  --keep         leaves all folders, not only those where a promise was broken

Linux. As root all faults can be tried (a small tmpfs is mounted, and unmounted at the end); what cannot be tried here is
said, and counts as a failure where COATCHECK_REQUIRE_SERVERS is set. Wants strace and libfaketime (Debian's names).
A folder that is left has in it the database, and in journals/ a line before and a line after each act, as JSON.

Exit code 0: all promises were kept. 1: one was broken, or a fault could not be tried that had to be.
`

export interface Options {
  readonly help: boolean
  readonly only: string
  readonly rounds: number | null
  readonly minutes: number
  readonly seed: number
  readonly keep: boolean
}

export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      rounds: { type: 'string' },
      minutes: { type: 'string', default: '0' },
      seed: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  return {
    help: values.help,
    only: values.only,
    keep: values.keep,
    rounds: values.rounds === undefined ? null : whole('--rounds', values.rounds, 1),
    minutes: whole('--minutes', values.minutes, 0),
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : whole('--seed', values.seed, 0),
  }
}

function whole(name: string, text: string, min: number): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < min) throw new Error(`${name} wants a whole number from ${min}`)
  return number
}
