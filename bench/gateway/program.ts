// A server that is no Node program, as the bench sees it: nginx, Apache httpd. One process, on the core of what is measured.

import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Kept, keep } from '../../examples/aspnet/keep.ts'
import { freePorts } from '../../examples/aspnet/ports.ts'
import { processorTimeOf } from '../proc.ts'
import type { Used } from '../servers/serve.ts'
import type { Measured } from '../turn.ts'

const PATIENCE = 10_000 // milliseconds

/** What to run. It writes its process id to the file `pid`. */
export interface Command {
  readonly name: string
  readonly path: string
  readonly args: readonly string[]
  /** By name, written into the folder. */
  readonly files: Readonly<Record<string, string>>
}

export class Program implements Measured {
  readonly port: number
  readonly #kept: Kept
  readonly #pid: number

  private constructor(port: number, kept: Kept, pid: number) {
    this.port = port
    this.#kept = kept
    this.#pid = pid
  }

  /** @throws an Error with the program's last lines */
  static async start(command: (folder: string, port: number) => Command, core: number | null): Promise<Program> {
    const [port] = (await freePorts('127.0.0.1', [0])) as [number]
    const folder = await mkdtemp(join(tmpdir(), 'coatcheck-bench-'))
    await chmod(folder, 0o755) // where root starts httpd, it goes on as somebody else
    for (const name of ['site', 'temp']) await mkdir(join(folder, name))
    const { name, path, args, files } = command(folder, port)
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text)
    const pinned = core === null ? [path, ...args] : ['taskset', '-c', String(core), path, ...args]
    const [first, ...rest] = pinned as [string, ...string[]]
    const env = { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8' }
    const kept = keep({ folder, programs: [{ name, command: first, args: rest }], env })
    try {
      const failed = kept.gone.then(async ({ reason }) => {
        throw new Error(`${name} ${reason}\n${await readFile(join(folder, `${name}.log`), 'utf8').catch(() => '')}`)
      })
      failed.catch(() => {})
      const pid = await Promise.race([failed, serving(port, join(folder, 'pid'))])
      return new Program(port, kept, pid)
    } catch (error) {
      await kept.close()
      throw error
    }
  }

  async used(): Promise<Used> {
    return { cpu: processorTimeOf(this.#pid) }
  }

  stop(): Promise<void> {
    return this.#kept.close()
  }
}

/** Resolves to its process id once it takes connections. */
async function serving(port: number, pidFile: string): Promise<number> {
  const end = performance.now() + PATIENCE
  while (performance.now() < end) {
    const pid = (await readFile(pidFile, 'utf8').catch(() => '')).trim()
    if (pid !== '' && (await takesConnections(port))) return Number(pid)
    await sleep(20)
  }
  throw new Error(`nothing listens on port ${port} after ${PATIENCE / 1000} s`)
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const end = (does: boolean) => {
      socket.destroy()
      resolve(does)
    }
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })
}
