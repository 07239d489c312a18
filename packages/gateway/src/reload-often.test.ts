// Many reloads under load: no request fails, none meets a mixture, and nothing is left behind.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { startApplication } from './testing/application.ts'
import { type Setting, startTestGateway } from './testing/gateway.ts'

/** By which of the two an answer was made: the application that answered, and whose word counted for the address. */
const GENERATIONS = { one: '127.0.0.1', two: '203.0.113.9' }
const TRUSTING: Setting = { file: 'trustedProxies: [127.0.0.0/8]' }

test('G1: thousands of requests on kept-alive connections during 50 reloads: none fails, each meets one configuration', async (t) => {
  const apps = []
  for (const name of Object.keys(GENERATIONS)) {
    const app = await startApplication(t)
    apps.push(app.otherwise((req, res) => res.end(`${name} ${req.headers['x-forwarded-for']}`)))
  }
  const [one, two] = apps.map(({ port }) => port) as [number, number]
  const gateway = await startTestGateway(t, one)
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  t.after(() => agent.destroy())
  let reloading = true
  let reused = 0
  const seen = new Map<string, number>()
  const headers = {
    host: 'localhost',
    'sec-fetch-site': 'none',
    'x-forwarded-for': GENERATIONS.two,
    'x-forwarded-proto': 'https',
  }
  async function visitor(): Promise<void> {
    while (reloading) {
      const req = request({ port: gateway.port, host: '127.0.0.1', agent, headers }).end()
      const [res] = (await once(req, 'response')) as [IncomingMessage]
      const body: string = (await res.setEncoding('utf8').toArray()).join('')
      if (req.reusedSocket) reused++
      seen.set(body, (seen.get(body) ?? 0) + 1)
    }
  }
  const visitors = Array.from({ length: 8 }, visitor)
  const count = () => [...seen.values()].reduce((sum, one) => sum + one, 0)
  for (let round = 1; round <= 50; round++) {
    const enough = count() + 40
    while (count() < enough) await Promise.race([...visitors, new Promise((resolve) => setImmediate(resolve))])
    await (round % 2 === 1 ? gateway.reload(two, TRUSTING) : gateway.reload(one))
  }
  reloading = false
  await Promise.all(visitors)
  const expected = Object.entries(GENERATIONS).map((pair) => pair.join(' '))
  assert.deepEqual([...seen.keys()].sort(), expected)
  assert.ok(count() >= 2000, `${count()} requests`)
  assert.ok(reused >= count() - 8, `${reused} of ${count()} on a connection that was open already`)
  t.diagnostic(
    `${count()} requests, ${reused} on connections that were open: ${JSON.stringify(Object.fromEntries(seen))}`,
  )
})

test('200 reloads leave nothing behind: no timer, no listener, no connection, no memory', async (t) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const app = await startApplication(t)
  const gateway = await startTestGateway(t, app.port, { https: true })
  const browser = gateway.browser()
  const settings: Setting[] = [
    { https: true, site: 'sessions: { idle: 5m }, callbacks: [/back]', file: 'timeouts: { headers: 50 }' },
    { https: true, site: 'public: [/images/*], http: refuse', file: 'limits: { connections: 5000 }' },
  ]
  async function rounds(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      await gateway.reload(app.port, settings[i % 2])
      assert.equal((await browser.visit('/')).status, 200)
    }
  }
  async function left() {
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve))
    collect()
    const { listeners } = gateway.gateway as unknown as { listeners: { server: NodeJS.EventEmitter }[] }
    return {
      heap: process.memoryUsage().heapUsed,
      resources: process.getActiveResourcesInfo().length,
      listeners: listeners.flatMap(({ server }) => server.eventNames().map((name) => server.listenerCount(name))),
      ofProcess: process.eventNames().map((name) => process.listenerCount(name)),
    }
  }
  await rounds(40)
  const before = await left()
  await rounds(200)
  const after = await left()
  t.diagnostic(`heap ${before.heap} → ${after.heap} bytes, resources ${before.resources} → ${after.resources}`)
  assert.deepEqual(after.listeners, before.listeners)
  assert.deepEqual(after.ofProcess, before.ofProcess)
  assert.ok(after.resources <= before.resources + 3, `${before.resources} → ${after.resources}`)
  // One generation that stays takes more than 20 KB: a site's rules, engine and connections.
  assert.ok(after.heap - before.heap < 2_000_000, `${after.heap - before.heap} bytes more`)
})
