// What the visitor is told of an error. Only a stage's own refusal says more than what he can do about it.

import { SessionError } from '@coatcheck/session'
import { Refusal } from './refusal.ts'

/** A fault of the gateway's own is a 500; where the sessions are not to be had, nobody is taken for a stranger (E9). */
export function asRefusal(error: unknown): Refusal {
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
