// The serving process, as its parent sees it.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Steps } from './serving.ts'

type Said = { readonly value: unknown } | { readonly error: string } | { readonly done: number }

export class ServingProcess {
  readonly #child: ChildProcess
  readonly #progress: (done: number) => void

  private constructor(child: ChildProcess, progress: (done: number) => void) {
    this.#child = child
    this.#progress = progress
  }

  /**
   * @param script - serving.js
   * @param store - an SQLite file, or `memory`, which it fills before this resolves
   */
  static async start(
    script: string,
    store: string,
    { tokens, sessions, now }: { readonly tokens: string; readonly sessions: number; readonly now: number },
    progress: (done: number) => void = () => {},
  ): Promise<ServingProcess> {
    const child = fork(script, [store, tokens, String(sessions), String(now)], {
      execArgv: ['--expose-gc', ...(store === 'memory' ? ['--max-old-space-size=8192'] : [])],
    })
    const started = new ServingProcess(child, progress)
    await started.#answer()
    return started
  }

  async ask<Name extends keyof Steps>(
    name: Name,
    ...args: Parameters<Steps[Name]>
  ): Promise<Awaited<ReturnType<Steps[Name]>>> {
    const answer = this.#answer()
    this.#child.send({ name, args })
    return (await answer) as Awaited<ReturnType<Steps[Name]>>
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.disconnect()
    await gone
  }

  async #answer(): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const told = (said: Said) => {
      if ('done' in said) this.#progress(said.done)
      else if ('error' in said) reject(new Error(said.error))
      else resolve(said.value)
    }
    const exited = () => reject(new Error('the serving process ended'))
    this.#child.on('message', told).once('exit', exited)
    try {
      return await promise
    } finally {
      this.#child.off('message', told).off('exit', exited)
    }
  }
}
