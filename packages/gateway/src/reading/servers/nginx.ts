// nginx: decodes once, `%2F` included, and merges slashes (`merge_slashes`); what it passes on to an application may be the
// path as it came, or decoded and escaped again.

import * as steps from '../steps.ts'
import type { Server } from './server.ts'

export const nginx: Server = {
  description: 'nginx, also with FastCGI',
  ignoreCase: false,
  always: [],
  sometimes: [
    steps.decodedAgain,
    steps.separators,
    steps.parametersOfDots,
    steps.cutAtQuery,
    steps.trimmed,
    steps.merged,
  ],
  refused: null,
}
