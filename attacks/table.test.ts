import assert from 'node:assert/strict'
import { it } from 'node:test'
import { defineAttack, Undecided } from './attack.ts'
import { play, playAll } from './play.ts'
import type { Scenario } from './scenario.ts'
import { leakyShop } from './scenarios/leaky.ts'
import { table } from './table.ts'

const site = (name: string, expect: 'succeeded' | 'failed', more: Partial<Scenario> = {}): Scenario => ({
  name,
  expect,
  start: async () => ({ ...leakyShop, url: 'http://shop.example.test', close: async () => {} }),
  ...more,
})

const succeeding = defineAttack('F3 something', [], async () => ({ got: true, evidence: 'seen' }))

it('the table marks what should not be, and counts the rest', async () => {
  const direct = site('direct', 'succeeded')
  const guarded = site('direct behind a guard', 'failed', { head: 'guarded' })
  const text = table(await playAll([succeeding], [direct, guarded]), { evidence: false })
  assert.match(text, /^attack {8}direct {5}guarded$/m)
  assert.match(text, /^F3 something {2}succeeded {2}succeeded {2}← !$/m)
  assert.match(text, /^direct: 1 of 1 succeeded/m)
  assert.match(text, /^direct behind a guard: 0 of 1 failed/m)
})

it('what should not be is explained, also where nothing else is', async () => {
  const results = await playAll([succeeding], [site('direct', 'succeeded'), site('guarded', 'failed')])
  const text = table(results, { evidence: false })
  assert.match(text, /^F3 something · guarded: succeeded\n {2}seen$/m)
  assert.doesNotMatch(text, /· direct/)
})

it('no line is wider than the terminal', async () => {
  const evidence = `${'so many words '.repeat(30)}and a last one`
  const talkative = defineAttack('F3 something', [], async () => ({ got: true, evidence, notes: [evidence] }))
  const text = table(await playAll([talkative], [site('direct', 'succeeded')]))
  assert.ok(text.split('\n').every((line) => line.length <= 120))
  assert.ok(text.replace(/\n +/g, ' ').includes(evidence))
})

it('two columns under one head are two columns', async () => {
  const guarded = { head: 'guarded' }
  const scenarios = [site('one', 'succeeded', guarded), site('other', 'failed', guarded)]
  assert.match(table(await playAll([succeeding], scenarios)), /^F3 something {2}succeeded {2}succeeded {2}← !$/m)
})

it('what does not apply is a dash, is not counted, and its reason stands below', async () => {
  const notApplicable = { 'F3 something': 'there is no such thing' }
  const other = defineAttack('F4 other', ['stores'], async () => ({ got: true, evidence: 'seen' }))
  const applied = defineAttack('F5 last', [], async () => ({ got: true, evidence: 'seen' }))
  const results = await playAll([succeeding, other, applied], [site('direct', 'succeeded', { notApplicable })])
  const text = table(results, { evidence: false })
  assert.match(text, /^F3 something {2}–$/m)
  assert.match(text, /^direct: 1 of 1 succeeded/m)
  assert.match(
    text,
    /^– direct: does not apply\n {4}F3 something: there is no such thing\n {4}F4 other: .* its stores$/m,
  )
})

it('a site that is not on this machine says so once, and is never started', async () => {
  const start = () => assert.fail('started')
  const absent = site('ASP.NET', 'succeeded', { missing: async () => 'mono is not here', start })
  const text = table(await playAll([succeeding, succeeding], [absent]))
  assert.match(text, /^ASP\.NET: not tried\n\n– ASP\.NET: mono is not here$/m)
})

it('an attack that breaks off has decided nothing', async () => {
  const attack = defineAttack('F4 anything', [], () => Promise.reject(new Undecided('the victim is not signed in')))
  const { report, asExpected } = await play(attack, site('any', 'failed'))
  assert.deepEqual([report?.verdict, asExpected], ['undecided', false])
})

it('a site that does not start has decided nothing', async () => {
  const start = () => Promise.reject(new Error('the port is taken'))
  const { report, asExpected } = await play(succeeding, site('any', 'succeeded', { start }))
  assert.deepEqual([report?.verdict, asExpected], ['undecided', false])
  assert.match(report!.evidence, /the port is taken/)
})

it('what attacks share is ended once all are over', async () => {
  let open = true
  const close = async () => {
    open = false
  }
  const attack = defineAttack('F4 anything', [], async () => ({ got: open, evidence: '' }))
  const results = await playAll([attack, attack, attack], [site('any', 'succeeded', { close })])
  assert.deepEqual([results.every(({ asExpected }) => asExpected), open], [true, false])
})
