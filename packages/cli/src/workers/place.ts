// A worker's place: the process that is in it now, as the primary knows it, and what became of those before.

import type { Worker } from 'node:cluster'
import { once } from 'node:events'
import type { FromWorker, ToWorker } from './messages.ts'

/** A reload opens listeners and sites: seconds, on a machine that has much to do. */
const ANSWERS_WITHIN = 30_000

export class Place {
  readonly number: number
  /** How many in a row died soon. */
  soon = 0
  /** When the one that is there began to serve; null while it does not. */
  servesSince: number | null = null
  /** Why it could not start, in its own words. */
  reason: string | null = null
  #worker: Worker | null = null
  /** Of what was asked and is not answered, the first one first. */
  readonly #asked: PromiseWithResolvers<FromWorker>[] = []
  #pause: NodeJS.Timeout | undefined

  constructor(number: number) {
    this.number = number
  }

  get pid(): number | undefined {
    return this.#worker?.process.pid
  }

  /** @param died - hears once that it is gone, with the reason */
  take(worker: Worker, hear: (message: FromWorker) => void, died: (why: string) => void): void {
    this.#worker = worker
    this.servesSince = null
    this.reason = null
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'reloaded' || message.type === 'kept') this.#asked.shift()?.resolve(message)
      else hear(message)
    })
    worker.on('error', () => {}) // of a word to one that is just ending; its end is heard
    worker.once('exit', (code: number, signal: string | null) => {
      this.#worker = null
      const why = this.reason ?? (signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`)
      for (const { reject } of this.#asked.splice(0)) reject(new Error(`worker ${this.number} died meanwhile: ${why}`))
      died(why)
    })
  }

  tell(message: ToWorker): void {
    const worker = this.#worker
    if (worker?.isConnected()) worker.process.send(message, () => {})
  }

  /**
   * Tells it, and resolves to what it says to that. One that says nothing serves nobody either, and is ended.
   *
   * @param within - milliseconds
   * @throws an Error where it dies first
   */
  async ask(message: ToWorker, within = ANSWERS_WITHIN): Promise<FromWorker> {
    const answer = Promise.withResolvers<FromWorker>()
    this.#asked.push(answer)
    const patience = setTimeout(() => {
      this.reason = `it did not answer for ${within / 1000} s`
      this.kill()
    }, within)
    this.tell(message)
    try {
      return await answer.promise
    } finally {
      clearTimeout(patience)
    }
  }

  /** Calls back when its next one is due; `clear` takes that back. */
  rest(milliseconds: number, over: () => void): void {
    this.#pause = setTimeout(over, milliseconds)
  }

  clear(): void {
    clearTimeout(this.#pause)
  }

  /** Resolves when nobody is here. */
  async empty(): Promise<void> {
    if (this.#worker !== null) await once(this.#worker, 'exit')
  }

  kill(): void {
    this.#worker?.process.kill('SIGKILL')
  }
}
