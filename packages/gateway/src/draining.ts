// Stopping: no connection is accepted any more, what is under way comes to its end, and at the deadline it is ended.

import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Listener } from './listeners.ts'
import type { Streams } from './streams.ts'

/** Milliseconds between two looks for connections that have nothing more to do. */
const LOOK_EVERY = 20
/** Milliseconds in which a last word reaches a client. */
const FAREWELL = 20

export class Draining {
  /** Resolves when no connection is open. */
  readonly done: Promise<void>
  readonly #listeners: readonly Listener[]
  readonly #streams: Streams
  #deadline: NodeJS.Timeout | undefined
  #ended = false

  constructor(listeners: readonly Listener[], streams: Streams) {
    this.#listeners = listeners
    this.#streams = streams
    streams.closing = true // answers that begin from now on say `Connection: close`
    const closed = listeners.map(({ server }) => new Promise((resolve) => server.close(resolve))) // HTTP/2: GOAWAY
    const looking = setInterval(() => {
      for (const { server } of listeners) (server as Server).closeIdleConnections()
    }, LOOK_EVERY)
    this.done = Promise.all(closed).then(() => {
      clearInterval(looking)
      clearTimeout(this.#deadline)
      streams.close()
    })
  }

  /** From now on. */
  endWithin(milliseconds: number): void {
    clearTimeout(this.#deadline)
    if (milliseconds <= 0) void this.#end()
    else this.#deadline = setTimeout(() => void this.#end(), milliseconds)
  }

  async #end(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    if (this.#streams.size > 0) {
      this.#streams.close()
      await sleep(FAREWELL)
    }
    for (const { sockets } of this.#listeners) for (const socket of sockets) socket.destroy()
  }
}
