// The client: connections that each send the same request, wait for the answer, compare it to the byte, and send again.
//
// It speaks to sockets directly, because an HTTP client would cost more than most of what is measured.

import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const OK = Buffer.from('HTTP/1.1 200 ')
const END_OF_HEAD = Buffer.from('\r\n\r\n')
const PATIENCE = 30_000 // milliseconds

export interface Aim {
  readonly port: number
  readonly request: Buffer
  /** The body that every answer must have. */
  readonly expected: Buffer
  readonly connections: number
}

export class Load {
  readonly #aim: Aim
  readonly #sockets: Socket[] = []
  #fail: (error: Error) => void = () => {}
  #stopped = false
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
    const patience = performance.now() + PATIENCE
    while (this.#answered < count && !this.#stopped) {
      if (performance.now() > patience) throw new Error('nothing was answered for half a minute')
      await sleep(1)
    }
  }

  start(): void {
    for (let i = 0; i < this.#aim.connections; i++) this.#sockets.push(this.#open())
  }

  stop(): void {
    this.#stopped = true
    for (const socket of this.#sockets) socket.destroy()
  }

  #open(): Socket {
    const { port, request } = this.#aim
    const socket = connect(port, '127.0.0.1').setNoDelay(true)
    let part: Buffer | null = null
    socket.on('connect', () => socket.write(request))
    socket.on('data', (chunk: Buffer) => {
      const answer = part === null ? chunk : Buffer.concat([part, chunk])
      const verdict = this.#judge(answer)
      part = verdict === 'incomplete' ? answer : null
      if (verdict === 'wrong') this.#end(`this is not the answer:\n\n${answer.toString('latin1')}\n`)
      else if (verdict === 'right') {
        this.#answered++
        if (!this.#stopped) socket.write(request)
      }
    })
    socket.on('error', (error) => this.#end(error.message))
    socket.on('close', () => this.#end('the connection was closed'))
    return socket
  }

  #judge(answer: Buffer): 'right' | 'wrong' | 'incomplete' {
    const head = answer.indexOf(END_OF_HEAD)
    if (head === -1) return 'incomplete'
    if (answer.compare(OK, 0, OK.length, 0, OK.length) !== 0) return 'wrong'
    const { expected } = this.#aim
    const body = head + END_OF_HEAD.length
    const come = answer.length - body
    if (come < expected.length) return expected.compare(answer, body, undefined, 0, come) === 0 ? 'incomplete' : 'wrong'
    return expected.compare(answer, body) === 0 ? 'right' : 'wrong'
  }

  #end(reason: string): void {
    if (this.#stopped) return
    this.stop()
    this.#fail(new Error(reason))
  }
}
