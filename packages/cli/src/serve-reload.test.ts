// `coatcheck serve` and its file: read again at SIGHUP and when it changes, and kept where it cannot be used.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'

const command = join(import.meta.dirname, '../bin/coatcheck.js')

/** An application that says its name, and answers `/slow` when it is told to. */
async function application(t: TestContext, name: string) {
  const slow: ServerResponse[] = []
  const arrived = Promise.withResolvers<void>()
  const server = createServer((req, res) => {
    if (req.url !== '/slow') return void res.end(name)
    slow.push(res)
    res.write('began, ', () => arrived.resolve())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { port: (server.address() as AddressInfo).port, arrived: arrived.promise, release: () => slow[0]?.end(name) }
}

class Serving {
  readonly process: ChildProcess
  readonly file: string
  said = ''
  #heard = Promise.withResolvers<void>()

  constructor(process: ChildProcess, file: string) {
    this.process = process
    this.file = file
    process.stdout?.on('data', (chunk) => {
      this.said += chunk
      this.#heard.resolve()
      this.#heard = Promise.withResolvers()
    })
  }

  /** Waits until it has said so, `times` times. */
  async says(what: RegExp, times = 1): Promise<void> {
    const deadline = setTimeout(() => this.process.kill('SIGKILL'), 15_000)
    while ((this.said.match(new RegExp(what, 'g'))?.length ?? 0) < times) {
      await Promise.race([this.#heard.promise, once(this.process, 'exit')])
      if (this.process.exitCode !== null || this.process.signalCode !== null) throw new Error(this.said)
    }
    clearTimeout(deadline)
  }

  get port(): number {
    return Number(/listens on http:\/\/localhost:(\d+)/.exec(this.said)?.[1])
  }
}

function configuration(upstream: number, site = ''): string {
  return `listen: ['http://localhost:0']\nsites: [{ upstream: 'http://127.0.0.1:${upstream}'${site} }]\n`
}

async function serve(t: TestContext, text: string, ...flags: string[]): Promise<Serving> {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-serve-'))
  const file = join(folder, 'coatcheck.yaml')
  await writeFile(file, text)
  const child = spawn(process.execPath, [command, 'serve', '--config', file, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(async () => {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit')
    await rm(folder, { recursive: true })
  })
  const serving = new Serving(child, file)
  await serving.says(/listens on/)
  return serving
}

/** A client with one connection. */
function client(t: TestContext, port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  return async (path = '/') => {
    const req = request({
      port,
      host: '127.0.0.1',
      path,
      agent,
      headers: { host: 'localhost', 'sec-fetch-site': 'none' },
    })
    const [res] = (await once(req.end(), 'response')) as [IncomingMessage]
    return { body: (await res.setEncoding('utf8').toArray()).join(''), reused: req.reusedSocket }
  }
}

describe('serve', { concurrency: true }, () => {
  test('follows its file when an editor renames a new one over it; connections and downloads go on', async (t) => {
    const [one, two] = [await application(t, 'one'), await application(t, 'two')]
    const serving = await serve(t, configuration(one.port))
    const page = client(t, serving.port)
    assert.equal((await page()).body, 'one')
    const download = client(t, serving.port)('/slow')
    await one.arrived
    await writeFile(`${serving.file}.swp`, configuration(two.port))
    await rename(`${serving.file}.swp`, serving.file)
    await serving.says(/was read again, and serves from now on: sites changed: default/)
    assert.deepEqual(await page(), { body: 'two', reused: true })
    serving.process.kill('SIGTERM')
    await serving.says(/stopping/)
    one.release()
    assert.equal((await download).body, 'began, one')
    assert.deepEqual(await once(serving.process, 'exit'), [0, null])
  })

  test('keeps what it serves where the file is wrong, and says file, line, key and remedy; mended, it follows', async (t) => {
    const [one, two] = [await application(t, 'one'), await application(t, 'two')]
    const serving = await serve(t, configuration(one.port), '--log', 'json', '--no-watch')
    const page = client(t, Number(/listens on http:\/\/localhost:(\d+)/.exec(serving.said)?.[1]))
    const hangUp = async (text: string) => {
      await writeFile(serving.file, text)
      serving.process.kill('SIGHUP')
    }
    await hangUp(configuration(two.port, ', pubilc: [/images/*]'))
    await serving.says(/configuration-kept/)
    const lines = serving.said
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const { level, problems } = lines.find(({ event }) => event === 'configuration-kept')
    assert.equal(level, 'error')
    assert.match(problems[0], /coatcheck\.yaml:2:\d+: sites\[0\]\.pubilc .*did you mean "public"\?/)
    assert.equal((await page()).body, 'one')
    await hangUp('sites: [')
    await serving.says(/configuration-kept/, 2)
    await hangUp(configuration(two.port).replace('sites', 'store: sqlite:./x.db\nsites'))
    await serving.says(/coatcheck\.yaml:2:8: store cannot change while the gateway runs/)
    assert.equal((await page()).body, 'one')
    await hangUp(configuration(two.port))
    await serving.says(/configuration-reloaded/)
    assert.deepEqual(await page(), { body: 'two', reused: true })
  })
})
