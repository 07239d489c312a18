// The disk is full, again and again, and has room again. Writes fail loudly, reads go on, what could not be signed out is
// refused in its process at least, and everything goes on by itself; hundreds of times, and nothing is left behind in the
// processes that live through it.

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Campaign, measured } from '../campaign.ts'
import type { Member } from '../crew/crew.ts'
import type { Measure } from '../crew/protocol.ts'
import { SmallDisk, smallDiskMissing } from '../disk/small-disk.ts'
import type { Fault, Trial } from '../fault.ts'
import { flatness, growth } from '../flat.ts'
import type { Line } from '../journal.ts'

const USUAL = 200
const VERIFIED_EVERY = 25
const MEGABYTES = 12

export const fullDisk: Fault = {
  name: 'full disk',
  rules: ['E2', 'E4', 'E9'],
  what: 'a small disk is filled to the last byte, or nearly, while processes are at work, and emptied again',
  missing: smallDiskMissing,
  try: async (trial) => {
    const folder = trial.folder('full')
    const disk = new SmallDisk(join(folder, 'disk'), MEGABYTES)
    try {
      await fillAndEmpty(trial, folder, disk)
    } finally {
      disk.remove()
    }
  },
}

async function fillAndEmpty(trial: Trial, folder: string, disk: SmallDisk): Promise<void> {
  const { crew, random, tally } = trial
  const rounds = trial.rounds(USUAL)
  const file = join(disk.path, 'sessions.db')
  const campaign = new Campaign(trial, { folder, file, visitors: 2, pause: 3 })
  const [one, other] = (await crew.takeMany(2)) as [Member, Member]
  for (const member of [one, other]) await campaign.employ(member)
  let early: Measure | undefined
  let written = 0
  for (let round = 0; round < rounds; round++) {
    trial.progress(round, rounds)
    await sleep(random.whole(10, 40))
    disk.fill(random.chance(0.5) ? 0 : random.whole(1, 12))
    await sleep(random.whole(20, 50))
    disk.makeRoom()
    await sleep(random.whole(10, 40))
    tally.rounds++
    // By the middle everything has been in use, and caches are full.
    if (round === Math.floor(rounds / 2)) {
      await campaign.rest()
      early = await measured(one)
      await campaign.goOn()
    }
    if ((round + 1) % VERIFIED_EVERY !== 0 && round !== rounds - 1) continue
    await campaign.rest()
    const acknowledged = campaign.model().counts.ends
    if (acknowledged === written) tally.broken.push(`nothing was acknowledged any more by round ${round + 1}`)
    written = acknowledged
    for (const member of [one, other]) await campaign.verifyInside(member)
    const newcomer = await crew.take()
    await campaign.verify(newcomer, round === rounds - 1 ? 'all' : 'new')
    await newcomer.kill()
    if (round < rounds - 1) await campaign.goOn()
  }
  if (early !== undefined) {
    const late = await measured(one)
    tally.broken.push(...growth(early, late))
    tally.notes.push(flatness(early, late, rounds - Math.floor(rounds / 2)))
  }
  tally.broken.push(...unclear(campaign))
  await campaign.kill()
}

/** Whoever was refused must have heard why. */
function unclear(campaign: Campaign): string[] {
  const errors = campaign
    .lines()
    .flatMap((line: Line) => ('error' in line && line.line !== 'gone' ? (line.error ?? '') : []))
  if (errors.length === 0) return ['no write was refused: the disk was never full']
  const silent = errors.filter((error) => !/the disk is full: make room|failed to read or write it/.test(error))
  return [...new Set(silent)].map((error) => `it is not said that the disk is full: ${error}`)
}
