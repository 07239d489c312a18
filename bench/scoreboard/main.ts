// `npm run scoreboard`. See `--help`.

import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { arePackagesInstalled, installPackages } from '../packages.ts'
import { progress } from '../progress.ts'
import { contenders } from './contenders.ts'
import { DOCUMENT, document, isRed, kept, RESULTS, type Results, terminal } from './document.ts'
import { type Cell, playAll } from './play.ts'
import { trials } from './trials.ts'

const HELP = `\
npm run scoreboard -- [--only NAME ...] [--write]

One little site on the sessions of coatcheck and of its peers, each set up as its own documentation says, under the same
attacks. Exits with 1 where coatcheck does not hold, or where a control failed.

  --only NAME ...   contenders (${contenders.map(({ name }) => name).join(', ')})
                    and attacks (${trials.map(({ id }) => id).join(', ')};
                    F4 is all that begin so); prints what was said in each
  --write           writes docs/scoreboard.md as well, unless it exits with 1
  --help            this
`

const AT_ONCE = 3

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) console.log(HELP)
  else await run(positionals, values.write)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

async function run(names: readonly string[], write: boolean): Promise<void> {
  if (!arePackagesInstalled()) {
    progress('installing packages')
    installPackages()
  }
  const whom = contenders.filter(({ name }) => names.includes(name))
  const what = trials.filter(({ id }) => names.some((name) => id.startsWith(name)))
  for (const name of names) {
    const isKnown = whom.some((one) => one.name === name) || what.some(({ id }) => id.startsWith(name))
    if (!isKnown) throw new Error(`--only: ${name} is neither a contender nor an attack; see --help`)
  }
  if (write && names.length > 0) throw new Error('--write: without --only, or the document would have gaps')
  const chosen = whom.length > 0 ? whom : contenders
  const cells = await cellsOf(chosen, what.length > 0 ? what : trials)
  progress('')
  const versions = Object.fromEntries(
    await Promise.all(chosen.map(async (one) => [one.name, await one.version()] as const)),
  )
  const results: Results = { date: new Date().toISOString().slice(0, 10), node: process.version, versions, cells }
  console.log(terminal(results, names.length > 0))
  const isGood = !cells.some(isRed)
  if (!isGood) process.exitCode = 1
  if (write && isGood) {
    await writeFile(RESULTS, `${JSON.stringify(kept(results), null, 2)}\n`)
    await writeFile(DOCUMENT, document(kept(results)))
  }
}

/** Trial by trial in the order of the tables, though each contender has all of its own in a row. */
async function cellsOf(whom: typeof contenders, what: typeof trials): Promise<Cell[]> {
  const columns = new Map<string, Cell[]>()
  const next = whom.values()
  const worker = async () => {
    for (const one of next) {
      columns.set(one.name, await playAll(one, what, ({ title }) => progress(`${one.name}: ${title}`)))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return what.flatMap((_, row) => whom.map(({ name }) => columns.get(name)?.[row] as Cell))
}
