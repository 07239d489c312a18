import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Attack, defineAttack, Undecided, type Verdict } from './attack.ts'
import type { Scenario } from './scenario.ts'
import { leakyShop } from './scenarios/leaky.ts'
import { table } from './table.ts'

const site = (name: string, expect: 'succeeded' | 'failed'): Scenario => ({
  name,
  expect,
  start: async () => ({ ...leakyShop, url: 'http://shop.example.test', close: async () => {} }),
})

const result = (attack: Attack, scenario: Scenario, verdict: Verdict) => ({
  attack,
  scenario,
  report: { attack: attack.name, verdict, evidence: 'seen' },
  asExpected: verdict === scenario.expect,
})

it('the table marks what should not be, and counts the rest', () => {
  const attack = defineAttack('F3 something', [], async () => ({ got: true, evidence: '' }))
  const direct = site('direct', 'succeeded')
  const guarded = site('guarded', 'failed')
  const text = table([result(attack, direct, 'succeeded'), result(attack, guarded, 'undecided')], { evidence: false })
  assert.match(text, /^F3 something {2}succeeded {2}undecided {2}← !$/m)
  assert.match(text, /^direct: 1 of 1 succeeded/m)
  assert.match(text, /^guarded: 0 of 1 failed/m)
})

it('an attack that breaks off has decided nothing', async () => {
  const { start } = site('any', 'failed')
  const attack = defineAttack('F4 anything', [], () => Promise.reject(new Undecided('the victim is not signed in')))
  const target = await start(attack)
  assert.equal((await attack.run(target)).verdict, 'undecided')
})
