// File and folder lose their permission to be written, for processes that run as somebody who heeds it. Who has the files
// open works on, or fails loudly; who starts then is told what to do; afterwards all goes on, and nothing is lost.

import { chmodSync, chownSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Campaign } from '../campaign.ts'
import { type Member, Refused } from '../crew/crew.ts'
import type { Fault, Trial } from '../fault.ts'

const USUAL = 8
const NOBODY = 65534

export const readOnly: Fault = {
  name: 'read-only',
  rules: ['E2', 'E9'],
  what: 'file and folder lose the permission to be written while processes of another user are at work, and get it back',
  missing: () => (process.geteuid?.() === 0 ? null : 'it takes another user: run it as root'),
  try: async (trial) => {
    const rounds = trial.rounds(USUAL)
    for (let round = 0; round < rounds; round++) {
      trial.progress(round, rounds)
      await once(trial)
      trial.tally.rounds++
    }
  },
}

async function once(trial: Trial): Promise<void> {
  const { crew, random, tally } = trial
  const folder = trial.folder('read-only')
  chmodSync(join(folder, '..'), 0o755)
  chownSync(folder, NOBODY, NOBODY)
  const campaign = new Campaign(trial, { folder, pause: 2 })
  chownSync(join(folder, 'journals'), NOBODY, NOBODY)
  const members = (await crew.takeMany(4)) as [Member, Member, Member, Member]
  const [one, other, early, late] = members
  await Promise.all(members.map((member) => member.ask({ do: 'become', uid: NOBODY })))
  for (const member of [one, other]) await campaign.employ(member)
  await sleep(random.whole(30, 80))
  setModes(folder, 0o400, 0o500)
  await sleep(random.whole(30, 80))
  await expectRefusal(early, campaign, tally.broken)
  // One of them goes, and comes back without having the files open.
  if (random.chance(0.5)) await other.kill()
  await sleep(random.whole(30, 80))
  setModes(folder, 0o600, 0o700)
  await sleep(30)
  await campaign.rest()
  await campaign.verifyInside(one)
  await campaign.verify(late, 'all')
  await campaign.goOn()
  const before = campaign.model().counts.ends
  await sleep(150)
  await campaign.rest()
  if (campaign.model().counts.ends === before)
    tally.broken.push('nothing was acknowledged after the permission was back')
  await campaign.kill()
  await Promise.all([early.kill(), late.kill()])
}

function setModes(folder: string, file: number, directory: number): void {
  for (const name of readdirSync(folder)) if (name.startsWith('sessions.db')) chmodSync(join(folder, name), file)
  chmodSync(folder, directory)
}

async function expectRefusal(newcomer: Member, { site }: Campaign, broken: string[]): Promise<void> {
  try {
    await newcomer.ask({ do: 'look', site, tokens: [], users: [] })
    broken.push('a process starts on files that it cannot write, and says nothing')
  } catch (error) {
    const { code, message } = error as Refused
    if (!(error instanceof Refused) || !/permission/.test(message)) broken.push(`unhelpful: ${code} ${message}`)
  }
}
