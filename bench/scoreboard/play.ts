// A cell: the controls are made, the attack is played, and what was said is kept.

import { AsyncLocalStorage } from 'node:async_hooks'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exchanges } from '../../attacks/lib/http.ts'
import { type RealCache, startRealCache } from '../../attacks/lib/real-caches/start.ts'
import type { Running } from '../../attacks/scenario.ts'
import type { Contender, Started } from './contenders.ts'
import { controls } from './controls.ts'
import { type Exchange, lines } from './exchange.ts'
import { startFront } from './front.ts'
import { ACCOUNTS } from './site.ts'
import type { Trial } from './trials.ts'

export type Verdict = 'holds' | 'fails' | 'does not apply' | 'undecided'

export interface Cell {
  readonly contender: string
  readonly trial: string
  readonly verdict: Verdict
  /** What was seen, in a sentence. */
  readonly evidence: string
  /** The requests and answers that led there, a line each. */
  readonly exchange: readonly string[]
}

const heard = new AsyncLocalStorage<Exchange[]>()
exchanges.subscribe((said) => void heard.getStore()?.push(said as Exchange))

/**
 * All trials on one contender, one after another: each with visitors of its own, and caches of its own.
 *
 * @param onTrial - hears what begins
 */
export async function playAll(
  contender: Contender,
  trials: readonly Trial[],
  onTrial: (trial: Trial) => void,
): Promise<Cell[]> {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-scoreboard-'))
  const site = contender.start(folder)
  site.catch(() => {}) // each cell says it
  try {
    const cells: Cell[] = []
    for (const trial of trials) {
      onTrial(trial)
      cells.push(await play(contender, trial, async (cache) => reach(contender, await site, folder, cache)))
    }
    return cells
  } finally {
    await site.then((one) => one.stop()).catch(() => {})
    await rm(folder, { recursive: true, force: true })
  }
}

type Reach = (cache: RealCache | null) => Promise<Running>

async function play(contender: Contender, trial: Trial, reach: Reach): Promise<Cell> {
  const place = { contender: contender.name, trial: trial.id }
  const why = contender.notApplicable[trial.id]
  if (why !== undefined) return { ...place, verdict: 'does not apply', evidence: why, exchange: [] }
  const said: Exchange[] = []
  try {
    await heard.run(said, () => control(reach))
    const { verdict, evidence } = await heard.run(said, () =>
      trial.run((cache) => {
        said.length = 0 // the controls; of several caches, all but the last one
        return reach(cache)
      }),
    )
    return { ...place, verdict: VERDICTS[verdict], evidence, exchange: lines(said) }
  } catch (error) {
    return { ...place, verdict: 'undecided', evidence: (error as Error).message, exchange: lines(said) }
  }
}

const VERDICTS = { succeeded: 'fails', failed: 'holds', undecided: 'undecided' } as const

async function control(reach: Reach): Promise<void> {
  const site = await reach(null)
  try {
    await controls(site)
  } finally {
    await site.close()
  }
}

const [victim, other] = [...ACCOUNTS].map(([name, password]) => ({ name, password }))

async function reach(contender: Contender, site: Started, folder: string, cache: RealCache | null): Promise<Running> {
  const before = cache === null ? null : await startRealCache(cache, `http://127.0.0.1:${site.port}`)
  const front = await startFront(before === null ? site.port : Number(new URL(before.url).port))
  const { user, password } = contender.form
  return {
    url: front.https,
    address: '127.0.0.1',
    doors: { http: front.http, https: front.https },
    ...(cache === null ? {} : { front: front.https }),
    users: { victim: victim!, other: other! },
    signIn: (who) => ({ page: '/sign-in', fields: { [user]: who.name, [password]: who.password } }),
    signOut: { method: 'POST', path: '/sign-out' },
    whoami: '/account',
    secret: { path: '/card', enter: (card) => ({ page: '/card', fields: { card } }) },
    content: ['/greeting', '/images/cup.svg'],
    image: '/images/teapot.svg',
    slow: (ms) => `/slow?ms=${ms}`,
    ...(contender.store === null ? {} : { stores: [...contender.store(folder)] }),
    async close() {
      await front.close()
      await before?.close()
    },
  }
}
