// What is asked of the serving processes, in which order.

import type { Filled } from './filled.ts'
import { CROWDS, type Crowd } from './population.ts'
import { ServingProcess } from './process.ts'
import type { Steps } from './serving.ts'
import { sizeOfSession, sizeOfTombstone } from './sizes.ts'

export type Seen<Name extends keyof Steps> = Awaited<ReturnType<Steps[Name]>>

/** What holds of a store of any kind. */
export interface Common {
  readonly sessions: number
  readonly list: Seen<'list'>
  readonly endAll: Seen<'endAll'>
  readonly endEach: Seen<'endEach'>
  readonly alone: Seen<'signOutsAlone'>
  readonly sweep: Seen<'sweep'>
  /** Sessions that were honoured somewhere after their end had resolved. */
  readonly honoured: number
}

export interface InFile extends Common {
  readonly filled: Filled
  readonly lookups: Seen<'lookups'>
  readonly opens: Seen<'opens'>
  readonly memory: Seen<'memory'>
  readonly sessionSize: number
  readonly tombstoneSize: number
}

type Progress = (doing: string) => void

export async function runInFile(script: string, filled: Filled, folder: string, progress: Progress): Promise<InFile> {
  const { file, sessions } = filled
  const sessionSize = sizeOfSession(file, sessions)
  const serving = await ServingProcess.start(script, file, filled)
  let other: ServingProcess | undefined
  try {
    progress('looking each session up')
    const lookups = await serving.ask('lookups')
    progress('opening sessions')
    const opens = await serving.ask('opens')
    const memory = await serving.ask('memory')
    other = await ServingProcess.start(script, file, filled)
    const common = await runCommon(sessions, [serving, other], progress)
    progress('making tombstones')
    const tombstoneSize = await sizeOfTombstone(folder, filled.now)
    return { ...common, filled, lookups, opens, memory, sessionSize, tombstoneSize }
  } finally {
    await Promise.all([serving.stop(), other?.stop()])
  }
}

export async function runInMemory(
  script: string,
  sessions: number,
  tokens: string,
  progress: Progress,
): Promise<Common> {
  const told = (done: number) => progress(`filling: ${done} of ${sessions} sessions in memory`)
  const serving = await ServingProcess.start(script, 'memory', { tokens, sessions, now: Date.now() }, told)
  try {
    return await runCommon(sessions, [serving], progress)
  } finally {
    await serving.stop()
  }
}

/** @param all - the first of them acts, and none of them honours what was ended */
async function runCommon(sessions: number, all: readonly ServingProcess[], progress: Progress): Promise<Common> {
  const [serving] = all as [ServingProcess]
  let honoured = 0
  /** In the caches of all of them before, and in none after. */
  const ending = async <T>(crowd: Crowd, act: () => Promise<T>): Promise<T> => {
    const before = await Promise.all(all.map((process) => process.ask('honoured', crowd)))
    if (before.some((live) => live === 0)) throw new Error(`${crowd} had no sessions before they were ended`)
    const acted = await act()
    const after = await Promise.all(all.map((process) => process.ask('honoured', crowd)))
    honoured += after.reduce((sum, live) => sum + live, 0)
    return acted
  }
  progress('listing')
  const list = await serving.ask('list', CROWDS[0])
  progress('ending all of a user')
  const endAll = await ending(CROWDS[0], () => serving.ask('endAll', CROWDS[0]))
  progress('ending each of a user')
  const endEach = await ending(CROWDS[1], () => serving.ask('endEach', CROWDS[1]))
  progress('signing out')
  const alone = await serving.ask('signOutsAlone')
  progress('sweeping')
  const sweep = await serving.ask('sweep')
  return { sessions, list, endAll, endEach, alone, sweep, honoured }
}
