// The site was found by the host's spelling.

import assert from 'node:assert/strict'
import type { Advisory } from './attack.ts'

const many = Array.from({ length: 120 }, (_, i) => `app${i}.example.test`)
const guarded = `{ name: guarded, hosts: [${many}, bücher.example.test, '[::1]'], upstream: UPSTREAM }`
const open = '{ name: open, upstream: UPSTREAM, public: [/*] }'

function ofGuardedSite(id: string, known: Advisory['known'], hosts: readonly string[]): Advisory {
  return {
    id,
    sentence: 'among many hosts, one in other letters belonged to no site, and so to the one that lets everything pass',
    known,
    sites: `sites: [${guarded}, ${open}]`,
    attacks: hosts.map((host) => ({ target: '/secret', host })),
    holds: ({ request, answer, asPublic }) => {
      assert.equal(answer.status, 200)
      assert.equal(asPublic, false, `${request.host} led to the other site`)
    },
  }
}

export const hosts: readonly Advisory[] = [
  ofGuardedSite('CVE-2026-27588', 'as described', ['APP0.EXAMPLE.TEST', 'app119.Example.test', 'aPP77.example.test']),
  ofGuardedSite('GHSA-j748-h363-wqj8', 'by its class', [
    'app0.example.test.',
    'APP0.example.test.:8080',
    'app0.example.test:443',
    'app0.example.test:',
    'xn--bcher-kva.example.test',
    'XN--BCHER-KVA.example.test.',
    '[::1]',
    '[0:0:0:0:0:0:0:1]:8080',
  ]),
]
