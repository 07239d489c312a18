// A server of which nothing is known: every habit that is known of any. Case is not folded: a public path in other letters
// is then not public, which harms nobody, and sign-ins are looked for in any case of letters.

import * as steps from '../steps.ts'
import type { Server } from './server.ts'

export const any: Server = {
  description: 'any server',
  ignoreCase: false,
  always: [],
  sometimes: [
    steps.decodedAgain,
    steps.bestFit,
    steps.separators,
    steps.semicolons,
    steps.parameters,
    steps.cutAtSemicolon,
    steps.cutAtQuery,
    steps.trimmed,
    steps.cookieless,
    steps.streams,
    steps.spacesOfWindows,
    steps.dotsOfWindows,
    steps.merged,
  ],
  refused: null,
}
