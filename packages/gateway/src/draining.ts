// Stopping, all or some listeners: no connection is accepted any more, what is under way comes to its end, and at the deadline it is ended.

import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Listener } from './listeners.ts'
import type { ReadySite } from './sites.ts'
import type { Streams } from './streams.ts'

/** Milliseconds between two looks for connections that have nothing more to do. */
const LOOK_EVERY = 20
/** Milliseconds in which a last word reaches a client. */
const FAREWELL = 20

export class Draining {
  /** Resolves when no connection is open. */
  readonly done: Promise<void>
  readonly #listeners: readonly Listener[]
  readonly #streams: Streams | null
  #deadline: NodeJS.Timeout | undefined
  #ended = false

  /** @param streams - all that is under way, where nothing is to go on; null where other listeners stay */
  constructor(listeners: readonly Listener[], streams: Streams | null) {
    this.#listeners = listeners
    this.#streams = streams
    if (streams !== null) streams.closing = true // answers that begin from now on say `Connection: close`
    const closed = listeners.map((listener) => listener.stop())
    const looking = setInterval(() => {
      for (const { server } of listeners) (server as Server).closeIdleConnections()
    }, LOOK_EVERY)
    this.done = Promise.all(closed).then(() => {
      clearInterval(looking)
      clearTimeout(this.#deadline)
      streams?.close()
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
    if (this.#streams !== null && this.#streams.size > 0) {
      this.#streams.close()
      await sleep(FAREWELL)
    }
    for (const { sockets } of this.#listeners) for (const socket of sockets) socket.destroy()
  }
}

/** What is under way on sites that are served no more has so many milliseconds to end. */
export function endSitesWithin(milliseconds: number, sites: ReadonlySet<ReadySite>, streams: Streams): void {
  const end = async () => {
    streams.endOf(sites, 'closing')
    await sleep(FAREWELL)
    for (const { users } of sites) void users.close()
  }
  const deadline = setTimeout(() => void end(), milliseconds).unref()
  void Promise.all(Array.from(sites, ({ users }) => users.over)).then(() => clearTimeout(deadline))
}
