// Run as a process of its own by crew.ts: serves the site, and does what the parent asks.

import { readdirSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { SessionError, sqlite } from '@coatcheck/session'
import { Journal } from '../journal.ts'
import { Random } from '../random.ts'
import { lookAt } from './looking.ts'
import type { Answer, Measure, Request, Serving, Work } from './protocol.ts'
import { FakeBrowser, openSite, type Site, withToken } from './site.ts'
import { Visitor } from './visitor.ts'
import { Watcher } from './watcher.ts'

let site: Site | undefined
let resting = true
let lanes: Promise<void>[] = []
let loops: (() => Promise<void>)[] = []
let refusedBy: readonly { readonly refused: number }[] = []

async function perform(request: Request): Promise<unknown> {
  switch (request.do) {
    case 'work':
      site = openSite(request.site)
      begin(site, request)
      return
    case 'rest':
      resting = true
      await Promise.all(lanes)
      return
    case 'go on':
      goOn()
      return
    case 'look': {
      const fresh = openSite(request.site)
      try {
        return await lookAt(fresh, request.tokens, request.users)
      } finally {
        await fresh.close()
      }
    }
    case 'look inside':
      return lookAt(site as Site, request.tokens, [], request.active !== true)
    case 'sign in':
      return signIn(site as Site, request.count)
    case 'fill with expired':
      return fillWithExpired(openSite(request.site), request.count)
    case 'sweep': {
      const store = sqlite(request.file)
      loops = [async () => void (await store.sweep(Date.now(), 50))]
      goOn()
      return
    }
    case 'lock':
      return holdLock(request.file, request.for)
    case 'serve for':
      return serve(site as Site, request.milliseconds)
    case 'idle for': {
      const delay = monitorEventLoopDelay({ resolution: 5 })
      delay.enable()
      await sleep(request.milliseconds)
      delay.disable()
      return delay.max / 1e6
    }
    case 'become':
      process.setgid?.(request.uid)
      process.setuid?.(request.uid)
      return
    case 'measure':
      return measure()
    case 'stop':
      resting = true
      await Promise.all(lanes)
      await site?.close()
      site = undefined
      return
  }
}

function begin(on: Site, { journal: file, others, name, seed, visitors, pause = 0 }: Work): void {
  const random = new Random(seed)
  const journal = new Journal(file)
  const watcher = new Watcher(on, journal, new Random(random.seed()), `${name}.w`, others)
  const people = Array.from({ length: visitors }, (_, i) => {
    return new Visitor(on, journal, new Random(random.seed()), `${name}.${i}`)
  })
  refusedBy = [watcher, ...people]
  loops = [
    ...people.map((visitor) => () => visitor.live()),
    async () => {
      for (let i = 0; i < 8; i++) await watcher.step()
    },
  ].map((loop) => async () => {
    await loop()
    await (pause > 0 ? sleep(pause) : new Promise((resolve) => setImmediate(resolve)))
  })
  goOn()
}

function goOn(): void {
  if (!resting) return
  resting = false
  lanes = loops.map(async (loop) => {
    while (!resting) await loop()
  })
}

async function signIn(on: Site, count: number): Promise<string[]> {
  const browsers = Array.from({ length: count }, () => new FakeBrowser())
  await Promise.all(
    browsers.map(async (browser, i) => {
      await browser.visit(on, (session) => session.signIn(`visitor-${i}`))
    }),
  )
  return browsers.map(({ token }) => token)
}

async function fillWithExpired(past: Site, count: number): Promise<string[]> {
  const tokens = await signIn(past, count)
  const leaving = tokens.filter((_, i) => i % 2 === 0)
  await Promise.all(leaving.map(async (token) => (await past.openExchange(withToken(token))).signOut()))
  await past.close()
  return tokens
}

async function serve(on: Site, milliseconds: number): Promise<Serving> {
  const browser = new FakeBrowser()
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const until = performance.now() + milliseconds
  let reads = 0
  while (performance.now() < until) {
    await browser.open(on)
    await on.openExchange(withToken('A'.repeat(43)), { passive: true }) // nobody's: it is looked for in the file
    reads++
    await new Promise((resolve) => setImmediate(resolve))
  }
  delay.disable()
  return { reads, longest: delay.max / 1e6 }
}

/** Stops this whole process meanwhile: its thread has nothing else to do. */
async function holdLock(file: string, milliseconds: number): Promise<void> {
  const db = new DatabaseSync(file)
  try {
    db.exec('BEGIN IMMEDIATE')
    process.send?.({ n: -1, value: 'locked' } satisfies Answer)
    await sleep(milliseconds)
    db.exec('ROLLBACK')
  } finally {
    db.close()
  }
}

function measure(): Measure {
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  return {
    rss,
    heap: heapUsed,
    descriptors: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    refused: refusedBy.reduce((sum, { refused }) => sum + refused, 0),
  }
}

process.on('message', async (request: Request & { readonly n: number }) => {
  const { n } = request
  let answer: Answer
  try {
    answer = { n, value: await perform(request) }
  } catch (error) {
    const code = error instanceof SessionError ? error.code : String((error as NodeJS.ErrnoException).code)
    answer = { n, error: { code, message: (error as Error).message } }
  }
  process.send?.(answer)
})
process.on('disconnect', () => process.exit())
process.send?.({ n: -1, value: 'ready' } satisfies Answer)
