// A path to which other sites may send forms (R8): one place, for which the application is prepared.

import { parsePathPattern } from './path-pattern.ts'
import { Refused, refused } from './refused.ts'

export function parseCallback(text: string): string | Refused {
  const pattern = parsePathPattern(text)
  if (pattern instanceof Refused || !pattern.endsWith('*')) return pattern
  return refused(
    'ends in "*": any form of any site would reach all that is below it, with the session',
    'name the one path that takes the form, for example /saml/acs; a segment in the middle may be "*"',
  )
}
