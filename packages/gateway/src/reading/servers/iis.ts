// IIS, and Mono where it stands in for it: Windows' names of files behind http.sys, which takes backslashes for slashes.
// `allowDoubleEscaping` decodes again. Short names (8.3) are refused: which page they stand for only the disk knows.

import * as steps from '../steps.ts'
import type { Server } from './server.ts'

export const iis: Server = {
  description: 'IIS with ASP.NET or Classic ASP, and Mono',
  ignoreCase: true,
  always: [steps.backslashes],
  sometimes: [
    steps.decodedAgain,
    steps.bestFit,
    steps.separators,
    steps.parametersOfDots,
    steps.cutAtQuery,
    steps.cookieless,
    steps.streams,
    steps.spacesOfWindows,
    steps.dotsOfWindows,
    steps.merged,
  ],
  refused: /\/[^/.]{1,6}~\d{1,6}(?:\.[^/.]{0,3})?(?:\/|$)/,
}
