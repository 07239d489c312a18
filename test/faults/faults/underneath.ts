// Somebody does something to the files while processes have them open: moves, deletes, replaces, truncates them, writes
// into them. What was lost is lost; but nobody who was signed out is let in, nobody is taken for a stranger because his
// record cannot be found, nothing is acknowledged that has no place to stay, and whoever meets it hears what to do.

import { copyFileSync, existsSync, openSync, renameSync, statSync, truncateSync, unlinkSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Campaign } from '../campaign.ts'
import { type Member, Refused } from '../crew/crew.ts'
import type { Looked } from '../crew/protocol.ts'
import type { Fault, Trial } from '../fault.ts'
import { type Line, monotonic, readJournal } from '../journal.ts'
import { fateOf, tokensOf, wasRefused } from '../judge/judge.ts'
import type { Model } from '../judge/model.ts'
import type { Random } from '../random.ts'

const USUAL = 2
const PAGE = 4096
/** Milliseconds after which a process is to have noticed. */
const NOTICED = 150

interface Deed {
  readonly name: string
  readonly do: (file: string, random: Random) => void
  /** Whether what is written afterwards cannot last, so that nothing may be acknowledged. */
  readonly homeless: boolean
  /** Puts it back; then everything holds that was ever acknowledged. */
  readonly undo?: (file: string) => void
  /** What is promised to those who start afterwards: the same as to all, or nothing but to be told. */
  readonly newcomers: 'refused' | 'not fooled' | 'well'
}

const deeds: readonly Deed[] = [
  {
    name: 'the file is moved away',
    do: (file) => renameSync(file, `${file}.away`),
    undo: (file) => renameSync(`${file}.away`, file),
    homeless: true,
    newcomers: 'refused',
  },
  { name: 'the file is deleted', do: (file) => unlinkSync(file), homeless: true, newcomers: 'refused' },
  {
    name: 'the file is replaced by a copy',
    do: (file) => {
      copyFileSync(file, `${file}.copy`)
      renameSync(`${file}.copy`, file)
    },
    homeless: true,
    newcomers: 'not fooled',
  },
  { name: 'the file is emptied', do: (file) => truncateSync(file), homeless: false, newcomers: 'not fooled' },
  {
    name: 'the file is cut short',
    do: (file) => truncateSync(file, Math.floor(statSync(file).size / PAGE / 2) * PAGE),
    homeless: false,
    newcomers: 'not fooled',
  },
  {
    name: 'rubbish is written into the file',
    do: (file, random) => scribble(file, random, (page) => page > 0),
    homeless: false,
    newcomers: 'not fooled',
  },
  {
    name: 'rubbish is written over its beginning',
    do: (file, random) => scribble(file, random, (page) => page < 2),
    homeless: false,
    newcomers: 'not fooled',
  },
  { name: '-wal is deleted', do: (file) => unlinkSync(`${file}-wal`), homeless: true, newcomers: 'not fooled' },
  { name: '-shm is deleted', do: (file) => unlinkSync(`${file}-shm`), homeless: true, newcomers: 'not fooled' },
  {
    name: '-wal and -shm are deleted',
    do: (file) => {
      unlinkSync(`${file}-wal`)
      unlinkSync(`${file}-shm`)
    },
    homeless: true,
    newcomers: 'not fooled',
  },
  { name: '-wal is emptied', do: (file) => truncateSync(`${file}-wal`), homeless: false, newcomers: 'not fooled' },
  { name: '-touches is deleted', do: (file) => unlinkSync(`${file}-touches`), homeless: false, newcomers: 'well' },
]

export const underneath: Fault = {
  name: 'files changed underneath',
  rules: ['E2', 'E4', 'E9'],
  what: 'the files are moved, deleted, replaced, emptied, cut short, overwritten while processes have them open',
  try: async (trial) => {
    const rounds = trial.rounds(USUAL) * deeds.length
    for (let round = 0; round < rounds; round++) {
      const deed = deeds[round % deeds.length] as Deed
      trial.progress(round, rounds, deed.name)
      await once(trial, deed).catch((error) => void trial.tally.broken.push(`${deed.name}: ${(error as Error).stack}`))
      trial.tally.rounds++
    }
  },
}

