// `npm run bench`: the library. See `--help`.

import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { chosen } from './contenders.ts'
import { type Cores, findCores, pinClient, places } from './cores.ts'
import { whole } from './figures.ts'
import { HELP, type Options, readOptions } from './options.ts'
import { arePackagesInstalled, installPackages } from './packages.ts'
import { progress } from './progress.ts'
import { CONNECTIONS, type Result, run } from './run.ts'
import { busy, table } from './table.ts'

const FILE_OF_RESULTS = join(import.meta.dirname, 'RESULTS.md')

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

async function bench(options: Options): Promise<void> {
  if (!arePackagesInstalled()) {
    progress('installing packages')
    installPackages()
  }
  const cores = findCores()
  if (cores !== null) pinClient(cores)
  const { rounds, seconds, only, write } = options
  const results = await run({ contenders: chosen(only), rounds, seconds, cores, progress })
  progress('')
  const about = aboutRun(options, cores)
  const text = report(results)
  console.log(`coatcheck bench, library: ${about}\n\n${text}`)
  if (write) await writeFile(FILE_OF_RESULTS, page(about, text))
}

function aboutRun({ rounds, seconds }: Options, cores: Cores | null): string {
  return `${rounds} interleaved rounds of ${seconds} s in slices of 50 ms, each contender in turn
with its bare server; ${CONNECTIONS} keep-alive connections, one live session; every answer was checked.
Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model};
${places(cores)}.`
}

function report(results: readonly Result[]): string {
  const parts = [`A live session is read, and its user and a counter answered\n\n${table(results)}`]
  parts.push(`added µs: what a request costs more than the bare server's, measured beside it in the same round; medians
over the rounds, in brackets the 95 % bootstrap interval of the median. A bound is judged by CPU time,
which a client that is too slow does not distort: held, missed (the whole interval is beyond it), or
open. busy: how much of its core the contender used.`)
  for (const { contender, commits } of results) {
    if (commits === null) continue
    parts.push(`${contender.title}: ${whole(commits)} times a second\nto the same file, on the client's core.`)
  }
  if (results.some(({ turns }) => busy(turns) < ALL)) {
    parts.push(`Where a contender had less than ${100 * ALL} % of its core, other programs ran beside the bench, or the client
could not keep up: its requests/s are not its own, and what is added by throughput neither.`)
  }
  return parts.join('\n\n')
}

function page(about: string, text: string): string {
  return `# What a live session costs: one run

Written by \`npm run bench -- --write\` on ${new Date().toISOString().slice(0, 10)}. Only the differences travel to another machine, and they
not far: they shrink and grow with its processor. What peers are told is in \`bench/servers/\`, what their
packages' documentation recommends.

${about}

\`\`\`
${text}
\`\`\`
`
}
