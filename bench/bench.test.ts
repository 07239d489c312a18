// The benches run, and what they measure does what it is measured for. How fast is for them to say, not for a test.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { AnswerReader } from './answer.ts'
import { chosen, contenders } from './contenders.ts'
import { assertKeepsCookies, assertStranger } from './gateway/checks.ts'
import { contenders as proxies } from './gateway/contenders.ts'
import { openLoop } from './gateway/open-loop.ts'
import { readOptions as readGatewayOptions } from './gateway/options.ts'
import { chosen as chosenScenarios, scenarios } from './gateway/scenarios.ts'
import { Load } from './load.ts'
import { readOptions } from './options.ts'
import { arePackagesInstalled } from './packages.ts'
import { estimate } from './statistics.ts'
import { titled } from './table.ts'

const run = promisify(execFile)
const bench = (file: string, ...args: string[]) => run(process.execPath, [join(import.meta.dirname, file), ...args])

const missing = 'the packages of the bench are not installed: npm ci --prefix bench'
const required = process.env.COATCHECK_REQUIRE_SERVERS === '1'

test('every contender answers every request as it should', {
  skip: !arePackagesInstalled() && !required && missing,
}, async () => {
  assert.ok(arePackagesInstalled(), missing)
  const { stdout } = await bench('main.ts', '--rounds', '1', '--seconds', '0.1')
  for (const contender of contenders) {
    const title = titled(contender)
    const row = stdout.split('\n').find((line) => line.trimStart().startsWith(`${title} `))
    assert.match(row ?? '', /^ *\S.* [1-9][\d,]* /, `${title} answered nothing:\n${stdout}`)
  }
})

test('every proxy passes every page and upload on, for members alone', {
  skip: !arePackagesInstalled() && !required && missing,
}, async () => {
  assert.ok(arePackagesInstalled(), missing)
  const { stdout } = await bench('gateway/main.ts', '--quick', '--rounds', '1', '--seconds', '0.1')
  for (const scenario of scenarios) {
    const rows = stdout.split(`\n${scenario.title}\n`)[1]?.split('\n\n')[0] ?? ''
    for (const name of scenario.contenders) {
      const { title } = proxies.find((proxy) => proxy.name === name)!
      if (!required && stdout.includes(`Not measured: ${title}:`)) continue
      assert.match(rows, new RegExp(`^  ${title} .* [1-9][\\d,]* `, 'm'), `${scenario.name}, ${title}:\n${stdout}`)
    }
  }
  for (const line of stdout.split('\n\n')[1]!.split('\n')) assert.ok(line.length <= 100, line)
})

test('the forwarders run on the undici of the gateway', () => {
  const { dependencies } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../packages/gateway/package.json'), 'utf8'),
  )
  const own = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'))
  assert.equal(own.dependencies.undici, dependencies.undici)
})

test('the yardstick has less than 60 lines', () => {
  const lines = readFileSync(join(import.meta.dirname, 'forwarder-dispatch.ts'), 'utf8')
    .trimEnd()
    .split('\n')
  assert.ok(lines.length < 60, `${lines.length} lines`)
})

describe('the client takes no answer for right that is not', () => {
  const cases = [
    ['another body', 200, 'Signed in as mallory'],
    ['a shorter body', 200, 'Signed'],
    ['a longer body', 200, 'Signed in as alice, or so'],
    ['another status', 503, 'Signed in as alice'],
  ] as const
  for (const [name, status, body] of cases) {
    test(name, async (t) => {
      const server = createServer((_, res) => void res.writeHead(status, { Connection: 'close' }).end(body))
      const aim = { port: await listening(t, server), visitors: [alice] }
      const load = new Load(aim)
      t.after(() => load.close())
      await assert.rejects(load.ask(1000))
      assert.equal(load.answered, 0)
      await assert.rejects(openLoop(aim, { rate: 100, seconds: 0.1, settling: 0, seed: 1 }))
    })
  }
})

