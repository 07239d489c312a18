// The client: connections that each send the same request, wait for the answer, compare it to the byte, and send again.
//
// It speaks to sockets directly, because an HTTP client would cost more than most of what is measured. It asks in bursts,
// on connections that stay open between them: what a burst cost is known to the answer, as nothing is under way at its ends.

import { connect, type Socket } from 'node:net'
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
  readonly #sockets = new Map<Visitor, Socket>()
  #answered = 0
  #most = 0
  #isAsking = false
  #waiting = 0
  #finish: () => void = () => {}
  #fail: (error: Error) => void = () => {}
  #wrong: Error | null = null

  constructor(aim: Aim) {
    // A visitor with two connections would be two visitors.
    this.#aim = { port: aim.port, visitors: aim.visitors.map((visitor) => ({ ...visitor })) }
  }

  /** Answers so far, each of them right. */
  get answered(): number {
    return this.#answered
  }

  /** Opens what connections are missing: a server may close those on which nothing came for seconds. */
  async open(): Promise<void> {
    const missing = this.#aim.visitors.filter((visitor) => !this.#sockets.has(visitor))
    await Promise.all(missing.map((visitor) => this.#open(visitor)))
  }

  /**
   * Asks on each connection, over and over, for so many milliseconds or until there were so many answers; resolves when
   * all that was asked is answered, which is at least one request a connection.
   *
   * @throws an Error with the first answer that is not the expected one
   */
  async ask(milliseconds: number, most = Number.POSITIVE_INFINITY): Promise<void> {
    await this.open()
    if (this.#wrong !== null) throw this.#wrong
    const answered = new Promise<void>((resolve, reject) => {
      this.#finish = resolve
      this.#fail = reject
    })
    const stop = setTimeout(() => {
      this.#isAsking = false
    }, milliseconds)
    const patience = setTimeout(
      () => this.#fail(new Error('waited half a minute for an answer')),
      milliseconds + PATIENCE,
    )
    this.#most = this.#answered + most
    this.#isAsking = true
    this.#waiting = this.#sockets.size
    for (const [{ request }, socket] of this.#sockets) socket.write(request)
    try {
      await answered
    } finally {
      this.#isAsking = false
      clearTimeout(stop)
      clearTimeout(patience)
    }
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.removeAllListeners('close').destroy()
    this.#sockets.clear()
  }

  #open(visitor: Visitor): Promise<void> {
    const { request, expected } = visitor
    const socket = connect(this.#aim.port, '127.0.0.1').setNoDelay(true)
    this.#sockets.set(visitor, socket)
    const reader = new AnswerReader(expected)
    socket.on('data', (chunk: Buffer) => {
      const verdict = reader.read(chunk)
      if (verdict === 'wrong') {
        this.#wrong = new Error(`this is not the answer:\n\n${chunk.toString('latin1', 0, 2000)}\n`)
        this.#fail(this.#wrong)
      } else if (verdict === 'right') {
        this.#answered++
        if (this.#isAsking && this.#answered < this.#most) socket.write(request)
        else if (--this.#waiting === 0) this.#finish()
      }
    })
    socket.on('close', () => {
      this.#sockets.delete(visitor)
      this.#fail(new Error('the connection was closed')) // which nobody hears where nothing was asked
    })
    return new Promise((resolve, reject) => {
      socket.once('connect', resolve).on('error', (error) => {
        reject(error)
        this.#fail(error)
      })
    })
  }
}
