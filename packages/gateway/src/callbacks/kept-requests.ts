// Requests that are kept for the moment between a form's arrival from another site and the browser's coming back with
// its cookie (R8).
//
// Each is kept as a brief session of a site of its own, `callbacks:` and the site's name, and the reference in the URL is
// that session's token. So everything that is true of a session is true of it, in every store and with every number of
// processes: 256 random bits of which the store has only a hash, sealed at rest, over after its absolute lifetime, swept,
// and changed by compare-and-swap, which makes it single-use: of two that come for it, one finds it.
//
// Nothing of it is cached (`strict`): what nobody comes back for would fill the read cache's memory.

import { randomUUID } from 'node:crypto'
import { type Client, type Exchange, type RequestFacts, SessionError, Sessions, type Store } from '@coatcheck/session'
import type { KeyRingOptions } from '../key-ring.ts'

import { ALONE, type Peers, type PeerWord } from '../peers.ts'
import { Allowance } from './allowance.ts'

export const CALLBACK_SITE = 'callbacks:'

/** Milliseconds for which a request is kept. */
const KEPT_FOR = 60_000

/** As JSON carries it. */
export interface KeptRequest {
  /** As the browser named the host, port included. */
  readonly authority: string
  readonly path: string
  /** The application's own, with its question mark. */
  readonly query: string
  /** What was said of the form and of the page that sent it; raw pairs. */
  readonly headers: readonly string[]
  /** base64 */
  readonly body: string
}

interface Kept {
  /** By which it was counted in. */
  readonly name: string
  /** Null once it was taken. */
  readonly request: KeptRequest | null
}

export class KeptRequests {
  readonly #sessions: Sessions<Kept, [Exchange]>
  readonly #allowance: Allowance
  readonly #now: () => number

  /** @param keyRing - with what the site's sessions are sealed */
  constructor(siteName: string, store: Store, clock: () => number, keyRing: KeyRingOptions, peers: Peers = ALONE) {
    this.#allowance = new Allowance(siteName, peers)
    this.#now = clock
    this.#sessions = new Sessions<Kept, [Exchange]>(
      {
        ...keyRing,
        store,
        clock,
        site: CALLBACK_SITE + siteName,
        initial: () => ({ name: '', request: null }),
        idle: 'off',
        absolute: KEPT_FOR / 1000,
        renew: 'off',
        cookie: COOKIE,
        freshness: 'strict',
      },
      (exchange) => exchange,
    )
  }

  /** What another process of the gateway tells. */
  hear(word: PeerWord & { type: 'form-kept' | 'form-taken' }): void {
    this.#allowance.hear(word)
  }

  /** Hears of stores that fail. */
  onStoreError(listener: Parameters<Sessions<Kept, [Exchange]>['on']>[1]): void {
    this.#sessions.on('store-error', listener)
  }

  /**
   * @param address - of the client who sent it
   * @returns the reference, by which it can be taken once; null where too much is kept already
   * @throws SessionError where the store does not keep it
   */
  async keep(request: KeptRequest, address: string | null): Promise<string | null> {
    const name = randomUUID()
    const now = this.#now()
    if (!this.#allowance.take(name, address, request.body.length, now, now + KEPT_FOR)) return null
    const exchange = new ReferenceExchange(null)
    const session = await this.#sessions.openExchange(exchange)
    await session.update(() => ({ name, request }))
    return exchange.issued
  }

  /**
   * Takes what was kept for this place. What was kept for another one stays.
   *
   * @returns null where nothing is kept under the reference any more, or never was
   * @throws SessionError where the store does not answer
   */
  async take(reference: string, place: Pick<KeptRequest, 'authority' | 'path'>): Promise<KeptRequest | null> {
    const session = await this.#sessions.openExchange(new ReferenceExchange(reference))
    const found = session.id === null ? null : session.data.request
    if (found === null || found.authority !== place.authority || found.path !== place.path) return null
    let taken: KeptRequest | null = null
    try {
      await session.update((kept) => {
        taken = kept.request
        return { ...kept, request: null }
      })
    } catch (error) {
      if (error instanceof SessionError && error.code === 'ERR_SESSION_ENDED') return null
      throw error
    }
    this.#allowance.giveBack(session.data.name)
    return taken
  }

  /** The store is not its own. */
  close(): Promise<void> {
    return this.#sessions.close({ keepStore: true })
  }
}

const COOKIE = 'callback'
const COOKIE_NAME = `__Host-Http-${COOKIE}`

/** The engine reads a session's token from a cookie and writes it to one; here both are a reference. */
class ReferenceExchange implements Exchange {
  readonly facts = FACTS
  readonly client: Client = { address: null, userAgent: null }
  readonly headersSent = false
  readonly cookieHeader: string | undefined
  issued: string | null = null

  constructor(reference: string | null) {
    this.cookieHeader = reference === null ? undefined : `${COOKIE_NAME}=${reference}`
  }

  personal(): void {}

  setCookie(name: string, line: string): void {
    this.issued = line.slice(name.length + 1, line.indexOf(';'))
  }
}

/** Whether a request may be kept or taken is decided before (`stages/callbacks.ts`): here it may. */
const FACTS: RequestFacts = {
  method: 'GET',
  host: undefined,
  secure: true,
  origin: undefined,
  fetchSite: 'none',
  fetchMode: 'navigate',
  fetchDest: 'document',
  upgrade: false,
}
