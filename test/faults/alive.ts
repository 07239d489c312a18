// A few rounds as tests, each named for the rule that it holds: so that `npm run test:rules` can break the rule and see
// that the faults find it. Not part of `npm test`.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Campaign } from './campaign.ts'
import { Crew } from './crew/crew.ts'
import { emptyTally, type Trial } from './fault.ts'
import { atWork } from './faults/kill.ts'
import { powerCut } from './faults/power-cut.ts'
import { Random } from './random.ts'
import { compile, place } from './surroundings.ts'

const CUTS = 8

test('E2: what was acknowledged is there when processes are killed', async () => {
  await trying(async (trial) => {
    await atWork(trial, new Campaign(trial, { folder: trial.folder('kill') }))
  })
})

test('E4: what was acknowledged as ended is ended after a power cut', {
  skip: powerCut.missing?.() ?? false,
}, async () => {
  await trying((trial) => powerCut.try(trial))
})

async function trying(work: (trial: Trial) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(place(), 'coatcheck-faults-'))
  await compile(folder)
  const crew = new Crew(1)
  const tally = emptyTally()
  try {
    await work({
      random: new Random(1),
      crew,
      tally,
      rounds: () => CUTS,
      folder: (label) => mkdtempSync(join(folder, `${label}-`)),
      progress: () => {},
    })
  } finally {
    await crew.end()
    rmSync(folder, { recursive: true, force: true })
  }
  assert.deepEqual(tally.broken, [])
  assert.ok(tally.ends > 0)
}
