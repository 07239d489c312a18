// The gateway: a request's way to the application and back, readable as a list of its stages.

import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  parseAuthority,
  type RequestFacts,
  requestFacts,
  SessionError,
  type Store,
  TransportRules,
} from '@coatcheck/session'
import { answerRefusal } from './answers.ts'
import type { Config } from './config/config.ts'
import { GatewayExchange } from './exchange.ts'
import { type FormQuestion, readForm } from './form/form.ts'
import type { SiteIds } from './ids/site-ids.ts'
import { closeListeners, type Listener, openListeners } from './listeners.ts'
import type { Passage } from './passage.ts'
import { Refusal } from './refusal.ts'
import type { Report } from './report.ts'
import { limitSilence } from './silence.ts'
import { type ReadySite, readySite, type Timeouts } from './sites.ts'
import { canonicalRequest, type Target } from './stages/canonical.ts'
import { forward } from './stages/forward.ts'
import { endedMeanwhile, withheld } from './stages/receive.ts'
import { openVisit } from './stages/session.ts'
import { undoSignIn } from './stages/sign-in.ts'
import { transport } from './stages/transport.ts'
import { openStore } from './store.ts'

export interface GatewayOptions {
  /** Hears what an operator should know. Default: nobody. */
  readonly report?: Report
  readonly timeouts?: Timeouts
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
  readonly #patience: number
  readonly #sites: ReadonlyMap<string, ReadySite>
  #listeners: readonly Listener[] = []

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
    this.#patience = timeouts.body ?? 300_000
    this.#ownsStore = store === undefined
    this.#store = store ?? openStore(config)
    this.#sites = new Map(
      config.sites.map((site) => [site.name, readySite(site, this.#store, report, timeouts, clock)]),
    )
  }

  /** Where it listens. */
  get listeners(): readonly Pick<Listener, 'protocol' | 'address' | 'port'>[] {
    return this.#listeners
  }

  async listen(): Promise<void> {
    this.#listeners = await openListeners(this.config, (req, res) => void this.#handle(req, res))
  }

  async #handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const facts = requestFacts(req, this.#rules)
    let passage: Passage | null = null
    try {
      passage = await this.#read(req, res, facts)
      limitSilence(passage, this.#patience)
      const { meaning, site, target } = passage
      const refusal = transport(facts, site.site, target, meaning.login !== null, this.#httpsPort())
      if (refusal !== null || meaning.isPublic) await endExposed(req, passage.exchange, [site])
      if (refusal !== null) throw refusal
      const field = meaning.login?.user?.field ?? null
      const form = site.ids.parameters.isEmpty && field === null ? null : await readForm(req, question(passage, field))
      const visit = meaning.isPublic ? null : await openVisit(passage, form)
      await forward(passage, visit, form).catch((error) => undoSignIn(visit, error))
    } catch (error) {
      // Nobody is left to answer. What the store could not do is told all the same.
      if (res.closed && !(error instanceof SessionError)) return
      const refusal = asRefusal(endedMeanwhile(error) && passage !== null ? withheld(passage) : error)
      if (refusal.status >= 500 || refusal.status === 400) {
        this.#report({ type: 'refused', status: refusal.status, title: refusal.message, cause: refusal.cause })
      }
      answerRefusal(req, res, refusal, passage?.exchange.cookie ?? null)
    }
  }

  /** @throws Refusal where the request cannot be read in one way; a token that it brought in clear is over then too */
  async #read(req: IncomingMessage, res: ServerResponse, facts: RequestFacts): Promise<Passage> {
    let site: ReadySite | null = null
    try {
      const arrived = canonicalRequest(req)
      site = this.#route(arrived)
      const target = withoutIds(req, arrived, site.ids)
      return this.#passage(req, res, target, facts, site)
    } catch (error) {
      // Whose token it is shows only where the site does; where not, it is looked for in all.
      site ??= this.#siteOf(parseAuthority(req.headers.host ?? '')?.host)
      const exchange = new GatewayExchange(req, res, facts, this.#rules)
      await endExposed(req, exchange, site === null ? [...this.#sites.values()] : [site])
      throw error
    }
  }

  #route({ host }: Target): ReadySite {
    const site = this.#siteOf(host)
    if (site === null) throw new Refusal(421, 'No site of this name is served here', 'Check the address.')
    return site
  }

  #siteOf(host: string | undefined): ReadySite | null {
    if (host === undefined) return null
    const site = this.config.byHost.get(host) ?? this.config.anyHost
    return (site && this.#sites.get(site.name)) ?? null
  }

  #passage(req: IncomingMessage, res: ServerResponse, target: Target, facts: RequestFacts, site: ReadySite): Passage {
    const method = facts.method
    return {
      req,
      res,
      method,
      target,
      facts,
      exchange: new GatewayExchange(req, res, facts, this.#rules),
      site,
      meaning: site.meaning(method, target),
      url: { host: target.host, path: target.path, secure: facts.secure },
      report: this.#report,
      now: this.#now,
    }
  }

  #httpsPort(): number | null {
    return this.config.publicPort ?? this.#listeners.find(({ protocol }) => protocol === 'https')?.port ?? null
  }

  /** Stops listening, ends what is under way, and closes the store that it opened. */
  async close(): Promise<void> {
    await closeListeners(this.#listeners)
    for (const site of this.#sites.values()) await site.close()
    if (this.#ownsStore) await this.#store.close()
  }
}

function question({ site, target }: Passage, field: string | null): FormQuestion {
  return { field, without: site.ids.parameters, query: target.query, wideEscapes: site.site.server === 'iis' }
}

/**
 * The application's own session ids stay outside, wherever in the address they stand (G2).
 *
 * @throws Refusal 400 where one cannot be taken out
 */
function withoutIds(req: IncomingMessage, arrived: Target, { parameters, path, address }: SiteIds): Target {
  let target = arrived
  if (path?.mayBeIn(req.url ?? '')) target = canonicalRequest(req, path)
  if (target.query !== '' && !parameters.isEmpty) {
    const left = parameters.removedFrom(target.query.slice(1))
    target = { ...target, query: left === '' ? '' : `?${left}` }
  }
  if (address?.isIn(target.path + target.query)) {
    throw new Refusal(
      400,
      'This address holds a session id',
      'Ids are not taken from addresses: go to the page itself.',
    )
  }
  return target
}

// A token that crossed the wire in clear is over, whatever becomes of the request (R5).
async function endExposed(req: IncomingMessage, exchange: GatewayExchange, sites: readonly ReadySite[]): Promise<void> {
  if (exchange.facts.secure || req.headers.cookie === undefined) return
  await Promise.all(sites.map((site) => site.sessions.openExchange(exchange)))
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  const cause = { cause: error }
  if (!(error instanceof SessionError)) {
    return new Refusal(500, 'The gateway failed', 'This is a fault of the gateway, and has been reported.', [], cause)
  }
  switch (error.code) {
    case 'ERR_CROSS_ORIGIN':
    case 'ERR_CROSS_SITE':
      return new Refusal(
        403,
        'This request came from another site',
        'Go to the page itself and try again there.',
        [],
        cause,
      )
    case 'ERR_SIGN_IN_REVOKED':
      return new Refusal(401, 'All sessions were ended while you signed in', 'Sign in again.', [], cause)
    case 'ERR_SESSION_LIMIT':
      return new Refusal(409, 'You are signed in too many times', 'Sign out elsewhere first.', [], cause)
    default:
      return new Refusal(503, 'Sessions are not available', 'Try again in a moment.', [['Retry-After', '5']], cause)
  }
}
