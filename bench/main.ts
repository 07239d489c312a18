// `npm run bench`: the library. See `--help`.

import { cpus } from 'node:os'
import { chosen } from './contenders.ts'
import { findCores, pinClient, places } from './cores.ts'
import { HELP, type Options, readOptions } from './options.ts'
import { arePackagesInstalled, installPackages } from './packages.ts'
import { progress } from './progress.ts'
import { CONNECTIONS, run } from './run.ts'
import { busy, table } from './table.ts'

/** From here on a contender had its core for itself. */
const ALL = 0.9

try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) console.log(HELP)
  else await bench(options)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

async function bench({ rounds, seconds, only }: Options): Promise<void> {
  if (!arePackagesInstalled()) {
    progress('installing packages')
    installPackages()
  }
  const cores = findCores()
  if (cores !== null) pinClient(cores)
  const results = await run({ contenders: chosen(only), rounds, seconds, cores, progress })
  progress('')
  console.log(
    `coatcheck bench, library: ${rounds} interleaved rounds of ${seconds} s, ${CONNECTIONS} keep-alive connections, ` +
      `one live session; every answer was checked\nNode ${process.version}, ${cpus()[0]?.model}; ${places(cores)}\n`,
  )
  console.log(`A live session is read, and its user and a counter answered\n\n${table(results)}`)
  console.log(`
Figures are medians over the rounds, in brackets the 95 % bootstrap interval of the median, of differences
taken round by round. A bound is judged by processor time, which a client that is too slow does not
distort: held, missed (the whole interval is beyond it), or open. busy: how much of its core the contender used.`)
  if (results.some(({ turns }) => busy(turns) < ALL)) {
    console.log(`
Take these figures for a first impression: a contender had less than ${100 * ALL} % of its core. Either other programs ran
beside the bench, or the client could not keep up.`)
  }
}
