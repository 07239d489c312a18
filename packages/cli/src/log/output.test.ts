// Lines reach whoever reads them, whole and in order; one who reads slowly or not at all holds nothing up.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'

const MODULE = new URL('./output.ts', import.meta.url).href

/** Runs a program that has `output`, its standard output a pipe. */
function program(source: string) {
  const code = `import { openOutput } from '${MODULE}'; const output = openOutput(); ${source}`
  return spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] })
}

test('what was written is there when the process ends in order', async () => {
  const child = program(`
    for (let i = 0; i < 50000; i++) output.write('line ' + i + '\\n')
    await output.flush()
    process.exit(0)`)
  const lines = (await text(child.stdout)).split('\n')
  assert.deepEqual([lines.length, lines[0], lines[49_999]], [50_001, 'line 0', 'line 49999'])
})

test('a reader who stands still holds up neither the program nor its end', async () => {
  const child = program(`
    const line = 'x'.repeat(1000) + '\\n'
    for (let i = 0; i < 2000; i++) output.write(line)
    let turns = 0
    const timer = setInterval(() => {
      if (++turns < 20) return
      clearInterval(timer)
      console.error('turned')
      output.flush().then(() => process.exit(0))
    }, 1)`)
  const [said] = await once(child.stderr, 'data')
  assert.match(String(said), /turned/)
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
  child.stdout.destroy()
})

test('a reader who is gone ends nothing', async () => {
  const child = program(`
    process.on('SIGTERM', () => { console.error('alive'); process.exit(0) })
    console.error('ready')
    setInterval(() => output.write('line\\n'), 1)`)
  await once(child.stderr, 'data')
  child.stdout.destroy()
  // By now a write has failed: a second process reads what the first one can no longer say.
  const errors = text(child.stderr)
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.equal(child.exitCode, null)
  child.kill('SIGTERM')
  assert.match(await errors, /alive/)
})
