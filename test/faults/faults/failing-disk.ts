// The file system becomes read-only under processes at work, as the kernel does at an error of the disk. Writes fail
// loudly, what could not be signed out is refused in its process, reads go on; after a repair what was acknowledged as
// signed in or ended is there.

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Campaign } from '../campaign.ts'
import type { Member } from '../crew/crew.ts'
import { FailingDisk, failingDiskMissing } from '../disk/failing-disk.ts'
import type { Fault, Trial } from '../fault.ts'
import { monotonic } from '../journal.ts'

const USUAL = 4
const MEGABYTES = 24

export const failingDisk: Fault = {
  name: 'failing disk',
  rules: ['E2', 'E4', 'E9'],
  what: 'the file system becomes read-only under processes at work, and is mounted again',
  missing: failingDiskMissing,
  try: async (trial) => {
    const rounds = trial.rounds(USUAL)
    for (let round = 0; round < rounds; round++) {
      trial.progress(round, rounds)
      const folder = trial.folder('failing')
      const disk = new FailingDisk(join(folder, 'disk'), MEGABYTES)
      try {
        await once(trial, folder, disk)
      } finally {
        disk.remove()
      }
      trial.tally.rounds++
    }
  },
}

async function once(trial: Trial, folder: string, disk: FailingDisk): Promise<void> {
  const { crew, random, tally } = trial
  const campaign = new Campaign(trial, { folder, file: join(disk.path, 'sessions.db'), pause: 2 })
  const members = (await crew.takeMany(2)) as [Member, Member]
  for (const member of members) await campaign.employ(member)
  await sleep(random.whole(150, 400))
  // The kernel lies at this one moment: a program that writes and syncs and does nothing else lost what it had last been
  // told was synced in 5 of 12 trials (Linux 6.18, ext4). What is acknowledged from here on is in doubt.
  campaign.doubtAfter = monotonic() - 5000
  disk.fail()
  await sleep(random.whole(100, 200))
  await campaign.rest()
  for (const member of members) await campaign.verifyInside(member, { unwritable: true })
  const errors = campaign.refusals()
  if (errors.length === 0) tally.broken.push('no write was refused: the disk did not fail')
  for (const error of new Set(errors)) {
    if (!/cannot be written|failed to read or write/.test(error)) tally.broken.push(`unhelpful: ${error}`)
  }
  await campaign.kill()
  disk.unmount()
  disk.mount()
  const newcomer = await crew.take()
  // What was not synced was on its way to the disk, and did not arrive.
  await campaign.verify(newcomer, 'all', { unsynced: true })
  await newcomer.ask({ do: 'stop' })
  await newcomer.kill()
  disk.unmount()
}
