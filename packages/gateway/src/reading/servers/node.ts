// Node's own server hands the path over as it came; frameworks decode it before or after they compare. For Fastify 4 a
// semicolon begins the query.

import * as steps from '../steps.ts'
import type { Server } from './server.ts'

export const node: Server = {
  description: 'Node: Express, Fastify, Koa and others',
  ignoreCase: false,
  always: [],
  sometimes: [
    steps.decodedAgain,
    steps.separators,
    steps.semicolons,
    steps.parameters,
    steps.cutAtSemicolon,
    steps.trimmed,
    steps.merged,
  ],
  refused: null,
}
