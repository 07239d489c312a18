// A few rounds as tests, each named for the rule that it holds: so that `npm run test:rules` can break the rule and see
// that the faults find it. Not part of `npm test`.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Crew } from './crew/crew.ts'
import { emptyTally, type Fault } from './fault.ts'
import { kill } from './faults/kill.ts'
import { powerCut } from './faults/power-cut.ts'
import { Random } from './random.ts'

for (const [title, fault, rounds] of [
  ['E2: what was acknowledged is there when processes are killed', kill, 1],
  ['E4: what was acknowledged as ended is ended after a power cut', powerCut, 8],
] as const satisfies readonly (readonly [string, Fault, number])[]) {
  test(title, { skip: fault.missing?.() ?? false }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coatcheck-faults-'))
    const crew = new Crew(1)
    const tally = emptyTally()
    try {
      await fault.try({
        random: new Random(1),
        crew,
        tally,
        rounds: () => rounds,
        folder: (label) => mkdtempSync(join(folder, `${label}-`)),
        progress: () => {},
      })
    } finally {
      await crew.end()
      rmSync(folder, { recursive: true, force: true })
    }
    assert.deepEqual(tally.broken, [])
    assert.ok(tally.ends > 0)
  })
}
