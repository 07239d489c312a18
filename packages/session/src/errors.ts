// Everything that this library refuses, as one closed union of codes. Each message says what to do about it.

import { inspectCustom } from './inspect.ts'
import type { EndReason } from './store.ts'

const STATUS = {
  /** An option of `createSessions` is wrong. */
  ERR_OPTION: 500,
  /** An argument of a call is wrong. */
  ERR_ARGUMENT: 500,
  /** A token can be neither taken nor issued: the request came over plain http (R5). */
  ERR_INSECURE_TRANSPORT: 403,
  /** An unsafe request with a session came from another origin (R6). */
  ERR_CROSS_ORIGIN: 403,
  /** A request from another site may not begin a session or sign anyone in (R8). */
  ERR_CROSS_SITE: 403,
  /** The headers are out: no cookie can be set, and the answer cannot be made private any more (R3). */
  ERR_HEADERS_SENT: 500,
  /** The session ended while this request was being served; what it wanted to write was dropped (E1). */
  ERR_SESSION_ENDED: 401,
  /** All of the user's sessions were ended while he was signing in (E12). */
  ERR_SIGN_IN_REVOKED: 401,
  /** The user has as many sessions as he may have, and the policy is to refuse. */
  ERR_SESSION_LIMIT: 409,
  /** The data is not what the schema or JSON allows. */
  ERR_DATA: 500,
  /** The record can be read by no key or format that this release has; it is not treated as absent (E9). */
  ERR_RECORD_UNREADABLE: 503,
  /** The store does not answer; the visitor is not taken for anonymous (E9). */
  ERR_STORE_UNAVAILABLE: 503,
  /** Nobody can say whether a write took effect (E2). */
  ERR_WRITE_UNKNOWN: 503,
  /** The sessions were closed. */
  ERR_CLOSED: 503,
} as const

/** The stable names of what can go wrong. */
export type ErrorCode = keyof typeof STATUS

/**
 * The one error class of this library. `code` tells what happened, `status` which HTTP status fits it, `cause` what
 * lay beneath.
 *
 * @example
 * import { SessionError } from '@coatcheck/session'
 * const answerFor = (error: unknown) => (error instanceof SessionError ? error.status : 500)
 * answerFor(new SessionError('ERR_CROSS_ORIGIN', 'from elsewhere')) // 403
 */
export class SessionError extends Error {
  override readonly name = 'SessionError'
  readonly code: ErrorCode
  readonly status: number

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = STATUS[code]
  }

  [inspectCustom](): string {
    return `${this.name} [${this.code}]: ${this.message}`
  }
}

export function sessionEnded(reason: EndReason): SessionError {
  return new SessionError(
    'ERR_SESSION_ENDED',
    `the session ended (${reason}) while this request was being served; what it wanted to write was dropped`,
  )
}
