// Tomcat, and servlet containers like it: path parameters are no part of a name, wherever they stand. `%2F` is refused,
// decoded or passed through (`encodedSolidusHandling`), backslashes likewise.

import * as steps from '../steps.ts'
import type { Server } from './server.ts'

export const tomcat: Server = {
  description: 'Tomcat, Jetty and other servlet containers',
  ignoreCase: false,
  always: [steps.parametersOfNames],
  sometimes: [
    steps.decodedAgain,
    steps.bestFit,
    steps.separators,
    steps.semicolons,
    steps.parameters,
    steps.trimmed,
    steps.merged,
  ],
  refused: null,
}