async function once(trial: Trial, deed: Deed): Promise<void> {
  const { crew, random, tally } = trial
  const campaign = new Campaign(trial, { folder: trial.folder('underneath'), pause: 2 })
  const [one, other, newcomer] = (await crew.takeMany(3)) as [Member, Member, Member]
  for (const member of [one, other]) await campaign.employ(member)
  await sleep(random.whole(80, 250))
  await campaign.rest()
  const before = campaign.model()
  await campaign.goOn()
  await sleep(random.whole(5, 30))
  deed.do(campaign.file, random)
  const broken = (who: string, problems: readonly string[]) => {
    for (const problem of problems)
      tally.broken.push(`${deed.name}: ${who}: ${problem}\n    look at ${campaign.folder}`)
  }
  await sleep(NOTICED)
  const noticed = monotonic()
  await campaign.rest()
  const { tokens, users } = all(before)
  for (const member of [one, other]) {
    const looked = await member.ask<Looked>({ do: 'look inside', tokens })
    broken('who has it open', fooled(before, campaign.model(), looked))
  }
  if (deed.undo !== undefined) {
    await refused(newcomer, campaign, deed, broken)
    deed.undo(campaign.file)
    const healed = await crew.take()
    await campaign.verify(healed, 'all')
    await healed.kill()
  } else if (deed.newcomers === 'refused') await refused(newcomer, campaign, deed, broken)
  else {
    try {
      const looked = await newcomer.ask<Looked>({
        do: 'look',
        site: campaign.site,
        tokens,
        users: deed.newcomers === 'well' ? users : [],
      })
      broken('who starts afterwards', fooled(before, campaign.model(), looked))
    } catch (error) {
      broken('who starts afterwards', unhelpful(error))
    }
  }
  if (deed.homeless) broken('acknowledged in vain', inVain(campaign, noticed))
  await Promise.all([campaign.kill(), newcomer.kill()])
}

function all(model: Model): { tokens: string[]; users: string[] } {
  const accounts = [...model.accounts.values()]
  return {
    tokens: accounts.flatMap((account) => [...tokensOf(account)]),
    users: accounts.flatMap(({ user }) => user ?? []),
  }
}

/** @param before - what had been promised before anything was done */
function fooled(before: Model, now: Model, { tokens }: Looked): string[] {
  return Object.entries(tokens).flatMap(([token, seen]) => {
    const account = before.owners.get(token)
    if (account === undefined) return []
    const name = `${account.name} (${token.slice(0, 6)}…)`
    if (seen.state === 'error') return unhelpful(new Refused(seen)).map((problem) => `${name}: ${problem}`)
    if (seen.state === 'none') return [`${name}: is taken for a stranger's`]
    if (seen.state === 'live' && fateOf(account, token) === 'over') return [`${name}: ended, and is honoured`]
    const later = now.accounts.get(account.name)
    const fate = later === undefined ? 'either' : fateOf(later, token)
    if (later !== undefined && wasRefused(later)) return []
    return seen.state === 'ended' && fate === 'live' ? [`${name}: was to live, and ended (${seen.reason})`] : []
  })
}

const REMEDY = /restore a backup|put it back|move it away|restart|look at the system log/

function unhelpful(error: unknown): string[] {
  const { code, message } = error as Refused
  const loud = code === 'ERR_STORE_UNAVAILABLE' || code === 'ERR_RECORD_UNREADABLE' || code === 'ERR_OPTION'
  return loud && REMEDY.test(message) ? [] : [`it hears no remedy: ${code} ${message}`]
}

async function refused(
  newcomer: Member,
  { site }: Campaign,
  deed: Deed,
  broken: (who: string, problems: readonly string[]) => void,
): Promise<void> {
  const existed = existsSync(site.file)
  try {
    await newcomer.ask({ do: 'look', site, tokens: [], users: ['anybody'] })
    broken('who starts afterwards', [`${deed.name}, and begins an empty database`])
  } catch (error) {
    broken('who starts afterwards', unhelpful(error))
  }
  if (!existed && existsSync(site.file)) broken('who starts afterwards', ['makes a new file'])
}

/** What was asked for after everybody had to know, and acknowledged all the same. */
function inVain({ folder }: Campaign, since: number): string[] {
  const lines = ['p0', 'p1'].flatMap((name) => {
    const journal = readJournal(`${folder}/journals/${name}.log`)
    const tried = new Map(journal.flatMap((line) => (line.line === 'try' ? [[line.n, line]] : [])))
    return journal.filter((line: Line) => line.line === 'ok' && (tried.get(line.n)?.at ?? 0) > since)
  })
  return lines.length === 0 ? [] : [`${lines.length} acts were acknowledged that nobody will find`]
}

function scribble(file: string, random: Random, where: (page: number) => boolean): void {
  const pages = Math.ceil(statSync(file).size / PAGE)
  const fd = openSync(file, 'r+')
  const chosen = Array.from({ length: pages }, (_, page) => page).filter((page) => where(page) && random.chance(0.5))
  for (const page of chosen.length > 0 ? chosen : [1]) {
    const rubbish = Buffer.from(Array.from({ length: PAGE }, () => random.whole(0, 255)))
    writeSync(fd, rubbish, 0, PAGE, page * PAGE)
  }
  // Not closed: that would drop no lock of another process, and this one has none on it.
}
