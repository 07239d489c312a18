// What the visitor is told where the application gave no answer (502, 504).

import { Refusal } from './refusal.ts'
import { MOST_HEADERS } from './upstream.ts'
import { upstreamTlsError } from './upstream-tls.ts'

/** As undici's own, which knows nothing of event streams and is turned off for them. */
export class SilenceError extends Error {
  readonly code = 'UND_ERR_BODY_TIMEOUT'
  override readonly message = 'its body stood still'
}

/** @param error - as undici hands it on */
export function unreachable(error: Error & { code?: string }): Refusal {
  if (error instanceof Refusal) return error // what came for the application was refused on its way
  switch (error.code) {
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return new Refusal(504, 'The application did not answer in time', 'Try again in a moment.', [], { cause: error })
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return new Refusal(502, 'The application cannot be reached', 'It may be restarting: try again in a moment.', [], {
        cause: error,
      })
    case 'UND_ERR_HEADERS_OVERFLOW': {
      const fault = new Error(`the headers of its answer are over ${MOST_HEADERS / 1024} KiB`, { cause: error })
      return new Refusal(502, 'The application gave no proper answer', 'Try again in a moment.', [], { cause: fault })
    }
    default: {
      const fault = upstreamTlsError(error)
      if (fault !== null) {
        const remedy = 'Its administrator has to look at its certificate.'
        return new Refusal(502, 'The application cannot be reached safely', remedy, [], { cause: fault })
      }
      return new Refusal(502, 'The application gave no proper answer', 'Try again in a moment.', [], { cause: error })
    }
  }
}
