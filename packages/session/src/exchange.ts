// One request and its answer, as the engine sees them. Adapters make them; the engine knows no framework.

import type { RequestFacts } from './http/origin.ts'
import type { Client } from './store.ts'

export interface Exchange {
  /** The request line and the headers that decide where it came from. */
  readonly facts: RequestFacts
  /** The Cookie header as it arrived. */
  readonly cookieHeader: string | undefined
  readonly client: Client
  /** Whether the answer's headers are out. */
  readonly headersSent: boolean
  /** Marks the answer as personal (R3). @throws ERR_HEADERS_SENT where it went out as a public one */
  personal(): void
  /** Puts our Set-Cookie line on the answer, in the place of an earlier one of ours, and forbids storing it (R2). */
  setCookie(name: string, line: string): void
}
