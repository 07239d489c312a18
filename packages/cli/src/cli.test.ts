import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe as suite, test } from 'node:test'
import { describe } from './describe.ts'
import { table } from './table.ts'

const command = join(import.meta.dirname, '../bin/coatcheck.js')

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function coatcheck(...args: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  const [code] = (await once(child, 'close')) as [number]
  return { code, stdout, stderr }
}

suite('the command', { concurrency: true }, () => {
  test('help names every subcommand and exits with 0', async () => {
    const { code, stdout } = await coatcheck('--help')
    assert.equal(code, 0)
    for (const name of ['serve', 'config', 'report', 'sessions']) assert.match(stdout, new RegExp(`^  ${name}`, 'm'))
  })

  test('a misspelt subcommand gets a suggestion and exits with 2', async () => {
    const { code, stderr } = await coatcheck('sevre')
    assert.equal(code, 2)
    assert.match(stderr, /Did you mean serve\?/)
  })

  test('serve without an application says how to name one', async () => {
    const { code, stderr } = await coatcheck('serve')
    assert.equal(code, 2)
    assert.match(stderr, /--upstream http:\/\/127\.0\.0\.1:3000/)
  })

  test('serve refuses flags beside a file, which would be read by nobody', async () => {
    const { code, stderr } = await coatcheck('serve', '--config', 'x.yaml', '--preset', 'aspnet')
    assert.equal(code, 2)
    assert.match(stderr, /write upstream, listen and preset into the file/)
  })

  test('serve with a wrong flag names the flag and the remedy', async () => {
    const { code, stderr } = await coatcheck('serve', '--upstream', 'localhost:3000')
    assert.equal(code, 1)
    assert.match(stderr, /--upstream has no scheme[\s\S]*write http:\/\/localhost:3000/)
  })
})

