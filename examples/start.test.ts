import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'

describe('npm start', { concurrency: true }, () => {
  test('says what to open and with whom to sign in, and ends at Ctrl-C', async () => {
    const { child, output } = npmStart('--listen', 'http://localhost:0')
    while (!/Ctrl-C ends both/.test(output())) await once(child.stdout, 'data')
    const url = /behind coatcheck: +(http:\S+)/.exec(output())?.[1] ?? ''
    const page = await (await fetch(url, { headers: { 'Sec-Fetch-Site': 'none' } })).text()
    assert.match(page, /The Leaky Teapot/)
    assert.match(output(), /alice with the password\nwonderland/)
    child.kill('SIGINT')
    assert.deepEqual(await once(child, 'close'), [0, null])
  })

  test('where the port is taken, says so in a sentence, and how to take another', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { child, output } = npmStart('--listen', `http://127.0.0.1:${(taken.address() as AddressInfo).port}`)
    assert.deepEqual(await once(child, 'close'), [1, null])
    taken.close()
    assert.match(output(), /^cannot listen on .* another program listens there already/)
    assert.match(output(), /npm start -- --listen http/)
  })

  test('any other flag is read as coatcheck serve reads it', async () => {
    const { child, output } = npmStart('--listn', 'x')
    assert.deepEqual(await once(child, 'close'), [2, null])
    assert.match(output(), /Did you mean --listen\?/)
  })
})

function npmStart(...flags: string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'start.ts'), ...flags])
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
  return { child, output: () => text }
}
