// Checks of what several processes cannot do together. Whether `auto` is one of them on this machine makes no difference:
// a file that is right here is right everywhere.

import type { Draft } from '../draft.ts'
import type { Finding } from '../problem.ts'

export function checkWorkers({ gateway: { workers, store }, sites }: Draft): Finding[] {
  if (workers === undefined || workers === 1) return []
  const finding = (what: string, remedy: string): Finding => ({ path: ['workers'], at: 'value', what, remedy })
  const findings: Finding[] = []
  if (store?.kind === 'memory') {
    const what = 'needs a store that all workers share, and store is memory: each would know its own sessions alone'
    findings.push(finding(what, 'add store: sqlite:./coatcheck.db'))
  }
  // Which cookies scripts write shows only to who sees both the answer that set one and the request that brings it.
  if (sites.some(({ vault }) => vault === 'report')) {
    const what = 'is more than one, and what a site with vault: report does has to be seen by one process'
    findings.push(finding(what, 'remove workers until the last site has no vault: report any more'))
  }
  return findings
}
