// `npm run bench:scale`. See `--help`.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { whole } from '../figures.ts'
import { progress } from '../progress.ts'
import { emitServing } from './emitted.ts'
import { filled } from './filled.ts'
import { HELP, type Options, type Part, readOptions } from './options.ts'
import { runInFile, runInMemory } from './run.ts'
import { startTable } from './start.ts'
import { fileTable, memoryTable } from './table.ts'

const NOTES = `A request comes each millisecond while something is measured. Held up: how much later than due a timer ran that
is due each millisecond; its own work: the processor time that the serving thread used between two such timers.
A bar is open where the loop was late for longer than its own work explains: another program had the core.`

const FILE = join(import.meta.dirname, '../RESULTS-scale.md')
const CACHE = join(import.meta.dirname, '../../.cache')

try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) console.log(HELP)
  else await bench(options)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

async function bench({ sessions, only, file, write }: Options): Promise<void> {
  const load = loadavg()[0]?.toFixed(1)
  const about = `Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model}; load when it began: ${load}`
  console.log(`coatcheck bench, scale: ${about}`)
  const parts: string[] = []
  const wanted = (part: Part) => only === null || only === part
  const tell = (title: string, table: string) => {
    progress('')
    parts.push(`${title}\n\n${table}`)
    console.log(`\n${parts.at(-1)}`)
  }
  const folder = await mkdtemp(join(file === null ? tmpdir() : dirname(file), 'coatcheck-scale-'))
  await mkdir(CACHE, { recursive: true })
  const emitted = await mkdtemp(join(CACHE, 'scale-'))
  try {
    progress('compiling')
    const script = emitServing(emitted)
    if (wanted('sqlite')) {
      const seen = await runInFile(script, await filled(folder, file, sessions, progress), folder, progress)
      tell(`${whole(sessions)} sessions in SQLite`, fileTable(seen))
    }
    if (wanted('memory')) {
      tell(
        `${whole(sessions)} sessions in memory`,
        memoryTable(await runInMemory(script, sessions, join(folder, 'tokens'), progress)),
      )
    }
    if (wanted('start')) tell('A start', await startTable(emitted, progress))
  } finally {
    await rm(folder, { recursive: true, force: true })
    await rm(emitted, { recursive: true, force: true })
  }
  console.log(`\n${NOTES}`)
  if (write) await writeFile(FILE, page(about, parts.join('\n\n')))
}

function page(about: string, text: string): string {
  return `# A million sessions, and a start: one run

Written by \`npm run bench:scale -- --write\` on ${new Date().toISOString().slice(0, 10)}. What is measured and what the figures mean:
[docs/speed.md](../docs/speed.md).

${about}

\`\`\`
${text}

${NOTES}
\`\`\`
`
}
