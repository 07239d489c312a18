// Apache httpd with CGI, PHP or files: `%2F` is 404, decoded or kept (`AllowEncodedSlashes`), slashes are merged
// (`MergeSlashes`), mod_rewrite's substitutions are read again.

import * as steps from '../steps.ts'
import type { Server } from './server.ts'

export const apache: Server = {
  description: 'Apache httpd, also with PHP or CGI',
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
