// How long a start takes: of the packages as they are published, each time in a new process.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { packAll } from '../../scripts/pack/pack.ts'
import { aligned } from '../figures.ts'
import { median } from '../statistics.ts'
import { IMPORT, READY } from './bars.ts'

const ROOT = join(import.meta.dirname, '../..')
const ROUNDS = 15
/** Milliseconds between two attempts to reach a gateway that does not listen yet. */
const ATTEMPTS = 2

/** @param folder - in the checkout, where the packages' own packages are found */
export async function startTable(folder: string, progress: (doing: string) => void): Promise<string> {
  progress('packing')
  unpack(folder)
  const sources = join(ROOT, 'packages/session/src/index.ts')
  const scripts = { nothing: '', library: `import '@coatcheck/session'`, sources: `import ${JSON.stringify(sources)}` }
  const took = { nothing: [] as number[], library: [] as number[], sources: [] as number[], gateway: [] as number[] }
  for (let round = 1; round <= ROUNDS; round++) {
    progress(`starting: round ${round} of ${ROUNDS}`)
    for (const name of ['nothing', 'library', 'sources'] as const) took[name].push(startOf(folder, scripts[name]))
    took.gateway.push(await readiness(folder))
  }
  const over = (name: 'library' | 'sources' | 'gateway') =>
    median(took[name].map((value, i) => value - (took.nothing[i] as number)))
  const row = (what: string, value: number, bar?: number) => [
    what,
    value.toFixed(1),
    ...(bar === undefined ? ['', ''] : [`≤ ${bar}`, value <= bar ? 'held' : 'missed']),
  ]
  return aligned([
    [`Milliseconds, medians of ${ROUNDS}`, 'measured', 'bar', ''],
    row('  node without a program, to its end', median(took.nothing)),
    row('  import of the library, added to that', over('library'), IMPORT),
    row('  import of its TypeScript sources, added to that', over('sources')),
    row('  coatcheck serve, from its spawn to its first answer', median(took.gateway), READY),
    row('  the same without what node itself takes', over('gateway')),
  ])
}

/** The packages as npm would install them, in `folder/node_modules`; what they need is found in the checkout. */
function unpack(folder: string): void {
  for (const { name, file } of packAll(ROOT, join(folder, 'tarballs'))) {
    const to = join(folder, 'node_modules', name)
    mkdirSync(to, { recursive: true })
    const { status, stderr } = spawnSync('tar', ['xzf', file, '--strip-components=1', '-C', to], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${file} could not be unpacked: ${stderr}`)
  }
}

function startOf(folder: string, script: string): number {
  const began = performance.now()
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return performance.now() - began
}

/** Until `coatcheck serve` answers a request; what it answers while its application is not there will do. */
async function readiness(folder: string): Promise<number> {
  const port = await freePort()
  const command = join(folder, 'node_modules/coatcheck/bin/coatcheck.js')
  const args = [command, 'serve', '--upstream', 'http://127.0.0.1:9', '--listen', `http://localhost:${port}`]
  const began = performance.now()
  const gateway = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const gone = once(gateway, 'exit')
  let isGone = false
  void gone.then(() => {
    isGone = true
  })
  try {
    while (!(await answers(port))) {
      if (isGone) throw new Error('coatcheck serve ended before it answered')
      await new Promise((resolve) => setTimeout(resolve, ATTEMPTS))
    }
    return performance.now() - began
  } finally {
    gateway.kill('SIGKILL')
    await gone
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ port, host: 'localhost', agent: false }, (response) => {
      response.resume()
      response.on('end', () => resolve(true))
    })
    request.on('error', () => resolve(false))
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
