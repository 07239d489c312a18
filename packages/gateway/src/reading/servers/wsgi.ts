// Python's WSGI and Ruby's Rack: the path reaches the application decoded, `%2F` included; Rails merges slashes.

import * as steps from '../steps.ts'
import type { Server } from './server.ts'

export const wsgi: Server = {
  description: 'Django, Flask, Rails and others on WSGI or Rack',
  ignoreCase: false,
  always: [],
  sometimes: [steps.decodedAgain, steps.separators, steps.parametersOfDots, steps.trimmed, steps.merged],
  refused: null,
}
