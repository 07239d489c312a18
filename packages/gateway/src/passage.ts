// One request on its way through the gateway: each stage adds what it found out.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestFacts, Session } from '@coatcheck/session'
import type { LoginRule } from './config/config.ts'
import type { GatewayExchange } from './exchange.ts'
import type { UserName } from './form/user-name.ts'
import type { Meaning } from './reading/rules.ts'
import type { Report } from './report.ts'
import type { ReadySite } from './sites.ts'
import type { Target } from './stages/canonical.ts'
import type { BrowserUrl, Vault } from './vault/vault.ts'

export interface Passage {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly method: string
  readonly target: Target
  readonly facts: RequestFacts
  readonly exchange: GatewayExchange
  readonly site: ReadySite
  readonly meaning: Meaning
  readonly url: BrowserUrl
  readonly report: Report
  readonly now: () => number
}

/** What the request has to do with a session; null where it has none (public paths, plain http). */
export interface Visit {
  readonly session: Session<Vault>
  /** The Cookie header for the application. */
  readonly cookies: string | null
  readonly attempt: SignInAttempt | null
  /** The request was a sign-out: the session is over, whatever the answer. */
  readonly signedOut: boolean
}

/** A request that shows by itself to be a sign-in. */
export interface SignInAttempt {
  /** Null where no rule says how success looks: then nobody knows who is signed in. */
  readonly rule: LoginRule | null
  /** Whom it names, or why nobody can say. Absent where there is no rule, or it does not ask. */
  readonly name: UserName
}
