// `npm run test:faults`: see `--help`.

import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Crew } from './crew/crew.ts'
import { emptyTally, type Fault, type Tally, type Trial } from './fault.ts'
import { faults } from './faults/all.ts'
import { HELP, type Options, readOptions } from './options.ts'
import { Random } from './random.ts'
import { compile, place } from './surroundings.ts'
import { type Row, table } from './table.ts'

const SPARES = 4
const SHOWN = 40

try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) process.stdout.write(HELP)
  else await run(options)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

async function run(options: Options): Promise<void> {
  const chosen = faults.filter(({ name }) => name.includes(options.only))
  if (chosen.length === 0) throw new Error(`no fault has "${options.only}" in its name`)
  const folder = mkdtempSync(join(place(), 'coatcheck-faults-'))
  chmodSync(folder, 0o755) // processes of another user have to pass
  await compile(folder)
  console.log(`coatcheck faults: Node ${process.version}, --seed ${options.seed}, in ${folder}\n`)
  const until = performance.now() + options.minutes * 60_000
  const rows = chosen.map(({ name, rules, missing }) => {
    return { name, rules, tally: emptyTally(), missing: missing?.() ?? null, seconds: 0 }
  })
  const crew = new Crew(SPARES)
  const random = new Random(options.seed)
  try {
    do {
      for (const [i, fault] of chosen.entries()) {
        if (rows[i]?.missing === null) await attempt(fault, rows[i], { options, folder, crew, random })
      }
    } while (performance.now() < until)
  } finally {
    await crew.end()
  }
  report(rows, options, folder)
}

interface Surroundings {
  readonly options: Options
  readonly folder: string
  readonly crew: Crew
  readonly random: Random
}

async function attempt(
  fault: Fault,
  row: Row & { seconds: number },
  { options, folder, crew, random }: Surroundings,
): Promise<void> {
  const { tally, name } = row
  const started = performance.now()
  const before = tally.broken.length
  const own = mkdtempSync(join(folder, 'fault-'))
  chmodSync(own, 0o755)
  const trial: Trial = {
    random: new Random(random.seed()),
    crew,
    tally,
    rounds: (usual) => options.rounds ?? usual,
    folder: (label) => mkdtempSync(join(own, `${label}-`)),
    progress: (round, of, note = '') => progress(`${name}: round ${round + 1} of ${of} ${note}`),
  }
  try {
    await fault.try(trial)
  } catch (error) {
    tally.broken.push(`${name}: ${(error as Error).stack}`)
  }
  progress('')
  row.seconds += (performance.now() - started) / 1000
  told(tally, before)
  if (!options.keep && tally.broken.length === before) {
    rmSync(own, { recursive: true, force: true })
  }
}

function told({ broken }: Tally, from: number): void {
  for (const problem of broken.slice(from, from + SHOWN)) console.log(`  ${problem}`)
  if (broken.length > from + SHOWN) console.log(`  … and ${broken.length - from - SHOWN} more`)
}

function report(rows: readonly Row[], { seed, keep }: Options, folder: string): void {
  console.log(table(rows))
  const failed = rows.some(({ tally }) => tally.broken.length > 0)
  const untried = rows.some(({ missing }) => missing !== null) && process.env.COATCHECK_REQUIRE_SERVERS === '1'
  if (failed) {
    console.log(`\nTo try the same choices again: npm run test:faults -- --seed ${seed}`)
    console.log(
      `What was left to look at: ${folder} (journals/ has what was promised, a line before and after each act)`,
    )
  } else if (!keep) rmSync(folder, { recursive: true, force: true })
  if (failed || untried) process.exitCode = 1
}

function progress(text: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${text.slice(0, (process.stdout.columns ?? 80) - 1)}`)
}
