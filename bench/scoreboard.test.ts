// The scoreboard: that its document is what the last run found, and that we hold. All of it is played by
// `npm run scoreboard`, which needs the packages of the peers.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { contenders } from './scoreboard/contenders.ts'
import { DOCUMENT, document, isRed, RESULTS, type Results } from './scoreboard/document.ts'
import { playAll } from './scoreboard/play.ts'
import { trials } from './scoreboard/trials.ts'

const results: Results = JSON.parse(readFileSync(RESULTS, 'utf8'))

test('docs/scoreboard.md is what the last run found', () => {
  assert.equal(readFileSync(DOCUMENT, 'utf8'), document(results))
})

test('it has a verdict for each attack on each contender, and nothing stayed undecided', () => {
  const places = trials.flatMap(({ id }) => contenders.map(({ name }) => `${id} ${name}`))
  assert.deepEqual(
    results.cells.map(({ trial, contender }) => `${trial} ${contender}`),
    places,
  )
  assert.deepEqual(results.cells.filter(isRed), [])
})

test('the packages that it tells of are those of the bench', () => {
  const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'))
  for (const [name, version] of Object.entries(dependencies)) {
    if (name in results.versions)
      assert.equal(results.versions[name], version, `${name}: npm run scoreboard -- --write`)
  }
})

test('E1, E2, E3, E4: coatcheck holds what needs no peer and no cache to be tried', async () => {
  const [coatcheck] = contenders
  const chosen = trials.filter(({ id }) => /^F[34]|^lost-update/.test(id))
  const cells = await playAll(coatcheck!, chosen, () => {})
  assert.deepEqual(
    cells.map(({ trial, verdict, evidence }) => ({ trial, verdict, evidence })),
    cells.map(({ trial, evidence }) => ({ trial, verdict: 'holds', evidence })),
  )
})
