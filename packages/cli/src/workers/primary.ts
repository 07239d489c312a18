// Several gateways that are one: workers, which share listeners and a store, and the process that keeps them going.
//
// node:cluster hands connections round, to one worker after the other (docs/architecture.md says why). The first worker
// starts alone: what cannot work (an address that is taken, a store that cannot be opened) fails once, and is said once.

import cluster from 'node:cluster'
import { fileURLToPath } from 'node:url'
import { assertReloadable, type Changes, type Config, type Report } from '@coatcheck/gateway'
import { DEFAULT_LOG, type LogOptions } from '../log/log.ts'
import { type Addresses, type FromWorker, partOf } from './messages.ts'
import { Place } from './place.ts'
import { afterDeath } from './restarts.ts'

/** Milliseconds beyond its time after which a worker that does not stop is ended. */
const PATIENCE = 2000

export interface WorkersOptions {
  /** Hears what becomes of the workers. What happens in them they log themselves. */
  readonly report: Report
  /** Hears that they cannot be kept going, when the last one is gone. */
  readonly gaveUp: (error: Error) => void
  /** How they log; default: as a program does that was told nothing. */
  readonly log?: LogOptions
}

/**
 * Starts `config.workers` processes, and resolves once all of them listen. What it resolves to is used as a gateway is.
 *
 * @throws an Error with the reason where one cannot start; then none is left
 */
export async function startWorkers(config: Config, options: WorkersOptions): Promise<Workers> {
  const workers = new Workers(config, options)
  await workers.start()
  return workers
}

export class Workers {
  readonly #options: WorkersOptions
  readonly #places: readonly Place[]
  readonly #underWay = Promise.withResolvers<number>()
  #config: Config
  #listeners: Addresses = []
  #started = false
  #stopping = false
  #deadline: NodeJS.Timeout | undefined

  /** @internal */
  constructor(config: Config, options: WorkersOptions) {
    this.#config = config
    this.#options = options
    this.#places = Array.from({ length: config.workers }, (_, i) => new Place(i + 1))
  }

  get config(): Config {
    return this.#config
  }

  get listeners(): Addresses {
    return this.#listeners
  }

  /** Those of the workers that are there, by process id. */
  get processes(): readonly number[] {
    return this.#places.flatMap(({ pid }) => pid ?? [])
  }

  /** Of a worker that stops; resolves only where it has any. */
  get openStreams(): Promise<number> {
    return this.#underWay.promise
  }

  /** @internal */
  async start(): Promise<void> {
    // The worker's file has this file's ending: `.ts` in the source tree, `.js` where it is published.
    const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const exec = fileURLToPath(new URL(`./worker.${ending}`, import.meta.url))
    cluster.setupPrimary({ exec, args: [], serialization: 'advanced' })
    cluster.schedulingPolicy = cluster.SCHED_RR
    const [first, ...others] = this.#places as [Place, ...Place[]]
    try {
      await this.#begin(first)
      await Promise.all(others.map((place) => this.#begin(place)))
    } catch (error) {
      await this.#end()
      throw error
    }
    this.#started = true
  }

  /**
   * Serves another configuration: the first worker tries it, and where that succeeds all do.
   *
   * @throws an Error with the reason where it cannot be served; then the one before goes on everywhere
   */
  async reload(config: Config): Promise<Changes> {
    assertReloadable(this.#config, config)
    const message = { type: 'reload', config: partOf(config) } as const
    const first = this.#serving()[0]
    if (first === undefined) throw new Error('no worker is there to try it')
    const answer = await first.ask(message)
    if (answer.type !== 'reloaded') throw new Error(answer.type === 'kept' ? answer.reason : 'the worker misunderstood')
    this.#config = config
    this.#listeners = answer.listeners
    // Asked only now who the others are: one may have begun with the configuration before meanwhile.
    const others = this.#serving().filter((place) => place !== first)
    await Promise.all(others.map((place) => this.#follow(place)))
    this.#options.report({ type: 'configuration-reloaded', file: config.file, ...answer.changes })
    return answer.changes
  }

  /** As `gateway.close`: called again, it waits no longer than is said then. */
  async close({ within = 0 }: { readonly within?: number } = {}): Promise<void> {
    this.#stopping = true
    for (const place of this.#places) {
      place.clear()
      place.tell({ type: 'stop', within })
    }
    clearTimeout(this.#deadline)
    this.#deadline = setTimeout(() => void this.#end(), within + PATIENCE)
    await this.#emptied()
    clearTimeout(this.#deadline)
  }

  /** Resolves once the worker in this place serves. @throws an Error with the reason where it ends before that */
  #begin(place: Place): Promise<void> {
    const config = this.#config
    return new Promise((resolve, reject) => {
      const hear = (message: FromWorker) => {
        if (message.type !== 'serving') return this.#hear(place, message)
        place.servesSince = performance.now()
        this.#listeners = message.listeners
        // The configuration changed while it started.
        if (config !== this.#config) void this.#follow(place)
        resolve()
      }
      place.take(cluster.fork(), hear, (why) => {
        reject(new Error(why))
        this.#died(place, why)
      })
      const log = { ...(this.#options.log ?? DEFAULT_LOG), worker: place.number }
      place.tell({ type: 'start', config: partOf(config), number: place.number, log })
    })
  }

  #serving(): Place[] {
    return this.#places.filter(({ servesSince }) => servesSince !== null)
  }

  /** One that cannot follow may not go on by rules that are over: who comes in its place begins with the new ones. */
  async #follow(place: Place): Promise<void> {
    const answer = await place.ask({ type: 'reload', config: partOf(this.#config) }).catch(() => null)
    if (answer?.type === 'kept') place.kill()
  }

  #hear(place: Place, message: FromWorker): void {
    if (message.type === 'failed') place.reason = message.reason
    else if (message.type === 'stopping' && message.openStreams > 0) this.#underWay.resolve(message.openStreams)
    else if (message.type === 'peer') {
      for (const other of this.#places) if (other !== place && other.servesSince !== null) other.tell(message)
    }
  }

  #died(place: Place, why: string): void {
    const served = place.servesSince === null ? null : performance.now() - place.servesSince
    place.servesSince = null
    if (this.#stopping || (!this.#started && served === null)) return // whoever stops or starts them sees it
    const othersServe = this.#places.some(({ servesSince }) => servesSince !== null)
    const next = afterDeath({ served, soon: place.soon, othersServe })
    if (next === null) return void this.#giveUp(new Error(`no worker can be started: ${why}`))
    place.soon = next.soon
    this.#options.report({ type: 'worker-died', worker: place.number, why, pause: next.pause })
    place.rest(next.pause, () => void this.#begin(place).catch(() => {})) // `#died` hears of it
  }

  async #giveUp(error: Error): Promise<void> {
    await this.#end()
    this.#options.gaveUp(error)
  }

  /** At once. */
  #end(): Promise<unknown> {
    this.#stopping = true
    for (const place of this.#places) {
      place.clear()
      place.kill()
    }
    return this.#emptied()
  }

  #emptied(): Promise<unknown> {
    return Promise.all(this.#places.map((place) => place.empty()))
  }
}
