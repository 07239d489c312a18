// The power fails. The files are made anew as a disk would have them that kept what was synced and, of the rest, what it
// liked; and what had been acknowledged by then is looked for in them.
//
// The kernel's own account of what was written and synced comes from strace; the journal's lines stand in it too, so that
// it is known which promises had been given at each moment.

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Member } from '../crew/crew.ts'
import type { Looked } from '../crew/protocol.ts'
import { Disk, LEFT, type Left } from '../disk/replay.ts'
import { type DiskEvent, readTrace, STRACE } from '../disk/trace.ts'
import type { Fault, Trial } from '../fault.ts'
import type { Line } from '../journal.ts'
import { judge, tokensOf } from '../judge/judge.ts'
import { modelOf } from '../judge/model.ts'

const USUAL = 60
/** Cuts of what one run of the processes has written. */
const CUTS = 20
const RUN = 1500 // milliseconds

export const powerCut: Fault = {
  name: 'power cut',
  rules: ['E2', 'E4'],
  what: 'files are made anew as a disk has them that kept what was synced, and of the rest nothing, all, or any part',
  missing: () => (spawnSync('strace', ['-V']).status === 0 ? null : 'there is no strace: apt-get install strace'),
  try: async (trial) => {
    const rounds = trial.rounds(USUAL)
    const looker = await trial.crew.take()
    let [lost, bytes] = [0, 0]
    for (let done = 0; done < rounds; ) {
      const { disk, events } = await run(trial)
      const replayed = new Disk()
      let taken = 0
      for (const at of moments(trial, events, Math.min(CUTS, rounds - done))) {
        trial.progress(done++, rounds)
        while (taken < at) replayed.take(events[taken++] as DiskEvent)
        const risk = await cut(trial, { events, at, disk, replayed }, looker)
        lost += risk.writes
        bytes += risk.bytes
        trial.tally.rounds++
      }
      const { ends, writes, doubts } = modelOf([...linesUntil(events, events.length).values()]).counts
      trial.tally.ends += ends
      trial.tally.writes += writes
      trial.tally.doubts += doubts
    }
    trial.tally.notes.push(`${lost} writes of ${(bytes / 1024).toFixed(0)} KiB were not synced when the power failed`)
    await looker.kill()
  },
}

interface Recorded {
  readonly disk: string
  readonly events: readonly DiskEvent[]
}

interface Moment {
  readonly events: readonly DiskEvent[]
  readonly at: number
  readonly disk: string
  /** The disk as of that moment. */
  readonly replayed: Disk
}

async function run(trial: Trial): Promise<Recorded> {
  const folder = trial.folder('power')
  const [disk, notes, trace] = [join(folder, 'disk'), join(folder, 'journals'), join(folder, 'strace.out')]
  mkdirSync(disk)
  mkdirSync(notes)
  const member = await trial.crew.fork({
    wrapper: ['strace', ...STRACE, '-o', trace],
    env: { UV_USE_IO_URING: '0' },
  })
  await member.ask({
    do: 'work',
    site: { file: join(disk, 'sessions.db') },
    journal: join(notes, 'p0.log'),
    others: [],
    name: 'p0',
    seed: trial.random.seed(),
    visitors: 4,
  })
  await sleep(RUN)
  await member.ask({ do: 'stop' })
  await member.dismiss()
  return { disk, events: readTrace(readFileSync(trace, 'latin1'), disk, notes) }
}

/** Most of them right after a promise was given, when least time was left to keep it. */
function moments({ random }: Trial, events: readonly DiskEvent[], count: number): number[] {
  const promises = events.flatMap((event, i) =>
    event.what === 'note' && event.text.includes('"line":"ok"') ? i + 1 : [],
  )
  return Array.from({ length: count }, () => {
    return random.chance(0.75) ? (random.pick(promises) as number) : random.whole(1, events.length)
  }).sort((a, b) => a - b)
}

async function cut(
  { random, tally, folder }: Trial,
  { events, at, disk: from, replayed }: Moment,
  looker: Member,
): Promise<{ writes: number; bytes: number }> {
  const left: Left = random.chance(0.5) ? 'nothing' : (random.pick(LEFT) as Left)
  const files = replayed.cut(left, random)
  const place = folder(`cut-at-${at}`)
  for (const [path, content] of files) if (path.startsWith(from)) writeFileSync(join(place, basename(path)), content)
  // What is shared between processes stands in memory; of its file anything may be left.
  if (random.chance(0.5)) writeFileSync(join(place, 'sessions.db-shm'), Buffer.alloc(32768, random.whole(0, 255)))
  const journals = linesUntil(events, at)
  mkdirSync(join(place, 'journals'))
  for (const [path, lines] of journals) {
    writeFileSync(join(place, 'journals', basename(path)), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  }
  const broken = await problems([...journals.values()], join(place, 'sessions.db'), looker)
  for (const problem of broken)
    tally.broken.push(`cut at ${at}, ${left} of the rest left: ${problem}\n    look at ${place}`)
  return replayed.atRisk
}

async function problems(journals: readonly Line[][], file: string, looker: Member): Promise<string[]> {
  const model = modelOf(journals)
  const accounts = [...model.accounts.values()]
  const tokens = accounts.flatMap((account) => [...tokensOf(account)])
  const users = accounts.flatMap(({ user }) => user ?? [])
  try {
    const looked = await looker.ask<Looked>({ do: 'look', site: { file }, tokens, users })
    return [...judge(model, looked, { unsynced: true }), ...damage(file)]
  } catch (error) {
    return [`it does not open: ${(error as Error).message}`]
  }
}

function damage(file: string): string[] {
  const db = new DatabaseSync(file)
  try {
    const said = Object.values(db.prepare('PRAGMA integrity_check').get() ?? {})[0]
    return said === 'ok' ? [] : [`integrity_check: ${said}`]
  } finally {
    db.close()
  }
}

/** What had been written down by then, journal by journal. */
function linesUntil(events: readonly DiskEvent[], at: number): Map<string, Line[]> {
  const journals = new Map<string, Line[]>()
  for (const event of events.slice(0, at)) {
    if (event.what !== 'note') continue
    const lines = journals.get(event.path) ?? []
    lines.push(JSON.parse(event.text) as Line)
    journals.set(event.path, lines)
  }
  return journals
}
