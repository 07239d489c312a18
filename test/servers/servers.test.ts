import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { findServer } from './find.ts'
import { cannotInstall, install, type Machine } from './install.ts'
import { programs, type ServerName } from './programs.ts'

const run = promisify(execFile)

describe('finding a server', () => {
  test('the variable names the program, whatever is on PATH', () => {
    assert.deepEqual(findServer('nginx', { COATCHECK_NGINX: process.execPath, PATH: '/nowhere' }), {
      path: process.execPath,
    })
  })

  test('a variable that names nothing is told, and no other program is taken in its place', () => {
    const found = findServer('openssl', { COATCHECK_OPENSSL: '/nowhere/openssl', PATH: process.env.PATH })
    assert.match('missing' in found ? found.missing : '', /COATCHECK_OPENSSL=\/nowhere\/openssl is not a program/)
  })

  test('a folder of the right name is no program', async () => {
    const found = findServer('nginx', { COATCHECK_NGINX: tmpdir() })
    assert.ok('missing' in found)
  })

  test('a program on PATH is found', async (t) => {
    const folder = await scratch(t)
    await script(join(folder, 'varnishd'), 'exit 0')
    assert.deepEqual(findServer('varnishd', { PATH: `/nowhere:${folder}` }), { path: join(folder, 'varnishd') })
  })

  test('the reason says what to install and which variable to set', () => {
    for (const name of Object.keys(programs) as ServerName[]) {
      const found = findServer(name, { PATH: '/nowhere' })
      if ('path' in found) continue
      assert.match(found.missing, new RegExp(`^${name} is not here: install it`))
      assert.match(found.missing, new RegExp(`or name it in ${programs[name].variable}$`))
    }
  })
})

describe('a test without its server', () => {
  const without = { COATCHECK_NGINX: '/nowhere/nginx' }

  test('is skipped with the reason', async (t) => {
    const output = await runTestFile(t, without)
    assert.match(output, /# SKIP COATCHECK_NGINX=\/nowhere\/nginx is not a program that can be run/)
    assert.match(output, /# skipped 2\b/)
    assert.match(output, /# fail 0\b/)
  })

  test('fails where servers are required', async (t) => {
    const output = await runTestFile(t, { ...without, COATCHECK_REQUIRE_SERVERS: '1' })
    assert.match(output, /COATCHECK_NGINX=\/nowhere\/nginx is not a program that can be run/)
    assert.match(output, /# skipped 0\b/)
    assert.doesNotMatch(output, /# fail 0\b/)
  })
})

describe('installing a server', { skip: !existsSync('/usr/bin/flock') && 'needs flock' }, () => {
  let folder: string
  let machine: Machine

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'servers-test-'))
    machine = {
      debian: true,
      root: true,
      path: `${folder}:/usr/bin:/bin`,
      lockFile: join(folder, 'lock'),
      policyFile: join(folder, 'policy-rc.d'),
    }
    // Stands for apt-get: knows no package before its first update, and writes down when it was at work.
    await script(
      join(folder, 'apt-get'),
      `cd ${folder}
      for word; do last=$word; done
      case "$*" in
        *update*) touch lists; echo updated >> history; exit ;;
        *broken*) echo "E: broken is broken" >&2; exit 100 ;;
      esac
      [ -e lists ] || { echo "E: Unable to locate package $last" >&2; exit 100; }
      ./policy-rc.d && allowed=yes || allowed=no
      echo "begin $last, services $allowed" >> history
      sleep 0.2
      echo "end $last" >> history`,
    )
  })

  after(() => rm(folder, { recursive: true }))

  test('one after another, after one update, with no service started, and nothing left behind', async () => {
    const [first, second] = await Promise.all([install('one', machine), install('two', machine)])
    assert.deepEqual([first, second], [{ installed: true }, { installed: true }])
    const history = (await readFile(join(folder, 'history'), 'utf8')).trim().split('\n')
    const [a, b] = /begin one/.test(history[1]!) ? ['one', 'two'] : ['two', 'one']
    assert.deepEqual(history, ['updated', `begin ${a}, services no`, `end ${a}`, `begin ${b}, services no`, `end ${b}`])
    assert.ok(!existsSync(machine.policyFile))
  })

  test("the machine's own policy for services is left alone", async () => {
    await script(machine.policyFile, '[ -e nothing-of-ours ]')
    const policy = await readFile(machine.policyFile, 'utf8')
    assert.deepEqual(await install('three', machine), { installed: true })
    assert.equal(await readFile(machine.policyFile, 'utf8'), policy)
    await rm(machine.policyFile)
  })

  test('a failure tells the last lines, and leaves nothing behind', async () => {
    const outcome = await install('broken', machine)
    assert.match(outcome.installed ? '' : outcome.reason, /^installing broken ended with code 100:.*broken is broken/s)
    assert.ok(!existsSync(machine.policyFile))
  })

  test('only on Debian, as root, and where it is not forbidden', () => {
    assert.equal(cannotInstall(machine, {}), undefined)
    assert.match(cannotInstall({ ...machine, debian: false }, {}) ?? '', /Debian/)
    assert.match(cannotInstall({ ...machine, root: false }, {}) ?? '', /root/)
    assert.equal(cannotInstall(machine, { COATCHECK_INSTALL_SERVERS: '0' }), 'COATCHECK_INSTALL_SERVERS=0')
  })
})

/** What the test runner says about a file with two tests that need nginx, one in each way of asking. */
async function runTestFile(t: Cleaned, env: Record<string, string>): Promise<string> {
  const file = join(await scratch(t), 'needs-nginx.test.ts')
  const servers = JSON.stringify(new URL('servers.ts', import.meta.url).href)
  await writeFile(
    file,
    `import { test } from 'node:test'
    import { requireServer, requireServers } from ${servers}
    test('alone', async (t) => {
      if (await requireServer(t, 'nginx') === undefined) return
    })
    test('several', async () => {
      const { skip } = await requireServers('nginx')
      test('inner', { skip }, () => {})
    })
    `,
  )
  const options = { env: { PATH: process.env.PATH, ...env } }
  const failed = (error: { stdout: string; stderr: string }) => error
  const { stdout, stderr } = await run(process.execPath, ['--test', '--test-reporter=tap', file], options).catch(failed)
  return stdout + stderr
}

type Cleaned = { after(clean: () => Promise<void>): void }

async function scratch(t: Cleaned): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'servers-test-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

async function script(file: string, text: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${text}\n`)
  await chmod(file, 0o755)
}
