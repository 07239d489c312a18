// What other gateways got past their rules by paths, hosts, headers and what could not be read: none of it gets past these.

import { describe, test } from 'node:test'
import { carryOut } from './attack.ts'
import { headers } from './headers.ts'
import { hosts } from './hosts.ts'
import { overHttp1, overUpgrade } from './http1.ts'
import { overHttp2 } from './http2.ts'
import { malformed } from './malformed.ts'
import { paths } from './paths.ts'

for (const advisory of [...paths, ...headers, ...malformed, ...hosts]) {
  describe(`${advisory.id} (${advisory.known}): ${advisory.sentence}`, { concurrency: true }, () => {
    test('G1: not over HTTP/1.1', (t) => carryOut(t, advisory, overHttp1))
    test('G1: not over the Upgrade path', (t) => carryOut(t, advisory, overUpgrade))
    if (advisory.isOfPlainHttp) return
    test('G1: not over HTTP/2', (t) => carryOut(t, advisory, overHttp2))
  })
}