suite('with a configuration', () => {
  /** The one request that takes its time: that it arrived, and that it may be answered. */
  const slow = new EventEmitter()
  let folder: string
  let application: Server
  let config: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coatcheck-cli-'))
    application = createServer((req, res) => {
      if (req.url === '/slow') {
        slow.once('release', () => res.end('done')).emit('arrived')
      } else if (req.url === '/login') res.setHeader('Set-Cookie', 'app=1').writeHead(303, { Location: '/' }).end()
      else res.end(`cookies: ${req.headers.cookie ?? 'none'}`)
    }).listen(0, '127.0.0.1')
    await once(application, 'listening')
    config = join(folder, 'coatcheck.yaml')
    await writeFile(
      config,
      `listen: ['http://localhost:0']
store: sqlite:./coatcheck.db
sites:
  - upstream: http://127.0.0.1:${(application.address() as AddressInfo).port}
    login: { path: /login, user: { field: user }, success: { status: [303], setsCookie: app } }
`,
    )
  })

  after(async () => {
    application.close()
    application.closeAllConnections()
    await rm(folder, { recursive: true })
  })

  test('config check tells every mistake with its line, and exits with 1', async () => {
    const wrong = join(folder, 'wrong.yaml')
    await writeFile(
      wrong,
      `listen: ['http://localhost:8080']\nsites:\n  - upstraem: http://127.0.0.1:1\n    public: [images]\n`,
    )
    const { code, stderr } = await coatcheck('config', 'check', wrong)
    assert.equal(code, 1)
    assert.match(stderr, /wrong\.yaml:3:5[\s\S]*did you mean "upstream"\?[\s\S]*wrong\.yaml:4/)
  })

  test('config check says that a good file is good', async () => {
    const { code, stdout } = await coatcheck('config', 'check', config)
    assert.equal(code, 0)
    assert.match(stdout, /is good: one site/)
  })

  test('a user who signed in through the gateway is listed, and ended beside the running gateway', async () => {
    const gateway = spawn(process.execPath, [command, 'serve', '--config', config], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const url = await listening(gateway.stdout)
      const headers = { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/x-www-form-urlencoded' }
      const signedIn = await fetch(`${url}/login`, { method: 'POST', headers, body: 'user=alice', redirect: 'manual' })
      const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] as string
      const page = async () => (await fetch(url, { headers: { ...headers, Cookie: cookie } })).text()
      assert.equal(await page(), 'cookies: app=1')

      const listed = await coatcheck('sessions', 'list', 'alice', '--config', config)
      assert.equal(listed.code, 0)
      assert.match(listed.stdout, /^session +signed in[\s\S]*127\.0\.0\.1/)

      const ended = await coatcheck('sessions', 'end', 'alice', '--config', config)
      assert.equal(ended.stdout, 'one session of alice ended\n')
      assert.equal(await page(), 'cookies: none', 'E12: the running gateway refuses what another process ended')
      assert.match((await coatcheck('sessions', 'list', 'alice', '--config', config)).stdout, /alice has no session/)
    } finally {
      gateway.kill('SIGTERM')
      const [code] = await once(gateway, 'close')
      assert.equal(code, 0, 'SIGTERM ends it in order')
    }
  })

  test('told to stop, serve lets what is under way end; told again, it ends at once', async () => {
    for (const signals of [1, 2]) {
      const gateway = spawn(process.execPath, [command, 'serve', '--config', config], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      try {
        const url = await listening(gateway.stdout)
        const arrived = once(slow, 'arrived')
        const page = fetch(`${url}/slow`, { headers: { 'Sec-Fetch-Site': 'none' } }).then(
          (answer) => answer.text(),
          () => 'broken off',
        )
        await arrived
        gateway.kill('SIGTERM')
        while (
          await fetch(url, { headers: { Connection: 'close' } }).then(
            () => true,
            () => false,
          )
        );
        if (signals === 2) gateway.kill('SIGINT')
        else slow.emit('release')
        assert.equal(await page, signals === 1 ? 'done' : 'broken off')
        const [code] = await once(gateway, 'close')
        assert.equal(code, 0)
      } finally {
        gateway.kill('SIGKILL')
      }
    }
  })

  test('listing sessions where no gateway has run says so, and makes no file', async () => {
    const elsewhere = join(folder, 'elsewhere.yaml')
    await writeFile(elsewhere, (await readFile(config, 'utf8')).replace('coatcheck.db', 'elsewhere.db'))
    const { code, stderr } = await coatcheck('sessions', 'list', 'alice', '--config', elsewhere)
    assert.equal(code, 1)
    assert.match(stderr, /no gateway has run that keeps them in .*elsewhere\.db/)
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith('elsewhere.db')),
      [],
    )
  })

  test('ending without saying whose is used wrongly', async () => {
    const { code, stderr } = await coatcheck('sessions', 'end', '--config', config)
    assert.equal(code, 2)
    assert.match(stderr, /name a user, whose sessions all end, or one session: --session ID/)
  })

  test('report: a site that only reports says what would become of it, and the proposal is a configuration', async () => {
    const reporting = join(folder, 'reporting.yaml')
    const port = (application.address() as AddressInfo).port
    await writeFile(
      reporting,
      `listen: ['http://localhost:0']\nsites: [{ upstream: http://127.0.0.1:${port}, vault: report }]\n`,
    )
    const early = await coatcheck('report', '--config', reporting)
    assert.equal(early.code, 1)
    assert.match(early.stderr, /there is no report in .* yet/)

    const gateway = spawn(process.execPath, [command, 'serve', '--config', reporting], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    try {
      const url = await listening(gateway.stdout)
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
      const init = { method: 'POST', headers, body: 'user=alice&password=x', redirect: 'manual' } as const
      assert.deepEqual((await fetch(`${url}/login`, init)).headers.getSetCookie(), ['app=1'])
      await fetch(`${url}/${'long'.repeat(15)}/x`, { headers: { Cookie: `app=1; ${'n'.repeat(90)}=1` } })
    } finally {
      gateway.kill('SIGTERM')
      await once(gateway, 'close')
    }
    const { code, stdout } = await coatcheck('report', '--config', reporting)
    assert.equal(code, 0)
    assert.match(stdout, /kept +app\n +says who is signed in \(now: no Secure, no HttpOnly\)/)
    assert.match(stdout, /POST \/login: the field user names the user/)
    assert.doesNotMatch(stdout, /alice/)
    for (const line of stdout.split('\n')) assert(line.length <= 80, line)

    const proposed = join(folder, 'proposed.yaml')
    await writeFile(proposed, stdout.slice(stdout.indexOf('\nsites:')))
    assert.match((await coatcheck('config', 'check', proposed)).stdout, /is good: one site/)
    const { stdout: json } = await coatcheck('report', '--config', reporting, '--json')
    assert.equal(JSON.parse(json)[0].summary.login.path, '/login')
    assert.match((await coatcheck('report', '--config', reporting, '--site', 'x')).stderr, /no report of the site x/)
  })

  test('ending a session that does not exist fails', async () => {
    const { code, stderr } = await coatcheck('sessions', 'end', '--session', 'none', '--config', config)
    assert.equal(code, 1)
    assert.match(stderr, /there is no live session none/)
  })
})

test('what applications and visitors wrote cannot move the cursor of a terminal', () => {
  const line = describe({ type: 'cookie-refused', site: 'shop', cookie: '\u001b[2Jx\r\n', reason: 'it is odd' })
  assert.equal(line, 'shop: cookie x   refused: it is odd')
  assert.equal(table(['a', 'b'], [['\u001b[31m1', 'long text']], 8), 'a  b\n1  long…')
})

function listening(stdout: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stdout.on('data', (chunk) => {
      text += chunk
      const url = /listens on (http:\S+)/.exec(text)?.[1]
      if (url !== undefined) resolve(url)
    })
    stdout.on('close', () => reject(new Error(`it ended before it listened: ${text}`)))
  })
}
