// The listeners from one configuration to the next: new ones are open before old ones close, and what is open on those
// that close comes to its end.

import type { Config, Tls } from './config/config.ts'
import { Draining } from './draining.ts'
import { closeListener, type Handle, type Listener, openListeners, secureContext } from './listeners.ts'
import { ReloadError } from './reload.ts'
import type { Report } from './report.ts'
import type { Streams } from './streams.ts'
import { watchTls } from './tls-files.ts'

/** New listeners, which take connections and answer nothing yet. */
export interface Opening {
  /** All, as they will be. */
  readonly listeners: readonly Listener[]
  /** They answer from now on, and those that are not wanted any more stop. Waits for nothing. */
  use(): void
}

export class Listening {
  listeners: readonly Listener[] = []
  readonly #streams: Streams
  readonly #report: Report
  /** Those that stopped, and whose last connections are still open. */
  readonly #leaving = new Set<Draining>()
  #unwatchTls = () => {}
  #draining: Draining | null = null

  constructor(streams: Streams, report: Report) {
    this.#streams = streams
    this.#report = report
  }

  /** @throws an Error that says which address cannot be listened on, or what is wrong with a certificate */
  async open(config: Config, handle: Handle): Promise<Opening> {
    assertUsable(config.tls)
    // A new listener takes requests before the rules are in force that come with it: they wait for them.
    const inForce = Promise.withResolvers<void>()
    let isInForce = false
    const { listeners, opened, unwanted } = await openListeners(this.listeners, config, (req, res, coming) => {
      if (isInForce) handle(req, res, coming)
      else void inForce.promise.then(() => handle(req, res, coming))
    })
    if (this.#draining !== null) {
      await Promise.all(opened.map(closeListener))
      throw new ReloadError(null, 'the gateway is stopping', 'start it again')
    }
    const use = () => {
      if (this.#draining !== null) return void opened.map(closeListener)
      for (const listener of listeners) if (!opened.includes(listener)) listener.adjust(config)
      this.listeners = listeners
      isInForce = true
      inForce.resolve()
      this.#unwatchTls()
      this.#unwatchTls = watchTls(config.tls, listeners, this.#report)
      this.#leave(unwanted, config.timeouts.drain)
    }
    return { listeners, use }
  }

  #leave(unwanted: readonly Listener[], within: number): void {
    if (unwanted.length === 0) return
    const draining = new Draining(unwanted, null)
    draining.endWithin(within)
    this.#leaving.add(draining)
    void draining.done.then(() => this.#leaving.delete(draining))
  }

  /** Resolves when no connection is open. Called again, it waits no longer than is said then. */
  async close(within: number): Promise<void> {
    this.#unwatchTls()
    this.#draining ??= new Draining(this.listeners, this.#streams)
    const all = [this.#draining, ...this.#leaving]
    for (const draining of all) draining.endWithin(within)
    await Promise.all(all.map(({ done }) => done))
  }
}

/** What Node reads of a certificate is less than what OpenSSL asks of it. */
function assertUsable(tls: Tls | null): void {
  try {
    if (tls !== null) secureContext(tls)
  } catch (cause) {
    const remedy = 'name a certificate and a key that OpenSSL takes'
    throw new ReloadError('tls', `cannot be used: ${(cause as Error).message}`, remedy, { cause })
  }
}
