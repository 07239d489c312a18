// Latency under a load that does not wait: requests come by a schedule, whatever became of those before, as visitors do.
// Latency counts from the scheduled moment, not from when the client got round to sending (no coordinated omission).
//
// The schedule is of independent arrivals (exponential gaps), the same for every contender at the same rate. What is due is
// sent whenever anything happens, and every millisecond; how late that is, the client measures of itself.

import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { AnswerReader } from '../answer.ts'
import type { Aim, Visitor } from '../load.ts'
import { generator } from '../statistics.ts'

const MOST_CONNECTIONS = 512
const PATIENCE = 10_000 // milliseconds

export interface Latencies {
  /** Milliseconds, of each answer. */
  readonly answers: number[]
  /** Milliseconds that the client itself was late with each. */
  readonly lateness: number[]
}

interface Connection {
  readonly socket: Socket
  readonly visitor: Visitor
  /** When the request under way was due. */
  due: number
}

export interface Schedule {
  /** Requests a second. */
  readonly rate: number
  readonly seconds: number
  /** Seconds before them, which do not count. */
  readonly settling: number
  readonly seed: number
}

/** @throws an Error with the answer that was not the expected one */
export async function openLoop(aim: Aim, schedule: Schedule): Promise<Latencies> {
  const load = new OpenLoop(aim, schedule)
  try {
    return await load.run()
  } finally {
    load.stop()
  }
}

class OpenLoop {
  readonly #aim: Aim
  readonly #gap: () => number
  readonly #schedule: Schedule
  readonly #connections: Connection[] = []
  readonly #idle: Connection[] = []
  /** Due, and without a connection. */
  readonly #queue: number[] = []
  readonly #latencies: Latencies = { answers: [], lateness: [] }
  /** From when on latencies count. */
  #counted = 0
  #end = 0
  #nextDue = 0
  #stopped = false
  #underWay = 0
  #error: Error | null = null

  constructor(aim: Aim, schedule: Schedule) {
    this.#aim = aim
    this.#schedule = schedule
    const random = generator(schedule.seed)
    this.#gap = () => (-Math.log(1 - random()) / schedule.rate) * 1000
  }

  async run(): Promise<Latencies> {
    for (const visitor of this.#aim.visitors) await this.#open(visitor)
    const now = performance.now()
    this.#counted = now + this.#schedule.settling * 1000
    this.#end = this.#counted + this.#schedule.seconds * 1000
    this.#nextDue = now + this.#gap()
    while (performance.now() < this.#end && this.#error === null) {
      this.#sendDue()
      await sleep(1)
    }
    this.#sendDue()
    const patience = performance.now() + PATIENCE
    while (this.#underWay + this.#queue.length > 0 && this.#error === null) {
      if (performance.now() > patience) throw new Error('the load was not answered to its end')
      await sleep(1)
    }
    if (this.#error !== null) throw this.#error
    return this.#latencies
  }

  stop(): void {
    this.#stopped = true
    for (const { socket } of this.#connections) socket.destroy()
  }

  #sendDue(): void {
    const now = performance.now()
    while (this.#nextDue <= now && this.#nextDue < this.#end) {
      const due = this.#nextDue
      this.#nextDue += this.#gap()
      const connection = this.#idle.pop()
      if (connection !== undefined) this.#send(connection, due)
      else {
        this.#queue.push(due)
        if (this.#connections.length < MOST_CONNECTIONS)
          this.#open(this.#anyVisitor()).catch((error) => this.#fail(error))
      }
    }
  }

  #anyVisitor(): Visitor {
    const { visitors } = this.#aim
    return visitors[this.#connections.length % visitors.length] as Visitor
  }

  #send(connection: Connection, due: number): void {
    connection.due = due
    this.#underWay++
    if (due >= this.#counted) this.#latencies.lateness.push(performance.now() - due)
    connection.socket.write(connection.visitor.request)
  }

  /** Resolves once it is open. It takes what waits by itself. */
  #open(visitor: Visitor): Promise<void> {
    const socket = connect(this.#aim.port, '127.0.0.1').setNoDelay(true)
    const reader = new AnswerReader(visitor.expected)
    const connection = { socket, visitor, due: 0 }
    this.#connections.push(connection)
    socket.on('data', (chunk: Buffer) => {
      const verdict = reader.read(chunk)
      if (verdict === 'wrong')
        this.#fail(new Error(`this is not the answer:\n\n${chunk.toString('latin1', 0, 2000)}\n`))
      else if (verdict === 'right') {
        this.#underWay--
        if (connection.due >= this.#counted) this.#latencies.answers.push(performance.now() - connection.due)
        this.#free(connection)
        this.#sendDue()
      }
    })
    socket.on('close', () => this.#fail(new Error('the connection was closed')))
    return new Promise((resolve) => {
      socket.on('error', (error) => {
        this.#fail(error)
        resolve()
      })
      socket.once('connect', () => {
        this.#free(connection)
        resolve()
      })
    })
  }

  #free(connection: Connection): void {
    const waiting = this.#queue.shift()
    if (waiting === undefined) this.#idle.push(connection)
    else this.#send(connection, waiting)
  }

  #fail(error: Error): void {
    if (!this.#stopped) this.#error ??= error
  }
}
