// Another process holds the write lock for seconds. Reads go on, the event loop turns, writes wait and succeed, or fail
// loudly with the remedy where it takes longer than they may wait (E8, E9).

import { setTimeout as sleep } from 'node:timers/promises'
import { Campaign } from '../campaign.ts'
import type { Member } from '../crew/crew.ts'
import type { Serving } from '../crew/protocol.ts'
import type { Fault, Trial } from '../fault.ts'

const USUAL = 4
const LOCK_TIMEOUT = 2500
/** Milliseconds: shorter than a write may wait, and longer. */
const LOCKS = [1500, 4000] as const
/** Of the time that a write may wait, the event loop may stand still for so much, beyond what it does elsewhere. */
const STILL = 0.25

export const lock: Fault = {
  name: 'write lock held',
  rules: ['E8', 'E9'],
  what: `another process holds the write lock for ${LOCKS.join(' and ')} ms, where writes may wait ${LOCK_TIMEOUT} ms`,
  try: async (trial) => {
    const rounds = trial.rounds(USUAL)
    for (let round = 0; round < rounds; round++) {
      trial.progress(round, rounds)
      await once(trial, LOCKS[round % LOCKS.length] as number)
      trial.tally.rounds++
    }
  },
}

async function once(trial: Trial, time: number): Promise<void> {
  const { crew, tally } = trial
  const campaign = new Campaign(trial, { folder: trial.folder('lock'), site: { lockTimeout: LOCK_TIMEOUT }, pause: 3 })
  const [server, holder, newcomer] = (await crew.takeMany(3)) as [Member, Member, Member]
  await campaign.employ(server)
  await sleep(100)
  const locked = holder.hear()
  const held = holder.ask({ do: 'lock', file: campaign.file, for: time })
  await locked
  const control = newcomer.ask<number>({ do: 'idle for', milliseconds: time * 0.9 })
  const { reads, longest } = await server.ask<Serving>({ do: 'serve for', milliseconds: time * 0.9 })
  const elsewhere = await control
  await held
  await campaign.rest()
  const errors = campaign.refusals()
  if (longest - elsewhere > Math.min(time, LOCK_TIMEOUT) * STILL) {
    tally.broken.push(
      `the event loop stood still for ${longest.toFixed(0)} of ${time} ms, elsewhere ${elsewhere.toFixed(0)}`,
    )
  }
  if (reads < 100) tally.broken.push(`only ${reads} reads in ${time} ms`)
  if (time < LOCK_TIMEOUT) for (const error of errors) tally.broken.push(`it did not wait: ${error}`)
  else if (errors.length === 0) tally.broken.push('nobody heard that the file is locked')
  for (const error of errors)
    if (!/another process holds its write lock/.test(error)) tally.broken.push(`unhelpful: ${error}`)
  await campaign.verify(newcomer, 'all')
  tally.notes.push(
    `locked for ${time} ms: ${reads} reads, the event loop stood still for ${longest.toFixed(0)} ms at most, of an idle process ${elsewhere.toFixed(0)}`,
  )
  await Promise.all([campaign.kill(), holder.kill(), newcomer.kill()])
}
