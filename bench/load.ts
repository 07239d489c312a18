// The client: connections that each send the same request, wait for the answer, compare it to the byte, and send again.
//
// It speaks to sockets directly, because an HTTP client would cost more than most of what is measured.

import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { AnswerReader } from './answer.ts'

const PATIENCE = 30_000 // milliseconds

/** What a visitor asks for, over and over. */
export interface Visitor {
  readonly request: Buffer
  /** The body that every answer must have. */
  readonly expected: Buffer
}

export interface Aim {
  readonly port: number
  /** Each has a connection of his own. */
  readonly visitors: readonly Visitor[]
}

export class Load {
  readonly #aim: Aim
  readonly #sockets: Socket[] = []
  #fail: (error: Error) => void = () => {}
  #stopped = false
  #finishing = false
  #waiting = 0
  #answered = 0
  /** Rejects at the first answer that is not the expected one. */
  readonly failed: Promise<never>

  constructor(aim: Aim) {
    this.#aim = aim
    this.failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.failed.catch(() => {}) // whoever waits for it hears it
  }

  /** Answers so far, each of them right. */
  get answered(): number {
    return this.#answered
  }

  /** Resolves once there are so many. @throws an Error where there aren't after half a minute */
  async answers(count: number): Promise<void> {
    await this.#until(() => this.#answered >= count)
  }

  start(): void {
    for (const visitor of this.#aim.visitors) this.#sockets.push(this.#open(visitor))
  }

  /** Asks for nothing more, and resolves when all is answered: what is broken off would be work for the next. */
  async finish(): Promise<void> {
    this.#finishing = true
    await this.#until(() => this.#waiting === 0)
    this.stop()
  }

  stop(): void {
    this.#stopped = true
    for (const socket of this.#sockets) socket.destroy()
  }

  async #until(isSo: () => boolean): Promise<void> {
    const patience = performance.now() + PATIENCE
    while (!isSo() && !this.#stopped) {
      if (performance.now() > patience) throw new Error('nothing was answered for half a minute')
      await sleep(1)
    }
  }

  #open({ request, expected }: Visitor): Socket {
    const socket = connect(this.#aim.port, '127.0.0.1').setNoDelay(true)
    const reader = new AnswerReader(expected)
    this.#waiting++
    socket.on('connect', () => socket.write(request))
    socket.on('data', (chunk: Buffer) => {
      const verdict = reader.read(chunk)
      if (verdict === 'wrong') this.#end(`this is not the answer:\n\n${chunk.toString('latin1', 0, 2000)}\n`)
      else if (verdict === 'right') {
        this.#answered++
        if (this.#finishing) this.#waiting--
        else if (!this.#stopped) socket.write(request)
      }
    })
    socket.on('error', (error) => this.#end(error.message))
    socket.on('close', () => this.#end('the connection was closed'))
    return socket
  }

  #end(reason: string): void {
    if (this.#stopped) return
    this.stop()
    this.#fail(new Error(reason))
  }
}
