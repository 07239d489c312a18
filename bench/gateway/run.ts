// The bench of the gateway: all contenders before one application, each scenario in turn, and within it each contender in
// turn, round after round; then latencies, at a share of what each was seen to bear.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signIn } from '../browser.ts'
import { Child } from '../child.ts'
import type { Cores } from '../cores.ts'
import { type Entrant, rate, runRound, warmUp } from '../rounds.ts'
import type { Member } from '../servers/work.ts'
import { median } from '../statistics.ts'
import type { Measured, Turn } from '../turn.ts'
import { assertKeepsCookies, assertStranger } from './checks.ts'
import { type Contender, contenders, Missing } from './contenders.ts'
import { type Latencies, openLoop } from './open-loop.ts'
import { PACE, runPaced } from './paced.ts'
import { FORWARDERS, ONE_AND_MORE, type Scenario } from './scenarios.ts'

/** Keep-alive connections, each of another member. */
export const CONNECTIONS = 32
/** Of a contender's own most, for latencies. */
export const SHARE = 0.7
const PASSES = 3
const PACED_ROUNDS = 7
const SETTLING = 0.2 // seconds
/** From here on a contender had its core for itself. */
export const ALL = 0.9

export interface Plan {
  readonly scenarios: readonly Scenario[]
  readonly rounds: number
  /** How long each turn is measured; twice as long where something is promised. */
  readonly seconds: number
  /** How long latencies are, in each of their passes; null: not at all. */
  readonly latencySeconds: number | null
  readonly cores: Cores | null
  /** Hears what is being done. */
  readonly progress: (doing: string) => void
}

export interface Result {
  readonly scenario: Scenario
  readonly rows: readonly Row[]
}

/** What a contender did in each round. */
export interface Row extends Entrant {
  readonly name: string
  readonly turns: Turn[]
  /** At an easy pace, where several processes are compared to one. */
  readonly paced: Turn[]
  readonly latencies: Latencies
}

export interface Outcome {
  readonly results: readonly Result[]
  /** Who was not on this machine, and what to do about it. */
  readonly missing: readonly string[]
}

/** @throws an Error that names the contender and shows the answer that was not the expected one */
export async function run(plan: Plan): Promise<Outcome> {
  const { scenarios, rounds, seconds, cores, progress } = plan
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-bench-'))
  const started: Measured[] = []
  try {
    progress('starting')
    const application = await Child.start('servers/application.ts', [], cores?.application ?? null)
    started.push(application)
    const missing: string[] = []
    const ready = new Map<string, Ready>()
    const wanted = new Set(scenarios.flatMap((scenario) => scenario.contenders))
    for (const contender of contenders) {
      if (!wanted.has(contender.name)) continue
      progress(`starting: ${contender.title}`)
      try {
        const file = join(folder, `${contender.name}.db`)
        const start = await contender.start(application.port, cores, file)
        started.push(start.measured)
        ready.set(contender.name, await prepared(contender, start))
      } catch (error) {
        if (!(error instanceof Missing)) throw named(contender.title, error)
        missing.push(`${contender.title}: ${error.message}`)
      }
    }
    const results = scenarios.map((scenario) => ({ scenario, rows: rowsOf(scenario, ready) }))
    for (const { scenario, rows } of results) {
      for (const { title, aim } of rows) {
        progress(`warm-up: ${scenario.name}, ${title}`)
        await warmUp(aim, 16 * seconds).catch((error) => {
          throw named(title, error)
        })
      }
    }
    for (let round = 1; round <= rounds; round++) {
      const when = `round ${round} of ${rounds}`
      for (const { scenario, rows } of results) {
        for (const { group, times } of comparable(rows)) {
          const turns = await runRound(group, times * seconds, round, ({ title }) =>
            progress(`${when}: ${scenario.name}, ${title}`),
          )
          group.forEach((row, i) => void row.turns.push(turns[i] as Turn))
        }
      }
    }
    for (const { scenario, rows } of results) await pace(scenario, rows, rounds, progress)
    if (plan.latencySeconds !== null) await latencies(results, plan.latencySeconds, progress)
    return { results, missing }
  } finally {
    await Promise.allSettled(started.map((measured) => measured.stop()))
    await rm(folder, { recursive: true, force: true })
  }
}

