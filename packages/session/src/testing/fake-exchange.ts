// A browser without a network: what it would send, and what it makes of the answer's Set-Cookie.

import type { Exchange } from '../exchange.ts'
import type { RequestFacts } from '../http/origin.ts'
import type { OpenOptions } from '../open.ts'
import type { Session } from '../session.ts'
import type { Sessions } from '../sessions.ts'
import type { Client } from '../store.ts'

const NAVIGATION: RequestFacts = {
  method: 'GET',
  host: 'shop.test',
  secure: true,
  origin: undefined,
  fetchSite: 'same-origin',
  fetchMode: 'navigate',
  fetchDest: 'document',
  upgrade: false,
}

/** What a form on another site makes a browser send; it withholds the Lax cookie. */
export const CROSS_SITE_POST: Partial<RequestFacts> = {
  method: 'POST',
  origin: 'https://evil.test',
  fetchSite: 'cross-site',
}

/** One request and its answer. */
export class FakeExchange implements Exchange {
  readonly facts: RequestFacts
  readonly cookieHeader: string | undefined
  readonly client: Client = { address: '192.0.2.1', userAgent: 'Fake/1.0' }
  readonly setCookies = new Map<string, string>()
  headersSent = false
  isPersonal = false

  constructor(cookieHeader: string | undefined, facts: Partial<RequestFacts> = {}) {
    this.cookieHeader = cookieHeader
    this.facts = { ...NAVIGATION, ...facts }
  }

  personal(): void {
    this.isPersonal = true
  }

  setCookie(name: string, line: string): void {
    this.setCookies.set(name, line)
  }
}

/** A session as a test holds it: the request's session and the answer under way. */
export interface Opened<Data> {
  readonly session: Session<Data>
  readonly exchange: FakeExchange
}

export class FakeBrowser {
  #jar = new Map<string, string>()

  /** The Cookie header that it would send; also what a thief of the jar has. */
  get cookies(): string | undefined {
    return this.#jar.size === 0 ? undefined : [...this.#jar].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** The value of its one cookie. */
  get token(): string {
    return [...this.#jar.values()][0] ?? ''
  }

  /** Another browser with the same cookies, as they are now. */
  copy(): FakeBrowser {
    const copy = new FakeBrowser()
    copy.#jar = new Map(this.#jar)
    return copy
  }

  /** Sends a request; its answer is not here yet. */
  request(facts: Partial<RequestFacts> = {}): FakeExchange {
    return new FakeExchange(this.cookies, facts)
  }

  /** The answer arrives. */
  receive({ setCookies }: FakeExchange): void {
    for (const [name, line] of setCookies) {
      const value = line.slice(name.length + 1, line.indexOf(';'))
      if (line.includes('Max-Age=0')) this.#jar.delete(name)
      else this.#jar.set(name, value)
    }
  }

  /** Sends a request and opens its session; the answer waits for `receive`. */
  async open<Data>(
    sessions: Sessions<Data, [FakeExchange]>,
    facts: Partial<RequestFacts> = {},
    options: OpenOptions = {},
  ): Promise<Opened<Data>> {
    const exchange = this.request(facts)
    return { exchange, session: await sessions.openExchange(exchange, options) }
  }

  /** A whole request: sent, handled, answered. Answers the session as the handler left it. */
  async visit<Data>(
    sessions: Sessions<Data, [FakeExchange]>,
    handler: (session: Session<Data>) => unknown = () => {},
    facts: Partial<RequestFacts> = {},
  ): Promise<Session<Data>> {
    const { session, exchange } = await this.open(sessions, facts)
    try {
      await handler(session)
    } finally {
      this.receive(exchange)
    }
    return session
  }
}
