// The processes themselves: how they start, die and stop.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { describe, test } from 'node:test'
import { configuration, processes, serve, startApplication, until } from '../testing/several.ts'

describe('workers', { concurrency: 2 }, () => {
  test('are said to listen when all of them do, at one port, once', async (t) => {
    const served = await serve(t, await startApplication(t))
    assert.equal(served.workers.length, 2)
    await served.connectBoth() // the very first connections go to one each
    assert.equal(served.stdout.match(/ on http:/g)?.length, 1)
  })

  test('that are killed are replaced, and no connection of another one drops', async (t) => {
    const served = await serve(t, await startApplication(t))
    const [a, b] = await served.connectBoth()
    const ports = [(await a.ask('/')).port, (await b.ask('/')).port]
    const before = served.workers
    process.kill(before[0] as number, 'SIGKILL')
    await served.says(/worker 1 is gone: it was ended by SIGKILL|"worker":1/)
    await until(() => served.workers.filter((pid) => pid !== before[0]).length === 2, 'it was not replaced')
    assert.ok(served.workers.includes(before[1] as number))
    const [survivor, port] = served.workerOf('visitor-0') === 2 ? [a, ports[0]] : [b, ports[1]]
    assert.equal((await survivor.ask('/')).port, port, 'the same connection')
    // The new one has its turn.
    let visits = 0
    const isServedByNew = async () => {
      const name = `newcomer-${visits++}`
      await served.connect().signIn(name)
      await served.says(new RegExp(`${name} signed in`))
      return served.workerOf(name) === 1
    }
    await until(isServedByNew, 'the new one gets no connection')
  })

  test('that cannot listen: the reason once, exit code 1, and nobody is left', async (t) => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    t.after(() => taken.close())
    const { port } = taken.address() as { port: number }
    const served = await serve(t, await startApplication(t), { listen: `http://127.0.0.1:${port}` })
    assert.equal(await served.over(), 1)
    assert.equal(
      served.stderr.match(new RegExp(`cannot listen on 127.0.0.1 port ${port}`, 'g'))?.length,
      1,
      served.stderr,
    )
    assert.equal(served.stdout, '')
  })

  test('that cannot be started any more: said loudly, exit code 1, and nobody is left', async (t) => {
    const served = await serve(t, await startApplication(t))
    const { workers, folder } = served
    await rename(folder, `${folder}-gone`)
    t.after(() => rm(`${folder}-gone`, { recursive: true, force: true }))
    for (const pid of workers) process.kill(pid, 'SIGKILL')
    assert.equal(await served.over(), 1)
    assert.match(served.stderr, /no worker can be started: .*coatcheck\.db/)
    assert.equal(served.stderr.match(/no worker can be started/g)?.length, 1)
    await mkdir(folder)
  })

  test('are gone when their primary is killed', async (t) => {
    const served = await serve(t, await startApplication(t))
    const { workers } = served
    served.child.kill('SIGKILL')
    await served.over()
    await until(() => !processes().some(({ pid }) => workers.includes(pid)), 'they live on')
  })

  for (const signals of [1, 2]) {
    const how = signals === 1 ? 'let what is under way end' : 'end at once'
    test(`told to stop ${signals === 1 ? 'once' : 'twice'}, all processes at once as a terminal does it, ${how}`, async (t) => {
      const app = await startApplication(t)
      const served = await serve(t, app)
      const [a] = await served.connectBoth()
      const { workers } = served
      const arrived = once(app.slow, 'arrived')
      const page = a.ask('/slow').then(
        ({ body }) => body,
        () => 'broken off',
      )
      await arrived
      for (const pid of [...workers, served.child.pid as number]) process.kill(pid, 'SIGINT')
      await until(() => served.workers.length === 1, 'the other one has nothing to wait for')
      if (signals === 2) served.child.kill('SIGTERM')
      else app.slow.emit('release')
      assert.equal(await page, signals === 1 ? 'done' : 'broken off')
      assert.equal(await served.over(), 0)
      assert.deepEqual(
        processes().filter(({ pid }) => workers.includes(pid)),
        [],
      )
    })
  }

  test('write whole lines, each with the number of its worker, however much both write', async (t) => {
    const served = await serve(t, await startApplication(t), { flags: ['--log', 'json', '--access-log'] })
    const both = await served.connectBoth()
    const path = `/${'long'.repeat(800)}`
    const asking = both.map(async (one) => {
      for (let i = 0; i < 100; i++) await one.ask(path)
    })
    await Promise.all(asking)
    served.child.kill('SIGTERM')
    assert.equal(await served.over(), 0)
    const lines = served.stdout.trimEnd().split('\n')
    const requests = lines.map((line) => JSON.parse(line)).filter((line) => line.event === 'request')
    const long = requests.filter((line) => path.startsWith(line.path) && line.path.length > 1000)
    assert.deepEqual(
      [1, 2].map((number) => long.filter(({ worker }) => worker === number).length),
      [100, 100],
    )
  })

  test('all take a new configuration at SIGHUP; a bad one changes nothing in any', async (t) => {
    const app = await startApplication(t)
    const served = await serve(t, app)
    const both = await served.connectBoth()
    const { cookie } = await both[0].signIn('alice')
    assert.ok(cookie)
    const statuses = () => Promise.all(both.map(async (one) => (await one.ask('/x', { Cookie: cookie })).body))
    assert.deepEqual(await statuses(), ['app=alice', 'app=alice'])
    await writeFile(served.file, configuration(app.port, { site: 'public: [/x]' }))
    served.child.kill('SIGHUP')
    await served.says(/serves from now on/)
    assert.deepEqual(await statuses(), ['none', 'none'])
    const good = await readFile(served.file, 'utf8')
    await writeFile(served.file, good.replace('upstream', 'upstraem'))
    served.child.kill('SIGHUP')
    await served.says(/the one before goes on/)
    assert.deepEqual(await statuses(), ['none', 'none'])
    assert.equal(served.stdout.match(/serves from now on/g)?.length, 1, 'said once')
  })

  test('one that begins to serve while another one tries a new configuration takes it too', async (t) => {
    const app = await startApplication(t)
    const served = await serve(t, app)
    const [first, second] = served.workers as [number, number]
    await writeFile(served.file, configuration(app.port, { site: 'public: [/x]' }))
    process.kill(first, 'SIGSTOP') // it takes its time to try it
    process.kill(second, 'SIGKILL')
    await served.says(/worker 2 is gone|"worker":2/)
    served.child.kill('SIGHUP')
    // The first one answers nobody: whatever is answered, the new one does.
    const connections = [served.connect(), served.connect()]
    const asking = connections.map(async (one) => ({ one, cookie: (await one.signIn('alice')).cookie }))
    const { one, cookie } = await Promise.race(asking)
    process.kill(first, 'SIGCONT')
    await served.says(/serves from now on/)
    await Promise.all(asking)
    assert.equal((await one.ask('/x', { Cookie: cookie as string })).body, 'none')
  })
})
