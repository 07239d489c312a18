// One request on its way through the gateway: each stage adds what it found out.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { RequestFacts, Session } from '@coatcheck/session'
import type { Resumed } from './callbacks/resumed.ts'
import type { LoginRule } from './config/config.ts'
import type { GatewayExchange } from './exchange.ts'
import type { UserName } from './form/user-name.ts'
import type { Adoption } from './moving-in/adoption.ts'
import type { Meaning } from './reading/rules.ts'
import type { Report } from './report.ts'
import type { ReadySite } from './sites.ts'
import type { Target } from './stages/canonical.ts'
import type { BrowserUrl, Vault } from './vault/vault.ts'

/** As node:http gives it, or the compatible API of node:http2: then it has a stream. */
export type GatewayRequest = IncomingMessage & { readonly stream?: ServerHttp2Stream }
export type GatewayResponse = ServerResponse & { readonly stream?: ServerHttp2Stream }

/** A request to go on as a WebSocket: its connection, and what came on it already. */
export interface Upgrade {
  readonly socket: Duplex
  readonly head: Buffer
}

export interface Passage {
  readonly req: GatewayRequest
  readonly res: GatewayResponse
  /** Null for every other request. */
  readonly upgrade: Upgrade | null
  readonly method: string
  readonly target: Target
  readonly facts: RequestFacts
  readonly exchange: GatewayExchange
  readonly site: ReadySite
  readonly meaning: Meaning
  readonly url: BrowserUrl
  readonly report: Report
  readonly now: () => number
  /** The form in whose place this request goes on to the application (R8); null for all others. */
  readonly resumed: Resumed | null
}

/** What the request has to do with a session; null where it has none (public paths, plain http). */
export interface Visit {
  readonly session: Session<Vault>
  /** The Cookie header for the application. */
  readonly cookies: string | null
  readonly attempt: SignInAttempt | null
  /** The request was a sign-out: the session is over, whatever the answer. */
  readonly signedOut: boolean
  /** What became of cookies from before the gateway that it brought; null where nothing was to be taken over. */
  readonly adoption: Adoption | null
}

/** A request that shows by itself to be a sign-in. */
export interface SignInAttempt {
  /** Null where no rule says how success looks: then nobody knows who is signed in. */
  readonly rule: LoginRule | null
  /** Whom it names, or why nobody can say. Absent where there is no rule, or it does not ask. */
  readonly name: UserName
  /** Whether he asks for a session that outlives the browser. */
  readonly remember: boolean
}
