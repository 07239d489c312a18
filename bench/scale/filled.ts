// The filled file: made anew, or kept by an earlier run and copied.

import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sqlite } from '../../packages/session/src/index.ts'
import { fill } from './fill.ts'

export interface Filled {
  readonly file: string
  readonly tokens: string
  readonly sessions: number
  /** The site's now: when the last session began. */
  readonly now: number
  /** How long it took, in seconds. */
  readonly took: number
}

/** What else stands beside a store's file. */
const BESIDE = ['', '-wal', '-shm', '-touches', '-touches-wal', '-touches-shm', '-tokens', '-facts']

/** @param kept - where it stands or is to stay; null: in `folder` alone */
export async function filled(
  folder: string,
  kept: string | null,
  sessions: number,
  progress: (doing: string) => void,
): Promise<Filled> {
  const file = kept ?? join(folder, 'sessions.db')
  const facts = `${file}-facts`
  const tokens = `${file}-tokens`
  if (!existsSync(facts)) {
    for (const suffix of BESIDE) rmSync(file + suffix, { force: true })
    const now = Date.now()
    const began = performance.now()
    const store = sqlite(file)
    await fill({
      store,
      sessions,
      now,
      tokens,
      progress: (done) => progress(`filling: ${done} of ${sessions} sessions`),
    })
    await store.close()
    writeFileSync(facts, JSON.stringify({ sessions, now, took: (performance.now() - began) / 1000 }))
  }
  const said = JSON.parse(readFileSync(facts, 'utf8')) as Pick<Filled, 'sessions' | 'now' | 'took'>
  if (said.sessions !== sessions)
    throw new Error(`--file: ${file} has ${said.sessions} sessions; say --sessions ${said.sessions}`)
  if (kept === null) return { ...said, file, tokens }
  const copy = join(folder, 'sessions.db')
  progress('copying the file')
  for (const suffix of ['', '-touches']) copyFileSync(file + suffix, copy + suffix)
  return { ...said, file: copy, tokens }
}
