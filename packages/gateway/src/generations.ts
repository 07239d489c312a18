// What is served, from one configuration to the next: the sites that stay take over what they know, those that are
// replaced close behind their last request, and those that are gone are ended when their time is over.

import type { Store } from '@coatcheck/session'
import type { Config, Timeouts } from './config/config.ts'
import { endSitesWithin } from './draining.ts'
import { UnreturnedVaults } from './moving-in/unreturned.ts'
import { ReportWriter } from './observe/report-file.ts'
import type { Peers, PeerWord } from './peers.ts'
import type { Report } from './report.ts'
import { readyToServe, type Serving } from './serving.ts'
import type { ReadySite, Surroundings } from './sites.ts'
import { Streams } from './streams.ts'

interface Circumstances {
  readonly store: Store
  readonly report: Report
  readonly clock: () => number
  /** In the place of the configured ones. */
  readonly timeouts: Partial<Timeouts>
  readonly peers: Peers
}

export class Generations {
  /** What requests that come now are judged by. */
  current: Serving
  readonly streams: Streams
  readonly #circumstances: Circumstances
  readonly #unreturned: UnreturnedVaults
  /** Those of earlier configurations too, as long as requests or tunnels use them. */
  readonly #sites = new Set<ReadySite>()
  #reports: ReportWriter | null = null

  constructor(config: Config, circumstances: Circumstances) {
    this.#circumstances = circumstances
    const { timeouts, peers } = circumstances
    this.streams = new Streams(timeouts.body ?? config.timeouts.body, peers)
    this.#unreturned = new UnreturnedVaults(config.unreturnedVaults, peers)
    this.current = readyToServe(config, this.#around(config))
    this.#noteSites()
    peers.hear((word) => this.#hear(word))
  }

  /** The next one, which serves nothing yet. @throws SessionError where the store does not answer */
  async prepare(config: Config): Promise<Serving> {
    const next = readyToServe(config, this.#around(config), this.current)
    try {
      await this.open(next, this.current)
      return next
    } catch (error) {
      this.discard(next)
      throw error
    }
  }

  /** Finds out what only the store knows. @param before - of which it was found out already */
  async open(serving: Serving, before: Serving | null = null): Promise<void> {
    const { clock, report } = this.#circumstances
    for (const { site, adoption } of newIn(serving, before)) {
      if (site.insecureAdopt === null || adoption === before?.sites.get(site.name)?.adoption) continue
      await adoption?.open(site.insecureAdopt, clock(), report)
    }
  }

  /** It will not be served. */
  discard(next: Serving): void {
    for (const site of newIn(next, this.current)) void site.users.close()
  }

  /** Serves it from now on. Waits for nothing, so that no request comes in between. */
  replace(next: Serving): void {
    const before = this.current
    this.current = next
    this.streams.expect(next.timeouts.body)
    this.#unreturned.allow(next.config.unreturnedVaults)
    this.#noteSites()
    this.report()
    for (const site of newIn(before, next)) void site.users.remove()
    const gone = [...this.#sites].filter(({ site }) => !next.sites.has(site.name))
    if (gone.length > 0) endSitesWithin(next.timeouts.drain, new Set(gone), this.streams)
  }

  /** Writes down what sites see that only report. */
  report(): void {
    const { config, sites } = this.current
    const { clock, report } = this.#circumstances
    const observers = [...sites.values()].flatMap(({ observer }) => observer ?? [])
    if (this.#reports?.writes(config.reportFile, observers)) return
    const before = this.#reports?.close()
    const onError = (cause: unknown) => report({ type: 'report-not-written', file: config.reportFile, cause })
    this.#reports =
      observers.length === 0 ? null : new ReportWriter(config.reportFile, observers, clock, onError, before)
  }

  async close(): Promise<void> {
    await this.#reports?.close()
    await Promise.all(Array.from(this.#sites, (site) => site.users.close()))
  }

  #around({ timeouts }: Config): Surroundings {
    const { timeouts: instead, ...around } = this.#circumstances
    return { ...around, timeouts: { ...timeouts, ...instead }, streams: this.streams, unreturned: this.#unreturned }
  }

  /** What another process of the gateway tells. */
  #hear(word: PeerWord): void {
    switch (word.type) {
      case 'session-changed':
        this.streams.lookAt(word.id)
        break
      case 'vault-began':
      case 'vault-returned':
        this.#unreturned.hear(word)
        break
      case 'form-kept':
      case 'form-taken':
        this.current.sites.get(word.site)?.kept?.hear(word)
    }
  }

  #noteSites(): void {
    for (const site of this.current.sites.values()) {
      if (this.#sites.has(site)) continue
      this.#sites.add(site)
      void site.users.over.then(() => this.#sites.delete(site))
    }
  }
}

/** The sites of `serving` that `other` does not have as they are. */
function newIn(serving: Serving, other: Serving | null): ReadySite[] {
  return [...serving.sites.values()].filter((site) => other?.sites.get(site.site.name) !== site)
}