/** Who is measured beside whom: those between whom something is promised, and they longer; then the others. */
function comparable(rows: readonly Row[]): { group: readonly Row[]; times: number }[] {
  const promised = [FORWARDERS, ONE_AND_MORE].map((names) => rows.filter(({ name }) => names.includes(name)))
  const others = rows.filter((row) => !promised.flat().includes(row))
  return [...promised.map((group) => ({ group, times: 2 })), { group: others, times: 1 }]
}

interface Ready {
  readonly title: string
  readonly measured: Measured
  readonly members: readonly { readonly member: Member; readonly cookies: string }[]
}

/** Members whom nobody can know without reading their sessions. */
async function prepared(
  { title, keepsCookies }: Contender,
  { measured, version, jar }: Awaited<ReturnType<Contender['start']>>,
): Promise<Ready> {
  const { port } = measured
  await assertStranger(port, jar)
  const members: { member: Member; cookies: string }[] = []
  for (let i = 0; i < CONNECTIONS; i++) {
    const member = { user: `user-${port}-${i}`, counter: 1 + Math.floor(Math.random() * 1e6) }
    members.push({ member, cookies: await signIn(port, member.user, member.counter, jar) })
  }
  if (keepsCookies) await assertKeepsCookies(port, (members[0] as { cookies: string }).cookies)
  return { title: `${title} ${version}`.trim(), measured, members }
}

function rowsOf(scenario: Scenario, ready: ReadonlyMap<string, Ready>): Row[] {
  return scenario.contenders.flatMap((name) => {
    const contender = ready.get(name)
    if (contender === undefined) return []
    const { title, measured, members } = contender
    const visitors = members.map(({ member, cookies }) => scenario.visitor(member, measured.port, cookies))
    const latencies = { answers: [], lateness: [] }
    return { name, title, measured, aim: { port: measured.port, visitors }, turns: [], paced: [], latencies }
  })
}

async function pace(
  { name }: Scenario,
  rows: readonly Row[],
  rounds: number,
  progress: Plan['progress'],
): Promise<void> {
  const [one, more] = ONE_AND_MORE.map((wanted) => rows.find((row) => row.name === wanted))
  if (one === undefined || more === undefined) return
  const easy = PACE * median(one.turns.map(rate))
  const count = Math.min(rounds, PACED_ROUNDS)
  for (let round = 1; round <= count; round++) {
    progress(`at an easy pace, round ${round} of ${count}: ${name}, ${more.title}`)
    const [ofOne, ofMore] = (await runPaced([one, more], easy, round)) as [Turn, Turn]
    one.paced.push(ofOne)
    more.paced.push(ofMore)
  }
}

async function latencies(results: readonly Result[], seconds: number, progress: Plan['progress']): Promise<void> {
  for (let pass = 1; pass <= PASSES; pass++) {
    for (const { scenario, rows } of results) {
      if (!scenario.latency) continue
      for (const { title, aim, turns, latencies } of rows.filter(isItsMost)) {
        progress(`latency, pass ${pass} of ${PASSES}: ${scenario.name}, ${title}`)
        const schedule = { rate: SHARE * median(turns.map(rate)), seconds, settling: SETTLING, seed: pass }
        try {
          const { answers, lateness } = await openLoop(aim, schedule)
          for (const latency of answers) latencies.answers.push(latency)
          for (const late of lateness) latencies.lateness.push(late)
        } catch (error) {
          throw named(title, error)
        }
      }
    }
  }
}

/**
 * Where a core was not used up, the client or the application could not do more: the contender's own most is not known.
 * Several processes may have to share a core with those two.
 */
function isItsMost({ turns }: Row): boolean {
  return busy(turns) >= ALL && turns.every(({ parts }) => parts.length < 2)
}

/** How much of its core a contender used: 1 is all of it. */
export function busy(turns: readonly Turn[]): number {
  return median(turns.map(({ processorTime, seconds, parts }) => processorTime / 1e6 / seconds / (parts.length || 1)))
}

function named(title: string, error: unknown): Error {
  return new Error(`${title}: ${(error as Error).message}`, { cause: error })
}
