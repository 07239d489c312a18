// The configured secrets as options of the library (E7): with what session data is sealed, beside the token.

import type { BaseOptions } from '@coatcheck/session'
import type { Keys } from './config/config.ts'

export type KeyRingOptions = Partial<Pick<BaseOptions<unknown>, 'secret' | 'insecureAcceptWithoutSecret'>>

/** @example keyRing({ secrets: [], acceptWithoutSecret: false }) // {} */
export function keyRing({ secrets, acceptWithoutSecret }: Keys): KeyRingOptions {
  if (secrets.length === 0) return {}
  return { secret: secrets.map((one) => one.reveal()), insecureAcceptWithoutSecret: acceptWithoutSecret }
}
