// The gateway: a request's way to the application and back, readable as a list of its stages.

import {
  parseAuthority,
  type RequestFacts,
  requestFacts,
  SessionError,
  type Store,
  TransportRules,
} from '@coatcheck/session'
import { answerRefusal } from './answers.ts'
import { asRefusal } from './as-refusal.ts'
import { formOf } from './callbacks/resumed.ts'
import { type Config, siteOf, type Timeouts } from './config/config.ts'
import { Draining } from './draining.ts'
import { GatewayExchange } from './exchange.ts'
import { type Form, type FormQuestion, readForm } from './form/form.ts'
import { type Coming, type Listener, openListeners } from './listeners.ts'
import { UnreturnedVaults } from './moving-in/unreturned.ts'
import type { Observer } from './observe/observer.ts'
import { ReportWriter } from './observe/report-file.ts'
import type { GatewayRequest, GatewayResponse, Passage, Visit } from './passage.ts'
import { Refusal } from './refusal.ts'
import type { Report } from './report.ts'
import { breakOff, isGone } from './response-end.ts'
import { hasBody, limitSilence } from './silence.ts'
import { type ReadySite, readySite } from './sites.ts'
import { callbacks } from './stages/callbacks.ts'
import { canonicalRequest, type Target, withoutIds } from './stages/canonical.ts'
import { forward } from './stages/forward.ts'
import { assertHandshake } from './stages/handshake.ts'
import { endedMeanwhile, withheld } from './stages/receive.ts'
import { openVisit } from './stages/session.ts'
import { undoSignIn } from './stages/sign-in.ts'
import { transport } from './stages/transport.ts'
import { openStore } from './store.ts'
import { Streams } from './streams.ts'
import { watchTls } from './tls-files.ts'

export interface GatewayOptions {
  /** Hears what an operator should know. Default: nobody. */
  readonly report?: Report
  /** In the place of the configured ones. */
  readonly timeouts?: Partial<Timeouts>
  /** Instead of the configured store, for tests and programs that embed the gateway. It is not closed with it. */
  readonly store?: Store
  /** Milliseconds since 1970, for tests. Default `Date.now`. */
  readonly clock?: () => number
}

/**
 * Starts a gateway and resolves once it listens.
 *
 * @throws an Error that says which address cannot be listened on, or why the store cannot be opened
 */
export async function startGateway(config: Config, options: GatewayOptions = {}): Promise<Gateway> {
  const gateway = new Gateway(config, options)
  await gateway.listen()
  return gateway
}

export class Gateway {
  readonly config: Config
  readonly #report: Report
  readonly #now: () => number
  readonly #rules: TransportRules
  readonly #store: Store
  readonly #ownsStore: boolean
  readonly #timeouts: Timeouts
  readonly #streams: Streams
  readonly #sites: ReadonlyMap<string, ReadySite>
  #listeners: readonly Listener[] = []
  #reports: ReportWriter | null = null
  #unwatchTls = () => {}
  #draining: Draining | null = null
  #closed: Promise<void> | null = null

