// One request and its answer, as the engine sees them. Adapters make them; the engine knows no framework.

import { SessionError } from './errors.ts'
import type { RequestFacts } from './http/origin.ts'
import type { Client } from './store.ts'

export interface Exchange {
  /** The request line and the headers that decide where it came from. */
  readonly facts: RequestFacts
  /** The Cookie header as it arrived. */
  readonly cookieHeader: string | undefined
  readonly client: Client
  /** What the request came on, where that is known: one object for all requests of a connection. */
  readonly connection?: object | undefined
  /** Whether the answer's headers are out. */
  readonly headersSent: boolean
  /** Marks the answer as personal (R3). @throws ERR_HEADERS_SENT where it went out as a public one */
  personal(): void
  /** Puts our Set-Cookie line on the answer, in the place of an earlier one of ours, and forbids storing it (R2). @throws ERR_HEADERS_SENT */
  setCookie(name: string, line: string): void
}

/** The answer left while the act whose cookie it should have carried was still under way. */
export function tooLate(): SessionError {
  return new SessionError(
    'ERR_HEADERS_SENT',
    'the answer left before its cookie was known: wait for update, signIn and rotate before answering',
  )
}

const MAX_USER_AGENT = 512

/** Enough to tell one's devices apart; a stranger's header must not fill the store. */
export function shortened(userAgent: string | null): string | null {
  return userAgent === null ? null : userAgent.slice(0, MAX_USER_AGENT)
}
