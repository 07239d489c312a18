// A contender's process, as its parent sees it.

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { processorTimeOf } from './proc.ts'
import { type Listens, type Said, USED, type Used } from './servers/serve.ts'
import type { Measured } from './turn.ts'

export class Child implements Measured {
  readonly port: number
  readonly #process: ChildProcess
  readonly #hasOthers: boolean

  private constructor(child: ChildProcess, { port, hasOthers }: Listens) {
    this.#process = child
    this.#hasOthers = hasOthers
    this.port = port
  }

  /** Resolves once it listens. `file` is seen from this folder; `core` may be a list as taskset reads it; null leaves the choice to the system. */
  static async start(file: string, args: readonly string[], core: number | string | null): Promise<Child> {
    const node = [process.execPath, join(import.meta.dirname, file), ...args]
    const [command, ...rest] = core === null ? node : ['taskset', '-c', String(core), ...node]
    const child = spawn(command as string, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const said = await next(child, file)
    if (!('port' in said)) throw new Error(`${file} says something else than its port`)
    return new Child(child, said)
  }

  async used(): Promise<Used> {
    // Without asking it, where the system tells: the answer would be work for it.
    const cpu = this.#hasOthers ? Number.NaN : processorTimeOf(this.#process.pid as number)
    if (!Number.isNaN(cpu)) return { cpu }
    const answer = next(this.#process, 'a contender')
    this.#process.send(USED)
    const said = await answer
    if (!('cpu' in said)) throw new Error('a contender says something else than what it used')
    return said
  }

  /** Says something that only this program understands. */
  tell(what: string): void {
    this.#process.send(what)
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return
    const gone = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.disconnect()
    await gone
  }
}

function next(child: ChildProcess, name: string): Promise<Said> {
  return new Promise((resolve, reject) => {
    const settle = (work: () => void) => {
      child.off('message', told).off('exit', exited).off('error', failed)
      work()
    }
    const told = (said: Said) => settle(() => resolve(said))
    const exited = () => settle(() => reject(new Error(`the process of ${name} ended`)))
    const failed = (error: Error) => settle(() => reject(error))
    child.on('message', told).on('exit', exited).on('error', failed)
  })
}
