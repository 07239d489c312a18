// The serving thread's end of the writer thread: a queue, of which one batch at a time is under way.
//
// While a batch is being committed the next one gathers; so a busy disk makes larger batches, not longer queues. Only
// what was handed to a thread that died is in doubt; what still waited here goes to the next thread. A thread is
// started by the first write, keeps the process alive while it has work, and never otherwise.

import type { Worker } from 'node:worker_threads'
import { NotApplied } from '../../store.ts'
import type { BatchOptions } from './batch.ts'
import type { Arguments, Operation, OperationName, Outcome, Result } from './operations.ts'
import { beforeAnswers } from './turn.ts'

const MAX_BATCH = 256
const MAX_QUEUE = 10_000
const FIRST_REST = 250
const LONGEST_REST = 10_000
/** Megabytes. */
const YOUNG_GENERATION = 8

interface Pending {
  readonly operation: Operation
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
}

export class Writer {
  readonly #file: string
  readonly #start: () => Worker
  #queue: Pending[] = []
  #underWay: Pending[] = []
  #worker: Worker | undefined
  #scheduled = false
  /** Threads that died in a row, before which no new one is started, and what the last one died of. */
  #deaths = 0
  #restUntil = 0
  #diedOf = ''
  #closed = false
  #whenIdle: (() => void) | undefined

  constructor(options: BatchOptions, start = () => startThread(options)) {
    this.#file = options.file
    this.#start = start
  }

  /** Settles when the write is committed, or when it is clear that it is not. */
  write<Name extends OperationName>(name: Name, ...args: Arguments<Name>): Promise<Result<Name>> {
    if (this.#closed) return Promise.reject(new NotApplied(`${this.#file}: the store was closed`))
    if (this.#queue.length >= MAX_QUEUE) {
      return Promise.reject(new NotApplied(`${this.#file}: ${MAX_QUEUE} writes are waiting for the disk already`))
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ operation: { name, args } as unknown as Operation, resolve, reject })
      this.#schedule()
    })
  }

  /** Takes no more writes, and waits for those that were asked for. */
  async drain(): Promise<void> {
    this.#closed = true
    if (this.#queue.length + this.#underWay.length === 0) return
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve
    })
  }

  /** Ends the thread, after `drain`. */
  async end(): Promise<void> {
    const worker = this.#worker
    if (worker === undefined) return
    worker.ref()
    await new Promise((resolve) => {
      worker.once('exit', resolve)
      worker.postMessage(null)
    })
  }

  // At the end of the running piece of code: what it asked for together goes together.
  #schedule(): void {
    if (this.#scheduled || this.#underWay.length > 0) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.#send()
    })
  }

  #send(): void {
    if (this.#underWay.length > 0) return
    if (this.#queue.length === 0) {
      this.#worker?.unref()
      this.#whenIdle?.()
      return
    }
    try {
      const worker = this.#ready()
      this.#underWay = this.#queue.splice(0, MAX_BATCH)
      worker.postMessage(this.#underWay.map(({ operation }) => operation))
      worker.ref()
    } catch (error) {
      const refused = [...this.#underWay, ...this.#queue.splice(0)]
      this.#underWay = []
      for (const { reject } of refused) reject(new NotApplied((error as Error).message, { cause: error }))
      this.#whenIdle?.()
    }
  }

  #ready(): Worker {
    if (this.#worker !== undefined) return this.#worker
    if (performance.now() < this.#restUntil) {
      throw new Error(`${this.#file}: the writer thread died ${this.#deaths} times in a row: ${this.#diedOf}`)
    }
    const worker = this.#start()
    worker.on('message', (outcomes: readonly Outcome[]) => this.#settle(outcomes))
    worker.on('error', (error: unknown) => {
      this.#diedOf = (error as Error).message
    })
    worker.on('messageerror', () => void worker.terminate())
    worker.once('exit', (code) => this.#died(worker, code))
    this.#worker = worker
    return worker
  }

  #settle(outcomes: readonly Outcome[]): void {
    this.#deaths = 0
    const settled = this.#underWay
    this.#underWay = []
    beforeAnswers()
    settled.forEach(({ resolve, reject }, i) => {
      const outcome = outcomes[i] as Outcome
      if (outcome.state === 'done') resolve(outcome.value as never)
      else reject(outcome.effect === 'none' ? new NotApplied(outcome.message) : new Error(outcome.message))
    })
    this.#send()
  }

  #died(worker: Worker, code: number): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const lost = this.#underWay
    if (this.#closed && lost.length + this.#queue.length === 0) return
    this.#underWay = []
    this.#diedOf ||= `it exited with code ${code}`
    // The first death may be bad luck; after that, longer and longer rests.
    this.#deaths += 1
    const rest = this.#deaths === 1 ? 0 : Math.min(FIRST_REST * 2 ** (this.#deaths - 2), LONGEST_REST)
    this.#restUntil = performance.now() + rest
    beforeAnswers() // what was under way may have been committed
    for (const { reject } of lost) {
      reject(new Error(`${this.#file}: the writer thread died before it answered (${this.#diedOf})`))
    }
    this.#send()
  }
}

/** The thread's file has this file's ending: `.ts` in the source tree, `.js` where it is published. */
function startThread(options: BatchOptions): Worker {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const { Worker: Thread } = process.getBuiltinModule('node:worker_threads')
  // No flags of the process: what it preloads (an agent, a debugger) is not meant for this thread.
  return new Thread(new URL(`./thread.${ending}`, import.meta.url), {
    name: 'coatcheck-sqlite',
    workerData: options,
    execArgv: [],
    // What a batch leaves behind is soon garbage: without a bound it would fill 60 MB before anybody looks.
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION },
  })
}
