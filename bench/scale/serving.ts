// The process that serves: it does what its parent asks for, and says what it saw.
// node --expose-gc serving.ts FILE|memory TOKENS SESSIONS NOW

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { Events } from '../../packages/session/src/events.ts'
import { Housekeeping } from '../../packages/session/src/housekeeping.ts'
import { createSessions, memory, type Session, sqlite } from '../../packages/session/src/index.ts'
import { SessionToken, sessionKey } from '../../packages/session/src/token.ts'
import { HOLDS_UP } from './bars.ts'
import { fill, Tokens } from './fill.ts'
import { LoopWatch } from './loop.ts'
import { type Crowd, IDLE, membersOf, SITE, SWEPT_AFTER, scattered, type Visitor } from './population.ts'
import { quantiles } from './quantiles.ts'

const [file = '', tokensFile = '', count = '', now = ''] = process.argv.slice(2)
const COUNT = Number(count)
const NOW = Number(now)
const OPENED = Math.min(100_000, COUNT)
/** Between two sign-outs, in milliseconds. */
const SIGN_OUT_EVERY = 20
const ALONE = 3000

const megabytes = (bytes: number) => bytes / 1e6
const resident = () => megabytes(process.memoryUsage.rss())
let most = resident()
setInterval(() => {
  most = Math.max(most, resident())
}, 20).unref()
const atStart = most

const store = file === 'memory' ? memory() : sqlite(file)
const initial = (): Visitor['data'] => ({ theme: '', cart: [] })
const sessions = createSessions({ store, site: SITE, idle: IDLE, clock: () => NOW, initial })
if (file === 'memory') {
  await fill({ store, sessions: COUNT, now: NOW, tokens: tokensFile, progress: (done) => process.send?.({ done }) })
}
const tokens = new Tokens(tokensFile)
let asked = 0
let signedOut = 0

/** A request with the nth token. */
async function request(n: number): Promise<Session<Visitor['data']>> {
  return sessions.openExchange({
    facts: {
      method: 'GET',
      host: 'shop.example',
      secure: true,
      origin: undefined,
      fetchSite: 'same-origin',
      fetchMode: 'navigate',
      fetchDest: 'document',
      upgrade: false,
    },
    cookieHeader: `__Host-Http-sid=${tokens.of(n)}`,
    client: { address: '198.51.100.7', userAgent: 'bench' },
    headersSent: false,
    personal() {},
    setCookie() {},
  })
}

/** While `work` runs a request comes each millisecond, for a session that was not asked for lately. */
async function whileServing<T>(work: () => Promise<T>) {
  let failure: unknown
  const watch = new LoopWatch(HOLDS_UP, () => {
    request(scattered(asked++ % COUNT, COUNT)).catch((error) => {
      failure = error
    })
  })
  await sleep(100)
  watch.reset()
  const began = performance.now()
  const value = await work()
  const took = performance.now() - began
  await sleep(10)
  const loop = watch.stop()
  if (failure !== undefined) throw failure
  return { value, took, loop }
}

/** Signs visitors out one after another until told to stop, and says how long each waited. */
async function signOuts(until: Promise<unknown>) {
  const waited: number[] = []
  let isOver = false
  void until.finally(() => {
    isOver = true
  })
  while (!isOver) {
    await sleep(SIGN_OUT_EVERY)
    const session = await request(scattered(COUNT - 1 - (signedOut++ % COUNT), COUNT))
    if (session.user === null) continue
    const began = performance.now()
    await session.signOut()
    waited.push(performance.now() - began)
  }
  return quantiles(Float32Array.from(waited))
}

const steps = {
  /** Each key once, read from the store. */
  async lookups() {
    const took = new Float32Array(COUNT)
    for (let i = 0; i < COUNT; i++) {
      const key = sessionKey(SITE, SessionToken.parse(tokens.of(scattered(i, COUNT))) as SessionToken)
      const began = performance.now()
      const { state } = await store.read(key)
      took[i] = 1000 * (performance.now() - began)
      if (state !== 'live') throw new Error(`a session is ${state}`)
      if (i % 100 === 0) await nextTurn()
    }
    return quantiles(took)
  },

  /** As requests: the read cache is filled, and what is in the sessions is decrypted. */
  async opens() {
    const took = new Float32Array(OPENED)
    for (let i = 0; i < OPENED; i++) {
      const began = performance.now()
      await request(scattered(i, COUNT))
      took[i] = 1000 * (performance.now() - began)
      if (i % 100 === 0) await nextTurn()
    }
    return quantiles(took)
  },

  async memory() {
    const before = process.memoryUsage()
    global.gc?.()
    await sleep(100)
    const after = process.memoryUsage()
    return {
      atStart,
      most,
      heapBefore: megabytes(before.heapUsed),
      heap: megabytes(after.heapUsed),
      heapReserved: megabytes(after.heapTotal),
      external: megabytes(after.external),
      resident: megabytes(after.rss),
    }
  },

  async list(crowd: Crowd) {
    const { value, ...seen } = await whileServing(() => sessions.list(crowd))
    return { ...seen, rows: value.length }
  },

  /** Opens a crowd's sessions. @returns how many are honoured */
  async honoured(crowd: Crowd) {
    let honoured = 0
    for (const n of membersOf(crowd, COUNT)) if ((await request(n)).user === crowd) honoured++
    return honoured
  },

  async endAll(crowd: Crowd) {
    const { value, ...seen } = await whileServing(() => sessions.endAll(crowd))
    return { ...seen, ended: value }
  },

  async endEach(crowd: Crowd) {
    const ids = (await sessions.list(crowd)).map(({ id }) => id)
    const { value, ...seen } = await whileServing(() => Promise.all(ids.map((id) => sessions.end(id))))
    return { ...seen, ended: value.filter(Boolean).length }
  },

  async signOutsAlone() {
    return signOuts(sleep(ALONE))
  },

  async sweep() {
    const housekeeping = new Housekeeping(store, () => NOW + SWEPT_AFTER, new Events())
    const seen = await whileServing(async () => {
      const sweep = housekeeping.sweep()
      return signOuts(sweep)
    })
    await housekeeping.stop()
    return seen
  },
}

export type Steps = typeof steps

process.on('message', async ({ name, args }: { name: keyof Steps; args: never[] }) => {
  try {
    process.send?.({ value: await (steps[name] as (...args: never[]) => unknown)(...args) })
  } catch (error) {
    process.send?.({ error: (error as Error).message })
  }
})
process.on('disconnect', () => process.exit())
process.send?.({ value: 'ready' })
