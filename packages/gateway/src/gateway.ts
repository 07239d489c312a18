// The gateway: a request's way to the application and back, readable as a list of its stages.

import { parseAuthority, type RequestFacts, requestFacts, SessionError, type Store } from '@coatcheck/session'
import { answerRefusal } from './answers.ts'
import { asRefusal } from './as-refusal.ts'
import { formOf } from './callbacks/resumed.ts'
import type { Config, Timeouts } from './config/config.ts'
import { GatewayExchange } from './exchange.ts'
import { type Form, type FormQuestion, readForm } from './form/form.ts'
import { Generations } from './generations.ts'
import type { Coming, Listener } from './listeners.ts'
import { Listening } from './listening.ts'
import type { Observer } from './observe/observer.ts'
import type { GatewayRequest, GatewayResponse, Passage, Visit } from './passage.ts'
import { ALONE, type Peers } from './peers.ts'
import { Refusal } from './refusal.ts'
import { assertReloadable, type Changes, changesBetween } from './reload.ts'
import type { Report } from './report.ts'
import { breakOff, isGone } from './response-end.ts'
import { type Serving, servingOn, siteOf } from './serving.ts'
import { hasBody, limitSilence } from './silence.ts'
import type { ReadySite } from './sites.ts'
import { callbacks } from './stages/callbacks.ts'
import { canonicalRequest, type Target, withoutIds } from './stages/canonical.ts'
import { forward } from './stages/forward.ts'
import { assertHandshake } from './stages/handshake.ts'
import { endedMeanwhile, withheld } from './stages/receive.ts'
import { openVisit } from './stages/session.ts'
import { undoSignIn } from './stages/sign-in.ts'
import { transport } from './stages/transport.ts'
import { openStore } from './store.ts'

export interface GatewayOptions {
  /** Hears what an operator should know. Default: nobody. */
  readonly report?: Report
  /** In the place of the configured ones. */
  readonly timeouts?: Partial<Timeouts>
  /** Instead of the configured store, for tests and programs that embed the gateway. It is not closed with it. */
  readonly store?: Store
  /** The other processes of this gateway, where it has several. Default: there are none. */
  readonly peers?: Peers
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
  try {
    await gateway.listen()
    return gateway
  } catch (error) {
    await gateway.close()
    throw error
  }
}

export class Gateway {
  readonly #report: Report
  readonly #now: () => number
  readonly #store: Store
  readonly #ownsStore: boolean
  readonly #generations: Generations
  readonly #listening: Listening
  #reloading: Promise<unknown> = Promise.resolve()
  #closed: Promise<void> | null = null

  /** @internal */
  constructor(
    config: Config,
    { report = () => {}, timeouts = {}, store, peers = ALONE, clock = Date.now }: GatewayOptions,
  ) {
    this.#report = report
    this.#now = clock
    this.#ownsStore = store === undefined
    this.#store = store ?? openStore(config)
    this.#generations = new Generations(config, { store: this.#store, report, clock, timeouts, peers })
    this.#listening = new Listening(this.#generations.streams, report)
  }

  /** What is served now; a reload puts another one in its place. */
  get config(): Config {
    return this.#generations.current.config
  }

  /** Where it listens. */
  get listeners(): readonly Pick<Listener, 'protocol' | 'address' | 'port'>[] {
    return this.#listening.listeners
  }

  /** How many answers and WebSockets are under way that took longer than their headers. */
  get openStreams(): number {
    return this.#generations.streams.size
  }

  async listen(): Promise<void> {
    const { current } = this.#generations
    await this.#generations.open(current)
    this.#generations.report()
    await this.#openFor(current)
  }

  /**
   * Serves another configuration from now on, as a whole or, where that fails, not at all. No connection is dropped:
   * what is under way ends by the rules with which it began, and the next request on its connection meets the new ones.
   * What sites that go on know of sessions goes on. What is under way on sites and listeners that are gone has
   * `timeouts.drain` to end.
   *
   * @returns what changed
   * @throws ReloadError where a running gateway cannot change it, an Error where a new address cannot be listened on
   * @example
   * import { defaultConfig, startGateway } from '@coatcheck/gateway'
   *
   * const listen = ['http://127.0.0.1:0']
   * const gateway = await startGateway(defaultConfig({ upstream: 'http://127.0.0.1:3000', listen }))
   * const { changed } = await gateway.reload(defaultConfig({ upstream: 'http://127.0.0.1:3001', listen }))
   * console.log(changed.length) // 1
   * await gateway.close()
   */
  reload(config: Config): Promise<Changes> {
    const reloaded = this.#reloading.then(() => this.#reload(config))
    this.#reloading = reloaded.catch(() => {})
    return reloaded
  }

