// One request as the engine sees it. What the engine decides about the answer is noted here and put on it by `receive`,
// which alone writes headers.

import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type Client,
  type Exchange,
  type RequestFacts,
  requestClient,
  type Session,
  type TransportRules,
} from '@coatcheck/session'
import type { Vault } from './vault/vault.ts'

export class GatewayExchange implements Exchange {
  readonly facts: RequestFacts
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  /** Read at once: a request whose body has been read has lost its socket. */
  readonly client: Client
  /** Whether our own socket speaks TLS. */
  readonly encrypted: boolean
  /** Whether the browser came by https, as our own socket shows or a trusted proxy says. */
  readonly https: boolean
  /** The visitor's, once it is open. */
  session: Session<Vault> | null = null
  /** Our Set-Cookie line, once there is one. */
  cookie: string | null = null

  constructor(req: IncomingMessage, res: ServerResponse, facts: RequestFacts, rules: TransportRules) {
    this.#req = req
    this.#res = res
    this.facts = facts
    this.client = requestClient(req, rules)
    this.encrypted = (req.socket as { encrypted?: boolean }).encrypted === true
    this.https = facts.secure && (this.encrypted || rules.isTrusted(req.socket.remoteAddress))
  }

  get cookieHeader(): string | undefined {
    return this.#req.headers.cookie
  }

  get connection(): object | undefined {
    return this.#req.socket
  }

  get headersSent(): boolean {
    return this.#res.headersSent
  }

  // Every answer that is not public is personal: `receive` makes it so.
  personal(): void {}

  setCookie(_name: string, line: string): void {
    this.cookie = line
  }
}
