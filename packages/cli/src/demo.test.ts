import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, test } from 'node:test'
import type { LeakyOptions } from '../../../examples/leaky/options.ts'
import { byKey, Left, withoutStop } from './demo/pace.ts'
import { Paper } from './demo/paper.ts'
import { play } from './demo/play.ts'
import { BrokenOff, Scene } from './demo/script.ts'
import { Stage } from './demo/stage.ts'
import { loadPlay } from './demo.ts'

async function demo(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = join(import.meta.dirname, '../bin/coatcheck.js')
  const { FORCE_COLOR: _, ...env } = process.env
  const child = spawn(process.execPath, [command, 'demo', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (said[name] += chunk))
  const [code] = (await once(child, 'close')) as [number]
  return { code, ...said }
}

function memo(): { output: PassThrough; text: () => string } {
  const output = new PassThrough()
  let text = ''
  output.on('data', (chunk) => (text += chunk))
  return { output, text: () => text }
}

describe('coatcheck demo', { concurrency: 4 }, () => {
  test('plays all five acts on both sites, and exits with 0', async () => {
    const { code, stdout, stderr } = await demo('--yes')
    assert.equal(code, 0, stdout + stderr)
    assert.equal(stderr, '')
    for (const act of ['F1 clear', 'F2 cached', 'F3 fixed', 'F4 replayed', 'F5 exposed']) {
      assert.match(stdout, new RegExp(`^━━ ${act}[\\s\\S]*── without coatcheck[\\s\\S]*── with coatcheck`, 'm'))
      assert.match(stdout, new RegExp(`^${act} +✗ .+ ✓ .+`, 'm'), 'its row in the table')
    }
    assert.doesNotMatch(stdout, /^ +!/m, 'nothing went otherwise')
    assert.match(stdout, /npm start/)
  })

  test('F2 is told in the nine steps of KB 263730, twice', async () => {
    const { stdout } = await demo('--yes', '--only', 'F2')
    const steps = [...stdout.matchAll(/^ (\d) /gm)].map(([, number]) => Number(number))
    const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert.deepEqual(steps, [...nine, ...nine])
    for (const shown of [/303 to \/login/, /Set-Cookie: shopsid=/, /X-Cache: HIT/, /bob never signed in/]) {
      assert.match(stdout, shown)
    }
  })

  test('fits 80 columns, and has no escape codes where it is piped', async () => {
    const { stdout } = await demo()
    const { stdout: help } = await demo('--help')
    assert.deepEqual(
      `${stdout}\n${help}`.split('\n').filter((line) => line.length > 80),
      [],
    )
    assert.doesNotMatch(stdout, /\x1b/)
    assert.doesNotMatch(stdout, /[\w-]{40}/, 'no session token is shown whole')
  })

  test('fits a narrow terminal, and its verdicts are all there', async () => {
    const { output, text } = memo()
    assert.equal(await play({ output: Object.assign(output, { columns: 60 }) }), 0)
    assert.deepEqual(
      text()
        .split('\n')
        .filter((line) => line.length > 60),
      [],
    )
    assert.match(text(), /^F4 replayed\n {2}without {2}✗ old cookie outlives sign-out\n {2}with {5}✓ old cookie/m)
  })

  test('--only plays one act', async () => {
    const { code, stdout } = await demo('--yes', '--only', 'f4')
    assert.equal(code, 0, stdout)
    assert.match(stdout, /^━━ F4 replayed/m)
    assert.doesNotMatch(stdout, /^━━ F[1235]/m)
  })

  test('an unknown act is refused with the list of those that there are', async () => {
    const { code, stderr } = await demo('--yes', '--only', 'F9')
    assert.equal(code, 2)
    assert.match(stderr, /There is no act "F9": they are F1, F2, F3, F4, F5\./)
  })

  test('outside a checkout it says that it needs one', async () => {
    await assert.rejects(
      loadPlay('file:///nowhere/node_modules/coatcheck/dist/demo.js'),
      /needs a checkout of coatcheck/,
    )
  })
})

describe('the demo cannot lie: where the shop lacks the fault, the story does not come out', { concurrency: 4 }, () => {
  const mended: Record<string, Partial<LeakyOptions>> = {
    F1: { clear: false },
    F2: { reissue: false },
    F3: { fixed: false, waiting: false },
    F4: { cookieOnlySignOut: false },
    F5: { sequential: false },
  }
  for (const [act, changes] of Object.entries(mended)) {
    test(act, async () => {
      const { output, text } = memo()
      assert.equal(await play({ only: [act], output }, changes), 1, text())
      assert.match(text(), /^ {3}! Not as told: the shop alone should have let this happen\.$/m)
      assert.match(text(), new RegExp(`^Not as told: ${act} without coatcheck`, 'm'))
    })
  }

  test('where alice herself cannot use the shop, nothing is proven', async () => {
    const { output, text } = memo()
    assert.equal(await play({ only: ['F1'], output }, { absolute: -1 }), 1)
    assert.match(text(), /The story breaks off: it is not so that alice is signed in/)
    assert.match(text(), /^Not as told: F1 without coatcheck, F1 with coatcheck\./m)
  })

  test('where coatcheck lets something happen', async () => {
    const { output, text } = memo()
    const scene = new Scene(new Stage(true), new Paper(output), withoutStop)
    scene.turn(true, 'The attacker reads it.', '')
    assert.equal(scene.unexpected, 1)
    assert.match(text(), /! Not as told: coatcheck should have stopped this\./)
    assert.throws(() => scene.mustWork({ status: 502 }), BrokenOff, 'a gateway that fails has not been shown to hold')
  })
})

describe('at a terminal', () => {
  function terminal() {
    const input = Object.assign(new PassThrough(), { setRawMode: () => {} }) as unknown as NodeJS.ReadStream &
      PassThrough
    return { input, ...memo() }
  }

  test('each step but the first waits for Enter', async () => {
    const { input, output, text } = terminal()
    const pace = byKey(input, output)
    await pace.between()
    assert.equal(text(), '')
    const next = pace.between()
    input.write('x')
    input.write('\r')
    await next
    assert.match(text(), /Enter: next step/)
    assert.doesNotMatch(text(), /\x1b/)
  })

  test('q leaves, r runs to the end', async () => {
    const { input, output } = terminal()
    const pace = byKey(input, output)
    await pace.between()
    const left = assert.rejects(pace.between(), Left)
    input.write('\rq')
    await left
    const interrupted = assert.rejects(pace.between(), { interrupted: true })
    input.write('\x03')
    await interrupted
    const running = pace.between()
    input.write('r')
    await running
    await pace.between()
  })
})
