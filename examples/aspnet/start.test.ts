/** Starting and ending: nothing may stay behind, however it ends, and a failure says what failed. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { requireServers } from '../../test/servers/servers.ts'
import { send } from './client.ts'
import { startAspnet } from './start.ts'

const { skip, paths } = await requireServers('nginx', 'fastcgi-mono-server4')
const programs = { nginx: paths.nginx, monoFastcgi: paths['fastcgi-mono-server4'] }
const main = fileURLToPath(new URL('main.ts', import.meta.url))

describe('starting the ASP.NET site', { skip, timeout: 180_000 }, () => {
  let folder: string
  const usual = process.env.TMPDIR

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'start-'))
    process.env.TMPDIR = folder
  })
  after(async () => {
    if (usual === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = usual
    await rm(folder, { recursive: true })
  })

  test('two sites at once know nothing of each other, and closing ends all of one', async () => {
    const [one, two] = await Promise.all([startAspnet(programs), startAspnet(programs)])
    await send(`${one.url}/Records.aspx`)
    await one.close()
    await assert.rejects(send(`${one.url}/WhoAmI.aspx`), { code: 'ECONNREFUSED' })
    assert.deepEqual(await two.served().then((served) => served.map(({ path }) => path)), ['/WhoAmI.aspx'])
    await two.close()
    await nothingIsLeft()
  })

  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
    test(`nothing is left when ${signal} ends the process that started it`, async () => {
      const { child, url } = await runMain()
      assert.equal((await send(`${url}/WhoAmI.aspx`)).status, 200)
      child.kill(signal)
      await once(child, 'exit')
      await nothingIsLeft()
      await assert.rejects(send(`${url}/WhoAmI.aspx`), { code: 'ECONNREFUSED' })
    })
  }

  test('a program that is not there is named, with the packages that have it', async () => {
    await assert.rejects(startAspnet({ ...programs, monoFastcgi: '/nowhere/mono' }), (error: Error) => {
      assert.match(error.message, /^mono could not be started \(spawn \/nowhere\/mono ENOENT\)/)
      assert.match(error.message, /apt-get install nginx mono-fastcgi-server4/)
      return true
    })
    await nothingIsLeft()
  })

  test('a program that gives up is named, with its last lines', async (t) => {
    const other = createServer().listen(0, '127.0.0.1')
    t.after(() => other.close())
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    await assert.rejects(startAspnet({ ...programs, port }), (error: Error) => {
      assert.match(error.message, /^nginx ended with code 1\./)
      assert.match(error.message, new RegExp(`bind\\(\\) to 127\\.0\\.0\\.1:${port} failed .*Address already in use`))
      return true
    })
    await nothingIsLeft()
  })

  test('the command explains itself, and refuses what it cannot use', async () => {
    const run = promisify(execFile)
    assert.match((await run(process.execPath, [main, '--help'])).stdout, /--port NUMBER/)
    await assert.rejects(run(process.execPath, [main, '--port', 'eighty']), {
      code: 2,
      stderr: '--port takes a whole number from 0 to 65535, not eighty\n',
    })
  })

  async function runMain(): Promise<{ child: ChildProcess; url: string }> {
    const env = { ...process.env, COATCHECK_NGINX: paths.nginx, COATCHECK_MONO_FASTCGI: programs.monoFastcgi }
    const child = spawn(process.execPath, [main, '--port', '0'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    for await (const chunk of child.stdout!.setEncoding('utf8')) {
      output += chunk
      const url = /is open: (\S+)\n/.exec(output)?.[1]
      if (url) return { child, url }
    }
    throw new Error(`main.ts ended early: ${output}`)
  }

  /** The programs are ended by a process of their own, which may need a moment. */
  async function nothingIsLeft(): Promise<void> {
    const end = performance.now() + 10_000
    for (;;) {
      const left = [...(await readdir(folder)), ...(await processesIn(folder))]
      if (left.length === 0) return
      if (performance.now() > end) assert.deepEqual(left, [])
      await sleep(50)
    }
  }
})

/** The processes that have the folder in their command line. */
async function processesIn(folder: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((line) => line.includes(folder))
}
