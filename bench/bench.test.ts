// The bench runs, and what it measures does what it is measured for. How fast is for `npm run bench` to say.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { chosen, contenders } from './contenders.ts'
import { Load } from './load.ts'
import { readOptions } from './options.ts'
import { arePackagesInstalled } from './packages.ts'
import { estimate } from './statistics.ts'

const run = promisify(execFile)
const bench = (...args: string[]) => run(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args])

const missing = 'the packages of the bench are not installed: npm ci --prefix bench'
const required = process.env.COATCHECK_REQUIRE_SERVERS === '1'

test('every contender answers every request as it should', {
  skip: !arePackagesInstalled() && !required && missing,
}, async () => {
  assert.ok(arePackagesInstalled(), missing)
  const { stdout } = await bench('--rounds', '1', '--seconds', '0.2')
  for (const { title } of contenders) {
    const row = stdout.split('\n').find((line) => line.startsWith(`  ${title} `))
    assert.match(row ?? '', /^ {2}\S.* [1-9][\d,]* /, `${title} answered nothing:\n${stdout}`)
  }
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
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      t.after(() => server.close())
      const load = new Load({
        port: (server.address() as AddressInfo).port,
        request: Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
        expected: Buffer.from('Signed in as alice'),
        connections: 1,
      })
      load.start()
      await assert.rejects(load.failed)
      assert.equal(load.answered, 0)
    })
  }
})

test('what is compared to another brings it along', () => {
  assert.deepEqual(
    chosen('sqlite').map(({ name }) => name),
    ['bare', 'sqlite'],
  )
  assert.deepEqual(
    chosen('gateway').map(({ name }) => name),
    ['dispatch', 'stream', 'gateway'],
  )
  assert.equal(chosen(null).length, contenders.length)
})

test('a wrong option is refused with what it may be', () => {
  assert.throws(() => readOptions(['--only', 'memroy']), /--only: write one of .*memory/)
  assert.throws(() => readOptions(['--rounds', '0']), /--rounds/)
  assert.throws(() => readOptions(['--seconds', 'long']), /--seconds/)
})

test('the interval holds the median, and closes where all rounds agree', () => {
  const { median, low, high } = estimate([5, 1, 4, 2, 3, 9, 7])
  assert.equal(median, 4)
  assert.ok(low < median && median < high)
  assert.deepEqual(estimate([2, 2, 2]), { median: 2, low: 2, high: 2 })
})