  async #reload(config: Config): Promise<Changes> {
    const before = this.config
    assertReloadable(before, config)
    const next = await this.#generations.prepare(config)
    try {
      await this.#openFor(next)
    } catch (error) {
      this.#generations.discard(next)
      throw error
    }
    const changes = changesBetween(before, config)
    this.#report({ type: 'configuration-reloaded', file: config.file, ...changes })
    return changes
  }

  async #openFor(next: Serving): Promise<void> {
    const config = { ...next.config, timeouts: next.timeouts }
    const opening = await this.#listening.open(config, (req, res, coming) => {
      // One answer that cannot be written, or a listener's fault, ends no other request.
      this.#handle(req, res, coming).catch(() => breakOff(res))
    })
    // Nothing is waited for between the two, so that no request meets new listeners with old rules, or the reverse.
    this.#generations.replace(servingOn(opening.listeners, next))
    opening.use()
  }

  // Nearly all requests wait for nothing but the application: what is there at once is not waited for.
  async #handle(req: GatewayRequest, res: GatewayResponse, coming: Coming | null): Promise<void> {
    const serving = this.#generations.current
    const facts = requestFacts(req, serving.rules)
    let passage: Passage | null = null
    try {
      passage = this.#read(req, res, coming, facts, serving)
      const { site, target } = passage
      site.users.add()
      limitSilence(passage, serving.timeouts.body)
      if (site.observer !== null) return await this.#observe(passage, site.observer, coming)
      if (!facts.secure) {
        const refusal = transport(site.site, target, facts.method, passage.meaning.login !== null, serving.httpsPort)
        if (refusal !== null || passage.meaning.isPublic) await endExposed(req, passage.exchange, [site])
        if (refusal !== null) throw refusal
      }
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
      const failure = passage === null ? await this.#endUnread(req, res, facts, serving, error) : error
      this.#refuse(req, res, passage, failure)
    } finally {
      passage?.site.users.remove()
    }
  }

  /** A site that only reports: forwarded as it is. */
  async #observe(passage: Passage, observer: Observer, coming: Coming | null): Promise<void> {
    if (passage.upgrade !== null) assertHandshake(passage)
    if (coming?.awaitsContinue) passage.res.writeContinue()
    this.#forward(passage, null, await observer.request(passage))
  }

  #forward(passage: Passage, visit: Visit | null, form: Form | null): void {
    const { req, res, site } = passage
    forward(passage, visit, form, (error) => {
      site.users.add()
      undoSignIn(visit, error)
        .then(() => this.#refuse(req, res, passage, error))
        .catch(() => breakOff(res))
        .finally(() => site.users.remove())
    })
  }

  #refuse(req: GatewayRequest, res: GatewayResponse, passage: Passage | null, failure: unknown): void {
    // Nobody is left to answer. What the store could not do is told all the same.
    if (isGone(res) && !(failure instanceof SessionError)) return
    const refusal = asRefusal(endedMeanwhile(failure) && passage !== null ? withheld(passage) : failure)
    if (refusal.status >= 500 || refusal.status === 400) {
      this.#report({ type: 'refused', status: refusal.status, title: refusal.message, cause: refusal.cause })
    }
    answerRefusal(req, res, refusal, passage?.exchange.cookie ?? null, passage?.site.framePolicy)
  }

  /** @throws Refusal where the request cannot be read in one way, or no site is meant */
  #read(
    req: GatewayRequest,
    res: GatewayResponse,
    coming: Coming | null,
    facts: RequestFacts,
    serving: Serving,
  ): Passage {
    const arrived = canonicalRequest(req)
    const site = siteOf(serving, arrived.host)
    if (site === null) throw new Refusal(421, 'No site of this name is served here', 'Check the address.')
    return this.#passage(req, res, coming, withoutIds(req, arrived, site.ids), facts, serving, site)
  }

  /**
   * A token that came in clear with a request that cannot be read is over all the same (R5). Whose it is shows only where
   * the site does; where not, it is looked for in all.
   *
   * @returns what the request failed of in the end
   */
  async #endUnread(
    req: GatewayRequest,
    res: GatewayResponse,
    facts: RequestFacts,
    serving: Serving,
    failure: unknown,
  ): Promise<unknown> {
    const site = siteOf(serving, parseAuthority(req.headers.host ?? '')?.host)
    const exchange = new GatewayExchange(req, res, facts, serving.rules)
    const sites = site === null ? [...serving.sites.values()] : [site]
    for (const { users } of sites) users.add()
    try {
      await endExposed(req, exchange, sites)
      return failure
    } catch (error) {
      return error
    } finally {
      for (const { users } of sites) users.remove()
    }
  }

  #passage(
    req: GatewayRequest,
    res: GatewayResponse,
    coming: Coming | null,
    target: Target,
    facts: RequestFacts,
    { rules }: Serving,
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
      exchange: new GatewayExchange(req, res, facts, rules),
      site,
      meaning: site.meaning(method, target),
      url: { host: target.host, path: target.path, secure: facts.secure },
      report: this.#report,
      now: this.#now,
      resumed: null,
    }
  }

  /**
   * Stops listening and closes the store that it opened. Called again, it waits no longer than is said then.
   *
   * @param options.within - milliseconds in which what is under way may come to its end. Default 0: it is ended at once.
   */
  close({ within = 0 }: { readonly within?: number } = {}): Promise<void> {
    const quiet = this.#listening.close(within)
    this.#closed ??= this.#close(quiet)
    return this.#closed
  }

  async #close(quiet: Promise<void>): Promise<void> {
    await Promise.all([quiet, this.#reloading])
    await this.#generations.close()
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
