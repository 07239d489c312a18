// The bench of the library: every contender in a process of its own, all of them measured in turn.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { navigation, signIn } from './browser.ts'
import { Child } from './child.ts'
import type { Contender } from './contenders.ts'
import type { Cores } from './cores.ts'
import type { Aim } from './load.ts'
import { runRound, warmUp } from './rounds.ts'
import { pageOf } from './servers/work.ts'
import type { Turn } from './turn.ts'

export const CONNECTIONS = 32

export interface Plan {
  readonly contenders: readonly Contender[]
  readonly rounds: number
  /** How long each turn is measured. */
  readonly seconds: number
  readonly cores: Cores | null
  /** Hears what is being done. */
  readonly progress: (doing: string) => void
}

/** What a contender did in each round. */
export interface Result {
  readonly contender: Contender
  readonly turns: readonly Turn[]
}

/** @throws an Error that names the contender and shows the answer that was not the expected one */
export async function run({ contenders, rounds, seconds, cores, progress }: Plan): Promise<Result[]> {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-bench-'))
  const children: Promise<Child>[] = []
  const start = (file: string, args: readonly string[], core: number | undefined): Promise<Child> => {
    const child = Child.start(file, args, core ?? null)
    children.push(child)
    return child
  }
  try {
    progress('starting')
    const entrants = await Promise.all(
      contenders.map(async (contender) => {
        const { file, needsFile, title } = contender
        const args = needsFile ? [join(folder, 'sessions.db')] : []
        const measured = await start(file, args, cores?.measured)
        return { contender, title, measured, aim: await signedIn(measured.port), turns: [] as Turn[] }
      }),
    )
    for (const { title, aim } of entrants) {
      progress(`warm-up: ${title}`)
      await warmUp(aim, 2 * seconds)
    }
    for (let round = 1; round <= rounds; round++) {
      const turns = await runRound(entrants, seconds, round, ({ title }) =>
        progress(`round ${round} of ${rounds}: ${title}`),
      )
      entrants.forEach((entrant, i) => void entrant.turns.push(turns[i] as Turn))
    }
    return entrants
  } finally {
    await Promise.allSettled(children.map(async (child) => (await child).stop()))
    await rm(folder, { recursive: true, force: true })
  }
}

/** A member whom nobody can know without reading the session, and how his page is asked for. */
async function signedIn(port: number): Promise<Aim> {
  const member = { user: `user-${port}`, counter: 1 + Math.floor(Math.random() * 1e6) }
  const cookies = await signIn(port, member.user, member.counter)
  const visitor = { request: navigation(port, cookies, '/basket'), expected: Buffer.from(pageOf(member)) }
  return { port, visitors: Array.from({ length: CONNECTIONS }, () => visitor) }
}