  /** @internal */
  constructor(config: Config, { report = () => {}, timeouts = {}, store, clock = Date.now }: GatewayOptions) {
    this.config = config
    this.#report = report
    this.#now = clock
    this.#rules = new TransportRules({
      trustedProxies: config.trustedProxies,
      ...(config.loopback === 'never' ? { loopback: 'never' } : {}),
      ...(config.loopback === 'insecure' ? { insecureLoopback: true } : {}),
    })
    this.#timeouts = { ...config.timeouts, ...timeouts }
    this.#streams = new Streams(this.#timeouts.body)
    this.#ownsStore = store === undefined
    this.#store = store ?? openStore(config)
    const unreturned = new UnreturnedVaults(config.unreturnedVaults)
    this.#sites = new Map(
      config.sites.map((site) => [
        site.name,
        readySite(site, this.#store, report, this.#timeouts, this.#streams, clock, unreturned),
      ]),
    )
  }

  /** Where it listens. */
  get listeners(): readonly Pick<Listener, 'protocol' | 'address' | 'port'>[] {
    return this.#listeners
  }

  /** How many answers and WebSockets are under way that took longer than their headers. */
  get openStreams(): number {
    return this.#streams.size
  }

  async listen(): Promise<void> {
    for (const { site, adoption } of this.#sites.values()) {
      if (site.insecureAdopt !== null) await adoption?.open(site.insecureAdopt, this.#now(), this.#report)
    }
    const observers = [...this.#sites.values()].flatMap(({ observer }) => observer ?? [])
    if (observers.length > 0) {
      const onError = (cause: unknown) =>
        this.#report({ type: 'report-not-written', file: this.config.reportFile, cause })
      this.#reports = new ReportWriter(this.config.reportFile, observers, this.#now, onError)
    }
    const config = { ...this.config, timeouts: this.#timeouts }
    this.#listeners = await openListeners(config, (req, res, coming) => {
      // One answer that cannot be written, or a listener's fault, ends no other request.
      this.#handle(req, res, coming).catch(() => breakOff(res))
    })
    this.#unwatchTls = watchTls(this.config.tls, this.#listeners, this.#report)
  }

  // Nearly all requests wait for nothing but the application: what is there at once is not waited for.
  async #handle(req: GatewayRequest, res: GatewayResponse, coming: Coming | null): Promise<void> {
    const facts = requestFacts(req, this.#rules)
    let passage: Passage | null = null
    try {
      passage = this.#read(req, res, coming, facts)
      limitSilence(passage, this.#timeouts.body)
      const { site, target } = passage
      if (site.observer !== null) return await this.#observe(passage, site.observer, coming)
      const refusal = transport(facts, site.site, target, passage.meaning.login !== null, this.#httpsPort())
      if (!facts.secure && (refusal !== null || passage.meaning.isPublic)) {
        await endExposed(req, passage.exchange, [site])
      }
      if (refusal !== null) throw refusal
      if (passage.upgrade !== null) assertHandshake(passage)
      else if (passage.meaning.isCallback) passage = await callbacks(passage, coming?.awaitsContinue === true)
      const { meaning, resumed } = passage
      const { login } = meaning
      const asksForm =
        login !== null && (login.user?.field !== undefined || login.form !== undefined || login.remember !== undefined)
      const readsForm = asksForm || (!site.ids.parameters.isEmpty && hasBody(resumed === null ? req : formOf(resumed)))
      if (coming?.awaitsContinue && readsForm) res.writeContinue()
      const form = readsForm ? await readForm(resumed === null ? req : formOf(resumed), question(passage)) : null
      // Of several forms that go to one address, which is the sign-in, its body has told.
      if (form !== null && form.login !== login) passage = { ...passage, meaning: { ...meaning, login: form.login } }
      const opening = meaning.isPublic ? null : openVisit(passage, form)
      const visit = opening instanceof Promise ? await opening : opening
      if (coming?.awaitsContinue && !readsForm) res.writeContinue()
      this.#forward(passage, visit, form)
    } catch (error) {
      await this.#refuse(req, res, facts, passage, error)
    }
  }

  /** A site that only reports: forwarded as it is. */
  async #observe(passage: Passage, observer: Observer, coming: Coming | null): Promise<void> {
    if (passage.upgrade !== null) assertHandshake(passage)
    if (coming?.awaitsContinue) passage.res.writeContinue()
    this.#forward(passage, null, await observer.request(passage))
  }

  #forward(passage: Passage, visit: Visit | null, form: Form | null): void {
    const { req, res, facts } = passage
    forward(passage, visit, form, (error) => {
      undoSignIn(visit, error)
        .then(() => this.#refuse(req, res, facts, passage, error))
        .catch(() => breakOff(res))
    })
  }

  async #refuse(
    req: GatewayRequest,
    res: GatewayResponse,
    facts: RequestFacts,
    passage: Passage | null,
    error: unknown,
  ): Promise<void> {
    const failure = passage === null ? await this.#endUnread(req, res, facts, error) : error
    // Nobody is left to answer. What the store could not do is told all the same.
    if (isGone(res) && !(failure instanceof SessionError)) return
    const refusal = asRefusal(endedMeanwhile(failure) && passage !== null ? withheld(passage) : failure)
    if (refusal.status >= 500 || refusal.status === 400) {
      this.#report({ type: 'refused', status: refusal.status, title: refusal.message, cause: refusal.cause })
    }
    answerRefusal(req, res, refusal, passage?.exchange.cookie ?? null, passage?.site.framePolicy)
  }

  /** @throws Refusal where the request cannot be read in one way, or no site is meant */
  #read(req: GatewayRequest, res: GatewayResponse, coming: Coming | null, facts: RequestFacts): Passage {
    const arrived = canonicalRequest(req)
    const site = this.#route(arrived)
    return this.#passage(req, res, coming, withoutIds(req, arrived, site.ids), facts, site)
  }

  /**
   * A token that came in clear with a request that cannot be read is over all the same (R5). Whose it is shows only where
   * the site does; where not, it is looked for in all.
   *
   * @returns what the request failed of in the end
   */
  async #endUnread(req: GatewayRequest, res: GatewayResponse, facts: RequestFacts, failure: unknown): Promise<unknown> {
    const site = this.#siteOf(parseAuthority(req.headers.host ?? '')?.host)
    const exchange = new GatewayExchange(req, res, facts, this.#rules)
    try {
      await endExposed(req, exchange, site === null ? [...this.#sites.values()] : [site])
      return failure
    } catch (error) {
      return error
    }
  }

  #route({ host }: Target): ReadySite {
    const site = this.#siteOf(host)
    if (site === null) throw new Refusal(421, 'No site of this name is served here', 'Check the address.')
    return site
  }

  #siteOf(host: string | undefined): ReadySite | null {
    if (host === undefined) return null
    const site = siteOf(this.config, host)
    return (site && this.#sites.get(site.name)) ?? null
  }

  #passage(
    req: GatewayRequest,
    res: GatewayResponse,
    coming: Coming | null,
    target: Target,
    facts: RequestFacts,
    site: ReadySite,
  ): Passage {
    const method = facts.method
    return {
      req,
      res,
      upgrade: coming?.upgrade ?? null,
      method,
      target,
      facts,
      exchange: new GatewayExchange(req, res, facts, this.#rules),
      site,
      meaning: site.meaning(method, target),
      url: { host: target.host, path: target.path, secure: facts.secure },
      report: this.#report,
      now: this.#now,
      resumed: null,
    }
  }

  #httpsPort(): number | null {
    return this.config.publicPort ?? this.#listeners.find(({ protocol }) => protocol === 'https')?.port ?? null
  }

  /**
   * Stops listening and closes the store that it opened. Called again, it waits no longer than is said then.
   *
   * @param options.within - milliseconds in which what is under way may come to its end. Default 0: it is ended at once.
   */
  close({ within = 0 }: { readonly within?: number } = {}): Promise<void> {
    this.#draining ??= new Draining(this.#listeners, this.#streams)
    this.#draining.endWithin(within)
    this.#closed ??= this.#close(this.#draining)
    return this.#closed
  }

  async #close(draining: Draining): Promise<void> {
    this.#unwatchTls()
    await draining.done
    await this.#reports?.close()
    for (const site of this.#sites.values()) await site.close()
    if (this.#ownsStore) await this.#store.close()
  }
}

function question({ site, target, meaning: { login, otherLogins } }: Passage): FormQuestion {
  const logins = login === null ? otherLogins : [login, ...otherLogins]
  const { users, server } = site.site
  return { logins, without: site.ids.parameters, query: target.query, users, wideEscapes: server === 'iis' }
}

// A token that crossed the wire in clear is over, whatever becomes of the request (R5).
async function endExposed(req: GatewayRequest, exchange: GatewayExchange, sites: readonly ReadySite[]): Promise<void> {
  if (exchange.facts.secure || req.headers.cookie === undefined) return
  await Promise.all(sites.map((site) => site.sessions.openExchange(exchange)))
}
