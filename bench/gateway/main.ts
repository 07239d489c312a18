// `npm run bench:gateway`. See `--help`.

import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { type Cores, findCores, pinClient, places } from '../cores.ts'
import { arePackagesInstalled, installPackages } from '../packages.ts'
import { progress } from '../progress.ts'
import { HELP, type Options, readOptions } from './options.ts'
import { PACE } from './paced.ts'
import { ALL, busy, CONNECTIONS, type Outcome, run, SHARE } from './run.ts'
import { chosen } from './scenarios.ts'
import { barTable, lateness, table } from './table.ts'

const FILE = join(import.meta.dirname, '../RESULTS-gateway.md')

const SHARED = `
The second core is the client's and the application's as well here, so throughput cannot show it.`

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
  const { rounds, seconds, latencySeconds } = options
  const outcome = await run({ scenarios: chosen(options.only), rounds, seconds, latencySeconds, cores, progress })
  progress('')
  const about =
    `${rounds} interleaved rounds of ${seconds} s (twice that for those with a bar), ${CONNECTIONS} keep-alive\nconnections, each of another member. ` +
    `Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model};\n${places(cores)}.`
  const text = report(outcome, cores)
  console.log(`coatcheck bench, gateway: ${about}\n\n${text}`)
  if (options.write) await writeFile(FILE, page(about, text))
}

function report({ results, missing }: Outcome, cores: Cores | null): string {
  const parts = [table(results)]
  const isShared = cores === null || cores.second === cores.client
  const promised = barTable(results, isShared)
  if (promised !== null) parts.push(promised)
  parts.push(`CPU µs: processor time of the contender for a request. busy: how much of its core it used; below
${100 * ALL} % the client, the application or another program was in the way, and requests/s is not its own.
of dispatch: its speed as a share of the forwarder's on Pool.dispatch, by CPU time. Figures are
medians over the rounds; shares are taken round by round, in brackets the 95 % bootstrap interval
of their median. A bar is judged by CPU time: held, missed (the whole interval is below it), or open.`)
  if (results.some(({ rows }) => rows.some(({ name }) => name === 'workers'))) {
    parts.push(`workers ÷ sqlite: what two cores bear against one, by the CPU time that all processes together
take for a request at ${100 * PACE} % of what one bears, and by how much of it the busiest has.${isShared ? SHARED : ''}`)
  }
  const client = lateness(results)
  if (client !== null) {
    parts.push(`p50 and p99: latency at ${100 * SHARE} % of the contender's own requests/s, from when a request was due by a
schedule of independent arrivals. The client's own lateness is in it: p50 ${client.p50.toFixed(2)} ms, p99 ${client.p99.toFixed(2)} ms.`)
  }
  if (results.some(({ rows }) => rows.some(({ name, turns }) => name !== 'nginx' && busy(turns) < ALL))) {
    parts.push(
      `Some had less than ${100 * ALL} % of their core: take all of this for a first impression. They have no latencies.`,
    )
  }
  for (const line of missing) parts.push(`Not measured: ${line}`)
  return parts.join('\n\n')
}

function page(about: string, text: string): string {
  return `# How fast the gateway is: one run

Written by \`npm run bench:gateway -- --write\` on ${new Date().toISOString().slice(0, 10)}. What is measured and what the figures mean:
[docs/speed.md](../docs/speed.md). Only the ratios travel to another machine.

${about}

\`\`\`
${text}
\`\`\`
`
}
