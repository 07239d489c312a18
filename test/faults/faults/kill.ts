// `kill -9` of processes at any moment: at work, at rest, while they open a new file, while they sweep.

import { setTimeout as sleep } from 'node:timers/promises'
import { Campaign } from '../campaign.ts'
import type { Member } from '../crew/crew.ts'
import type { Looked } from '../crew/protocol.ts'
import type { Fault, Trial } from '../fault.ts'

const USUAL = 200
const PROCESSES = 3
/** Rounds on one file, before all of it is looked at. */
const ON_ONE_FILE = 20
const EXPIRED = 120

export const kill: Fault = {
  name: 'kill -9',
  rules: ['E2', 'E4'],
  what: 'processes are killed at random moments: at work, while they open a new file, while they sweep',
  try: async (trial) => {
    const rounds = trial.rounds(USUAL)
    let campaign = await begin(trial, 0)
    for (let round = 0; round < rounds; round++) {
      trial.progress(round, rounds)
      await atWork(trial, campaign)
      if ((round + 1) % ON_ONE_FILE === 0 || round === rounds - 1) {
        await campaign.kill()
        const last = await trial.crew.take()
        await campaign.verify(last, 'all')
        await last.kill()
        if (round < rounds - 1) campaign = await begin(trial, round + 1)
      }
      trial.tally.rounds++
    }
  },
}

/** A new file: processes that are killed as they make it, or as they sweep it, and others that find it whole. */
async function begin(trial: Trial, round: number): Promise<Campaign> {
  const campaign = new Campaign(trial, { folder: trial.folder(`kill-${round}`) })
  await whileOpening(trial, campaign)
  await whileSweeping(trial, campaign)
  return campaign
}

/** A round: some of those at work are killed, and what they were promised is looked for. */
export async function atWork(trial: Trial, campaign: Campaign): Promise<void> {
  const { random, crew } = trial
  const missing = PROCESSES - campaign.muster().length
  for (const member of await crew.takeMany(missing)) await campaign.employ(member)
  await campaign.goOn()
  await sleep(random.whole(15, 60))
  // Now and then they are caught at rest, with the file open and nothing under way.
  if (random.chance(0.1)) await campaign.rest()
  await killSome(trial, campaign.members, 30, 1, random.chance(0.2) ? PROCESSES : 1)
  await campaign.rest()
  const fresh = await crew.take()
  await campaign.verify(fresh, 'new')
  await campaign.employ(fresh) // it has served its purpose, and need not be started in vain
}

async function whileOpening(trial: Trial, campaign: Campaign): Promise<void> {
  const members = await trial.crew.takeMany(PROCESSES)
  for (const member of members) void campaign.employ(member).catch(() => {})
  await killSome(trial, members, 25, PROCESSES)
  campaign.muster()
}

async function whileSweeping(trial: Trial, campaign: Campaign): Promise<void> {
  const { crew, tally, random } = trial
  const [filler, ...sweepers] = (await crew.takeMany(PROCESSES)) as [Member, ...Member[]]
  const site = { ...campaign.site, clockOff: -random.whole(1, 30) * 3_600_000 }
  const tokens = await filler.ask<string[]>({ do: 'fill with expired', site, count: EXPIRED })
  for (const member of sweepers) void member.ask({ do: 'sweep', file: campaign.file })
  await killSome(trial, sweepers, 40, sweepers.length)
  const looked = await filler.ask<Looked>({ do: 'look', site: campaign.site, tokens, users: [] })
  for (const [token, seen] of Object.entries(looked.tokens)) {
    if (seen.state === 'ended' || seen.state === 'none') tally.ends++
    else if (seen.state !== 'live' || site.clockOff < -12 * 3_600_000) {
      tally.broken.push(`swept: ${token.slice(0, 6)}… is ${JSON.stringify(seen)}\n    look at ${campaign.folder}`)
    }
  }
  await filler.kill()
}

async function killSome(
  { random }: Trial,
  members: readonly Member[],
  within: number,
  min = 1,
  max = members.length,
): Promise<void> {
  await Promise.all(
    random
      .some(members, min)
      .slice(0, max)
      .map(async (member) => {
        await sleep(random.next() * within)
        await member.kill()
      }),
  )
}
