// The one canonical name of a user, as the caller hands it in.

import { SessionError } from './errors.ts'

const MAX_LENGTH = 512

/** @throws ERR_ARGUMENT */
export function assertUser(user: unknown): asserts user is string {
  // A lone surrogate would be stored as U+FFFD, and so be the name of somebody else.
  const good = typeof user === 'string' && user !== '' && user.length <= MAX_LENGTH && user.isWellFormed()
  if (good && !user.includes('\0')) return
  throw new SessionError(
    'ERR_ARGUMENT',
    `a user's name is 1 to ${MAX_LENGTH} characters of well-formed text without NUL`,
  )
}
