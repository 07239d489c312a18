// The bench itself: every contender in a process of its own, all of them measured in turn, over and over, so that what
// the machine does meanwhile falls on all alike.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { navigation, signIn } from './browser.ts'
import { Child } from './child.ts'
import type { Contender } from './contenders.ts'
import type { Cores } from './cores.ts'
import type { Aim } from './load.ts'
import { pageOf } from './servers/work.ts'
import { type Turn, takeTurn } from './turn.ts'

export const CONNECTIONS = 32

const SLICE = 0.25 // seconds

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

interface Entrant {
  readonly contender: Contender
  readonly child: Child
  readonly aim: Aim
  readonly turns: Turn[]
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
    const behind = contenders.some(({ needs }) => needs === 'application')
    const application = behind ? await start('servers/application.ts', [], cores?.application) : null
    const entrants = await Promise.all(
      contenders.map(async (contender): Promise<Entrant> => {
        const { file, needs } = contender
        const args = { nothing: [], file: [join(folder, 'sessions.db')], application: [String(application?.port)] }
        const child = await start(file, args[needs], cores?.measured)
        return { contender, child, aim: await signedIn(child.port), turns: [] }
      }),
    )
    for (let round = 0; round <= rounds; round++) {
      const warmUp = round === 0 // the code is compiled, and nothing counts
      const turns = await runRound(entrants, seconds, (entrant) =>
        progress(`${warmUp ? 'warm-up' : `round ${round} of ${rounds}`}: ${entrant.contender.title}`),
      )
      if (!warmUp) entrants.forEach((entrant, i) => void entrant.turns.push(turns[i] as Turn))
    }
    return entrants
  } finally {
    await Promise.allSettled(children.map(async (child) => (await child).stop()))
    await rm(folder, { recursive: true, force: true })
  }
}

/** The turns of one round, in short slices, so that a busy second of the machine falls on all. Each begins a slice. */
async function runRound(entrants: readonly Entrant[], seconds: number, onTurn: (entrant: Entrant) => void) {
  const turns: Turn[] = entrants.map(() => ({ answered: 0, seconds: 0, processorTime: 0 }))
  const slices = Math.ceil(seconds / SLICE)
  for (let slice = 0; slice < slices; slice++) {
    for (let i = 0; i < entrants.length; i++) {
      const which = (slice + i) % entrants.length
      const { contender, child, aim } = entrants[which] as Entrant
      onTurn(entrants[which] as Entrant)
      try {
        turns[which] = sum(turns[which] as Turn, await takeTurn(child, aim, seconds / slices))
      } catch (error) {
        throw new Error(`${contender.title}: ${(error as Error).message}`, { cause: error })
      }
    }
  }
  return turns
}

function sum(a: Turn, b: Turn): Turn {
  return {
    answered: a.answered + b.answered,
    seconds: a.seconds + b.seconds,
    processorTime: a.processorTime + b.processorTime,
  }
}

/** A member whom nobody can know without reading the session, and how his page is asked for. */
async function signedIn(port: number): Promise<Aim> {
  const member = { user: `user-${port}`, counter: 1 + Math.floor(Math.random() * 1e6) }
  const cookies = await signIn(port, member.user, member.counter)
  return {
    port,
    request: navigation(port, cookies),
    expected: Buffer.from(pageOf(member)),
    connections: CONNECTIONS,
  }
}