test('between bursts nothing is under way, and who was sent away meanwhile comes back', async (t) => {
  let underWay = 0
  const server = createServer((_, res) => {
    underWay++
    res.on('finish', () => underWay--)
    setImmediate(() => res.end('Signed in as alice'))
  })
  const sockets: Socket[] = []
  server.on('connection', (socket) => void sockets.push(socket))
  const load = new Load({ port: await listening(t, server), visitors: [alice, alice, alice] })
  t.after(() => load.close())
  await load.ask(20)
  assert.ok(load.answered >= 3)
  assert.equal(underWay, 0)
  const gone = sockets.map((socket) => once(socket, 'close'))
  server.closeIdleConnections()
  await Promise.all(gone)
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate) // until the client has heard it
  await load.ask(1000, 7)
  assert.equal(underWay, 0)
  assert.equal(sockets.length, 6)
})

test('an answer is read in whatever parts it comes', () => {
  const bytes = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\nSigned in as alice')
  for (let size = 1; size <= bytes.length; size++) {
    const reader = new AnswerReader(alice.expected)
    for (let again = 0; again < 2; again++) {
      const verdicts: string[] = []
      for (let at = 0; at < bytes.length; at += size) verdicts.push(reader.read(bytes.subarray(at, at + size)))
      assert.equal(verdicts.pop(), 'right')
      assert.ok(verdicts.every((verdict) => verdict === 'incomplete'))
    }
  }
})

test('latency counts from when a request was due, also where the client is late with it', async (t) => {
  const server = createServer((_, res) => void res.end('Signed in as alice'))
  const aim = { port: await listening(t, server), visitors: [alice] }
  const stall = setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200), 100)
  t.after(() => clearTimeout(stall))
  const { answers, lateness } = await openLoop(aim, { rate: 200, seconds: 0.5, settling: 0, seed: 1 })
  assert.equal(answers.length, lateness.length)
  // Of 200 a second some 40 were due while nothing moved: half of them for longer than half of that time.
  assert.ok(answers.filter((latency) => latency > 100).length >= 10, answers.map(Math.round).join(' '))
})

describe('what is checked before anything is timed', () => {
  const listens = async (t: TestContext, setCookie: string | null, visits: string) =>
    listening(
      t,
      createServer((req, res) => {
        if (setCookie !== null) res.setHeader('Set-Cookie', setCookie)
        res.end(req.url === '/visits' ? visits : 'Signed in as alice, for the 7th time.')
      }),
    )
  test('a gateway gives no cookie of the application away', async (t) => {
    await assert.rejects(assertKeepsCookies(await listens(t, 'app-visits=1', '1'), ''), /gives/)
  })
  test('a gateway keeps the cookie', async (t) => {
    await assert.rejects(assertKeepsCookies(await listens(t, null, 'none'), ''), /did not keep/)
    await assertKeepsCookies(await listens(t, 'other=1', '12'), '')
  })
  test('a stranger is nobody', async (t) => {
    await assert.rejects(assertStranger(await listens(t, null, ''), ''), /stranger/)
  })
})

const alice = {
  request: Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  expected: Buffer.from('Signed in as alice'),
}

async function listening(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

test('what is compared to another brings it along', () => {
  assert.deepEqual(
    chosen('sqlite').map(({ name }) => name),
    ['node:http', 'sqlite'],
  )
  const [page] = chosenScenarios('httpxy')
  assert.deepEqual(page?.contenders, ['dispatch', 'stream', 'httpxy'])
  assert.deepEqual(
    chosenScenarios('upload').map(({ name }) => name),
    ['upload'],
  )
  assert.equal(chosen(null).length, contenders.length)
})

test('a wrong option is refused with what it may be', () => {
  assert.throws(() => readOptions(['--only', 'memroy']), /--only: write one of .*memory/)
  assert.throws(() => readGatewayOptions(['--only', 'ngnix']), /--only: write one of .*nginx/)
  assert.throws(() => readOptions(['--rounds', '0']), /--rounds/)
  assert.throws(() => readOptions(['--seconds', 'long']), /--seconds/)
})

test('the interval holds the median, and closes where all rounds agree', () => {
  const { median, low, high } = estimate([5, 1, 4, 2, 3, 9, 7])
  assert.equal(median, 4)
  assert.ok(low < median && median < high)
  assert.deepEqual(estimate([2, 2, 2]), { median: 2, low: 2, high: 2 })
})
