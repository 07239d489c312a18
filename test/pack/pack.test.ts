// What would be published, as a stranger gets it: `npm run pack`, `npm install` in an empty folder, and use there. The
// npm registry is asked for other people's packages that are not in npm's cache; nothing else is.

import assert from 'node:assert/strict'
import { type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'coatcheck-pack-'))
const consumer = join(folder, 'consumer')
const PACKAGES = ['@coatcheck/session', '@coatcheck/gateway', 'coatcheck'] as const
/** What an import may name, of all packages. */
let specifiers: string[] = []

after(() => rmSync(folder, { recursive: true, force: true }))

before(async () => {
  mkdirSync(consumer)
  await run('npm', ['run', '--silent', 'pack', '--', '--out', folder], { cwd: root })
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  assert.deepEqual(tarballs.sort(), [
    'coatcheck-0.1.0.tgz',
    'coatcheck-gateway-0.1.0.tgz',
    'coatcheck-session-0.1.0.tgz',
  ])
  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  await run('npm', [
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    ...tarballs.map((name) => join('..', name)),
  ])
  specifiers = PACKAGES.flatMap((name) =>
    Object.keys(manifest(name).exports).flatMap((path) => (path === './package.json' ? [] : name + path.slice(1))),
  )
})

describe('what is in a package', () => {
  for (const name of PACKAGES) {
    test(`${name}: the promised files, JavaScript and types, and no test`, () => {
      const files = readdirSync(installed(name), { recursive: true, encoding: 'utf8' })
      for (const file of ['README.md', 'LICENSE']) assert.ok(files.includes(file), file)
      const foreign = files.filter((file) => /\.test\.|-for-tests|(?<!\.d)\.ts$|tsconfig|\/wrong\//.test(file))
      assert.deepEqual(foreign, [])
      // Other people's stores are tested with the library's clock and browser; nothing else of the kind leaves.
      if (name !== '@coatcheck/session')
        assert.deepEqual(
          files.filter((file) => file.includes('testing')),
          [],
        )
    })

    test(`${name}: a manifest that says which Node, which licence and which packages`, () => {
      const { engines, license, version, dependencies = {}, ...rest } = manifest(name)
      assert.deepEqual([engines, license, version], [{ node: '>=24' }, 'Apache-2.0', '0.1.0'])
      assert.ok(!('devDependencies' in rest) && !('scripts' in rest))
      for (const [dependency, range] of Object.entries(dependencies)) {
        assert.match(range, /coatcheck/.test(dependency) ? /^\^\d/ : /^\d+\.\d+\.\d+$/, dependency)
      }
    })
  }

  test('coatcheck: the schema of its configuration, for editors', () => {
    const schema = JSON.parse(readFileSync(join(installed('coatcheck'), 'coatcheck.schema.json'), 'utf8'))
    assert.equal(schema.properties.sites.items.properties.preset.default, 'generic')
  })

  test('the library brings nothing with it', () => assert.equal(manifest('@coatcheck/session').dependencies, undefined))
})

describe('the library', () => {
  test('every export can be imported, and required by CommonJS', async () => {
    assert.ok(specifiers.length >= 6, specifiers.join())
    const names = JSON.stringify(specifiers)
    const imported = `for (const name of ${names}) if (Object.keys(await import(name)).length === 0) throw name`
    await run(process.execPath, ['--input-type=module', '--eval', imported])
    const required = `for (const name of ${names}) if (Object.keys(require(name)).length === 0) throw name`
    await run(process.execPath, ['--input-type=commonjs', '--eval', required])
  })

  test('every export has types, for Node’s resolution from both kinds of module and for a bundler’s', async () => {
    const lines = specifiers.map((name, i) => `import * as it${i} from '${name}'\nvoid it${i}`).join('\n')
    writeFileSync(join(consumer, 'imports.mts'), lines)
    writeFileSync(join(consumer, 'requires.cts'), lines)
    copyFileSync(join(import.meta.dirname, 'consumer/library.ts'), join(consumer, 'library.ts'))
    const files = ['imports.mts', 'library.ts']
    await types('nodenext', { module: 'nodenext' }, [...files, 'requires.cts'])
    await types('bundler', { module: 'esnext', moduleResolution: 'bundler' }, files)
  })

  test('E4: a visitor signs in and out over memory and SQLite, whose thread starts from the emitted file', async () => {
    copyFileSync(join(import.meta.dirname, 'consumer/library.ts'), join(consumer, 'library.ts'))
    await run(process.execPath, ['library.ts'])
  })

  test('the contract’s tests run against a store of the consumer’s', async () => {
    const program = `import { memory } from '@coatcheck/session/memory'
      import { storeTests } from '@coatcheck/session/store-tests'
      storeTests('mine', () => ({ store: memory() }))`
    writeFileSync(join(consumer, 'store.test.mjs'), program)
    const output = await run(process.execPath, ['--test', '--test-reporter=tap', 'store.test.mjs'])
    assert.match(output, /^# fail 0$/m)
    assert.ok(Number(/^# pass (\d+)$/m.exec(output)?.[1]) > 50, output)
  })
})

describe('the command', () => {
  test('npx finds it, and it knows its version', async () => {
    assert.match(await run('npx', ['coatcheck', '--help']), /^Usage: coatcheck/m)
    assert.equal(await run('npx', ['coatcheck', '--version']), '0.1.0\n')
  })

  test('serves in front of an application, from a file, in two processes with sessions in SQLite', async () => {
    const application = createServer((req, res) => {
      if (req.url === '/login') res.setHeader('Set-Cookie', 'app=1').writeHead(303, { Location: '/' }).end()
      else res.end(`cookies: ${req.headers.cookie ?? 'none'}`)
    }).listen(0, '127.0.0.1')
    await once(application, 'listening')
    const upstream = `http://127.0.0.1:${(application.address() as AddressInfo).port}`
    writeFileSync(
      join(consumer, 'coatcheck.yaml'),
      `listen: [http://localhost:0]\nstore: sqlite:./coatcheck.db\nsites: [{ upstream: '${upstream}' }]\n`,
    )
    const command = join(installed('coatcheck'), manifest('coatcheck').bin.coatcheck!)
    const gateway = start(process.execPath, [command, 'serve', '--config', 'coatcheck.yaml', '--workers', '2'])
    try {
      const url = await said(gateway.stdout!, /listens on (http:\S+)/)
      const headers = { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/x-www-form-urlencoded' }
      const answer = await fetch(`${url}/login`, { method: 'POST', headers, body: 'user=alice', redirect: 'manual' })
      const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
      assert.match(cookie, /^__Host-Http-sid=/)
      assert.equal(await (await fetch(url, { headers: { ...headers, Cookie: cookie } })).text(), 'cookies: app=1')
    } finally {
      application.closeAllConnections()
      application.close()
      assert.deepEqual(await end(gateway), [0, null])
    }
  })

  test('says why there is no demo outside of a checkout', async () => {
    const demo = start('npx', ['coatcheck', 'demo', '--yes'])
    assert.match(await text(demo.stderr!), /the demo needs a checkout/)
  })
})

describe('the examples in the packages’ own documents', () => {
  test('@coatcheck/session: sign in, change the cart, sign out', async () => {
    const listening = ".listen(0, function () { console.log('port', this.address().port) })"
    writeFileSync(join(consumer, 'session.mjs'), example('@coatcheck/session').replace('.listen(3000)', listening))
    const server = start(process.execPath, ['session.mjs'])
    try {
      const url = `http://127.0.0.1:${await said(server.stdout!, /^port (\d+)/m)}`
      let cookie = ''
      const post = async (path: string) => {
        const headers = { 'Sec-Fetch-Site': 'same-origin', Cookie: cookie }
        const response = await fetch(url + path, { method: 'POST', headers })
        cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
        return response.text()
      }
      assert.equal(await post('/cart'), 'nobody: 1 in the cart\n')
      assert.equal(await post('/sign-in'), 'alice: 1 in the cart\n')
      assert.equal(await post('/sign-out'), 'nobody: 0 in the cart\n')
    } finally {
      await end(server)
    }
  })

  test('@coatcheck/gateway: start and close', async () => {
    writeFileSync(join(consumer, 'gateway.mjs'), example('@coatcheck/gateway').replace('localhost:8080', 'localhost:0'))
    await run(process.execPath, ['gateway.mjs'])
  })
})

interface Manifest {
  readonly engines: unknown
  readonly license: string
  readonly version: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly bin: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
}

function installed(name: string): string {
  return join(consumer, 'node_modules', name)
}

function manifest(name: string): Manifest {
  return JSON.parse(readFileSync(join(installed(name), 'package.json'), 'utf8')) as Manifest
}

function example(name: string): string {
  const code = /^```js\n([\s\S]*?)^```/m.exec(readFileSync(join(installed(name), 'README.md'), 'utf8'))?.[1]
  assert.ok(code !== undefined, `the README of ${name} has no example`)
  return code
}

/** Checks what a consumer writes, and the declarations that he gets, with a compiler as strict as it can be. */
async function types(name: string, compilerOptions: object, files: readonly string[]): Promise<void> {
  const project = join(consumer, `${name}.json`)
  const common = { strict: true, noEmit: true, skipLibCheck: false, target: 'esnext', types: ['node'] }
  const typeRoots = [join(root, 'node_modules/@types')]
  writeFileSync(project, JSON.stringify({ compilerOptions: { ...common, typeRoots, ...compilerOptions }, files }))
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--project', project])
}

function start(command: string, args: readonly string[], options: SpawnOptions = {}) {
  const path = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`
  // Without this a test run in the consumer would report to this one.
  const env = { ...process.env, PATH: path, NODE_TEST_CONTEXT: undefined }
  return spawn(command, args, { cwd: consumer, env, stdio: ['ignore', 'pipe', 'pipe'], ...options })
}

/** @returns what it printed, where it ended well */
async function run(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<string> {
  const child = start(command, args, options)
  const closed = once(child, 'close')
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), closed])
  assert.equal(code, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`)
  return stdout
}

/** The first part of a pattern, as soon as a program has printed it. */
function said(stdout: NodeJS.ReadableStream, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let all = ''
    stdout.on('data', (chunk) => {
      all += chunk
      const [, part] = pattern.exec(all) ?? []
      if (part !== undefined) resolve(part)
    })
    stdout.on('end', () => reject(new Error(`it ended before it said ${pattern}: ${all}`)))
  })
}

/** Ends a program, also where it has ended already. @returns how it ended */
async function end(child: ReturnType<typeof start>): Promise<readonly [number | null, string | null]> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  }
  return [child.exitCode, child.signalCode]
}
