// The bench of the library: every contender in a process of its own, each measured beside its bare server, in turn.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { navigation, signIn } from './browser.ts'
import { Child } from './child.ts'
import { type Contender, FILE } from './contenders.ts'
import type { Cores } from './cores.ts'
import type { Aim } from './load.ts'
import { type Entrant, runRound, warmUp } from './rounds.ts'
import { pageOf } from './servers/work.ts'
import type { Measured, Turn } from './turn.ts'
import { Writer, withWriter } from './writer.ts'

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

/** What a contender did in each round, and what the bare server did beside it. A bare server has turns beside everyone. */
export interface Result {
  readonly contender: Contender
  readonly turns: Turn[]
  readonly beside: Turn[]
  /** How often the second process committed in a second of the contender's turns; null where there is none. */
  readonly commits: number | null
}

interface Ready extends Entrant {
  readonly contender: Contender
  readonly turns: Turn[]
  readonly beside: Turn[]
  readonly writer: Writer | null
}

/** @throws an Error that names the contender and shows the answer that was not the expected one */
export async function run({ contenders, rounds, seconds, cores, progress }: Plan): Promise<Result[]> {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-bench-'))
  const started: Pick<Measured, 'stop'>[] = []
  try {
    const entrants: Ready[] = []
    for (const contender of contenders) {
      progress(`starting: ${contender.title}`)
      const file = join(folder, `${contender.name}.db`)
      const args = contender.args.map((arg) => (arg === FILE ? file : arg))
      const child = await Child.start(contender.file, args, cores?.measured ?? null)
      started.push(child)
      const aim = await signedIn(child.port).catch((error) => {
        throw named(contender.title, error)
      })
      const writer = contender.hasWriter ? await Writer.start(file, cores?.client ?? null) : null
      if (writer !== null) started.push(writer)
      const measured = writer === null ? child : withWriter(child, writer)
      entrants.push({ contender, title: contender.title, measured, aim, writer, turns: [], beside: [] })
    }
    for (const { title, aim } of entrants) {
      progress(`warm-up: ${title}`)
      await warmUp(aim, 16 * seconds).catch((error) => {
        throw named(title, error)
      })
    }
    for (let round = 1; round <= rounds; round++) {
      for (const entrant of entrants) {
        const bare = entrants.find(({ contender }) => contender.name === entrant.contender.beside)
        if (bare === undefined) continue
        progress(`round ${round} of ${rounds}: ${entrant.title}`)
        const [own, other] = await runRound([entrant, bare], seconds, round)
        entrant.turns.push(own as Turn)
        entrant.beside.push(other as Turn)
        bare.turns.push(other as Turn)
      }
    }
    return await Promise.all(
      entrants.map(async ({ contender, turns, beside, writer }) => {
        return { contender, turns, beside, commits: (await writer?.commitsInASecond()) ?? null }
      }),
    )
  } finally {
    await Promise.allSettled(started.map((process) => process.stop()))
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

function named(title: string, error: unknown): Error {
  return new Error(`${title}: ${(error as Error).message}`, { cause: error })
}
