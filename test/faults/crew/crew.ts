// The processes, seen from the parent: a few that wait with everything loaded, so that one which is needed is there.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Answer, Request } from './protocol.ts'

const SCRIPT = fileURLToPath(new URL('./worker.ts', import.meta.url))

export interface Refusal {
  readonly code: string
  readonly message: string
}

/** A request that a process answered with an error. */
export class Refused extends Error {
  readonly code: string

  constructor({ code, message }: Refusal) {
    super(message)
    this.code = code
  }
}

export interface ForkOptions {
  /** A program, with its arguments, that runs it: `['strace', '-f']`. */
  readonly wrapper?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export class Member {
  readonly child: ChildProcess
  readonly ready: Promise<void>
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  #heard: ((value: unknown) => void) | undefined
  #asked = 0

  constructor({ env = {}, wrapper = [] }: ForkOptions = {}) {
    const [command, ...args] = [...wrapper, process.execPath, '--expose-gc']
    this.child = fork(SCRIPT, [], {
      serialization: 'advanced',
      execPath: command as string,
      execArgv: args,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const ready = Promise.withResolvers<void>()
    this.ready = ready.promise
    this.#heard = () => ready.resolve()
    this.child.on('message', ({ n, value, error }: Answer) => {
      if (n === -1) return this.#heard?.(value)
      if (error === undefined) this.#waiting.get(n)?.resolve(value)
      else this.#waiting.get(n)?.reject(new Refused(error))
      this.#waiting.delete(n)
    })
    this.child.on('error', () => {}) // a message to one that was just killed
    this.child.on('exit', (code, signal) => {
      const gone = new Error(`a process is gone (${signal ?? code})`)
      ready.reject(gone)
      for (const { reject } of this.#waiting.values()) reject(gone)
      this.#waiting.clear()
    })
    this.ready.catch(() => {})
  }

  get pid(): number {
    return this.child.pid as number
  }

  get isGone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  ask<T = unknown>(request: Request): Promise<T> {
    const waiting = Promise.withResolvers<unknown>()
    waiting.promise.catch(() => {}) // whoever asks one that is being killed need not listen
    if (this.isGone) waiting.reject(new Error('a process is gone'))
    else {
      this.#waiting.set(this.#asked, waiting)
      this.child.send({ ...request, n: this.#asked++ })
    }
    return waiting.promise as Promise<T>
  }

  /** What it says next without being asked. */
  hear(): Promise<unknown> {
    return new Promise((resolve) => {
      this.#heard = resolve
    })
  }

  /** Lets it end in its own way. */
  async dismiss(): Promise<void> {
    const gone = once(this.child, 'exit')
    this.child.disconnect()
    await gone
  }

  /** `kill -9`, and waits until it is gone. */
  async kill(): Promise<void> {
    if (this.isGone) return
    const gone = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await gone
  }
}

export class Crew {
  readonly #spare: Member[] = []
  readonly #all = new Set<Member>()
  readonly #spares: number

  constructor(spares: number) {
    this.#spares = spares
    this.#refill()
  }

  /** One that has everything loaded and has opened nothing. */
  async take(): Promise<Member> {
    const member = this.#spare.shift() ?? this.#add()
    this.#refill()
    await member.ready
    return member
  }

  async takeMany(count: number): Promise<Member[]> {
    return Promise.all(Array.from({ length: count }, () => this.take()))
  }

  /** One of its own kind, which counts among the crew when all are ended. */
  async fork(options: ForkOptions): Promise<Member> {
    const member = this.#add(options)
    await member.ready
    return member
  }

  async end(): Promise<void> {
    await Promise.all([...this.#all].map((member) => member.kill()))
  }

  #refill(): void {
    while (this.#spare.length < this.#spares) this.#spare.push(this.#add())
  }

  #add(options?: ForkOptions): Member {
    const member = new Member(options)
    this.#all.add(member)
    member.child.once('exit', () => this.#all.delete(member))
    return member
  }
}
