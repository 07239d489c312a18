// Another real process on the same file, which does what a test tells it.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Store } from '../store.ts'

export type Request =
  | { readonly do: 'lock' | 'unlock' }
  /** Opens another file (the one of the constructor is opened when it is needed) and leaves the one before. */
  | { readonly do: 'open'; readonly file: string }
  | { readonly do: 'call'; readonly method: keyof Store; readonly args: readonly unknown[] }
  | { readonly do: 'update'; readonly cookies: string | undefined; readonly times: number }

export interface Answer {
  readonly n: number
  readonly value?: unknown
  readonly error?: string
}

export class OtherProcess {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  #asked = 0

  constructor(file: string) {
    const script = fileURLToPath(new URL('./store-process.ts', import.meta.url))
    this.#child = fork(script, [file], { serialization: 'advanced', execArgv: [] })
    this.#child.on('message', ({ n, value, error }: Answer) => {
      if (error === undefined) this.#waiting.get(n)?.resolve(value)
      else this.#waiting.get(n)?.reject(new Error(error))
      this.#waiting.delete(n)
    })
    this.#child.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the other process is gone'))
    })
  }

  ask(request: Request): Promise<unknown> {
    const waiting = Promise.withResolvers<unknown>()
    const n = this.#asked++
    this.#waiting.set(n, waiting)
    this.#child.send({ ...request, n })
    return waiting.promise
  }

  /** Calls a method of the other process's store. */
  call<Method extends Exclude<keyof Store, 'name'>>(
    method: Method,
    ...args: Parameters<NonNullable<Store[Method]>>
  ): Promise<unknown> {
    return this.ask({ do: 'call', method, args })
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }
}
