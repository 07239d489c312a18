// No request, however it is written, makes the gateway and a server behind it count differently: what the gateway sent,
// what the server's own log says, and what clients were answered agree; and nobody gets an answer to what he did not ask.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type CountingServer,
  type CountingServerName,
  countingServers,
  startCountingServer,
} from '../../../../test/servers/counting-servers.ts'
import { requireServer } from '../../../../test/servers/servers.ts'
import { startTestGateway } from '../../src/testing/gateway.ts'
import { attempt, forwardedTo, otherClient, placeOf } from './attempt.ts'
import { chunks } from './chunks.ts'
import { differences } from './counting.ts'
import { framing } from './framing.ts'
import { heads } from './heads.ts'
import { others } from './methods.ts'
import type { Variant } from './variant.ts'

const variants: readonly Variant[] = [...framing, ...chunks, ...heads, ...others]
const AT_ONCE = 24
/** Milliseconds, for what never comes: long enough for a busy machine. */
const WAIT = 1500
const SETTING = {
  file: 'limits: { headers: 16KiB }',
  options: { timeouts: { request: WAIT, body: WAIT } },
}

for (const name of countingServers) {
  test(`G1: no variant makes the gateway and ${name} count requests differently`, { timeout: 120_000 }, async (t) => {
    const server = await start(t, name)
    if (server === undefined) return
    const forwarded = forwardedTo(t, server.port)
    const gateway = await startTestGateway(t, server.port, SETTING)
    const problems: string[] = []
    const queue = variants.entries()
    const worker = async () => {
      for (const [number, variant] of queue) {
        const wrong = await attempt(gateway.port, number, variant)
        problems.push(...wrong.map((what) => `${variant[0]} (${placeOf(number)}): ${what}`))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    problems.push(...(await otherClient(gateway.port, '/last')))
    await gateway.gateway.close()
    problems.push(...(await compare(server, forwarded)))
    t.diagnostic(`${variants.length} variants, ${forwarded.length} requests forwarded`)
    assert.deepEqual(problems, [])
    assert.ok(forwarded.length > variants.length, 'harmless requests alone are more')
  })
}

async function start(t: TestContext, name: CountingServerName): Promise<CountingServer | undefined> {
  const program = name === 'node' ? process.execPath : await requireServer(t, name)
  if (program === undefined) return undefined
  const server = await startCountingServer(name, program)
  t.after(() => server.close())
  return server
}

/** What the server counted once it has counted all, beside what was sent to it. */
async function compare(server: CountingServer, forwarded: readonly string[]): Promise<string[]> {
  const cut = new Set(variants.flatMap(([, , expected], number) => expected.flatMap((one) => brokenOff(one, number))))
  let problems: string[] = []
  for (const until = performance.now() + 5000; performance.now() < until; await sleep(50)) {
    problems = differences(forwarded, await counted(server), cut)
    if (problems.length === 0) break
  }
  // Both in front of it have read the same: what it counts and they do not would be smuggled through both.
  const counts = await counted(server)
  const behind = server.behind()?.filter((request) => request !== PROBE)
  if (behind !== undefined) problems.push(...differences(counts, behind, new Set(counts)))
  return problems
}

const PROBE = 'GET /'

async function counted(server: CountingServer): Promise<string[]> {
  return (await server.counted()).filter((request) => request !== PROBE)
}

function brokenOff(expected: string, number: number): string[] {
  const [how, method, path] = expected.split(' ')
  return how === 'broken' ? [`${method} ${placeOf(number)}${path}`] : []
}
