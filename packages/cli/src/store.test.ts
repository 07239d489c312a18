// `coatcheck store` as an operator gives it: what it prints, its exit codes, Ctrl-C.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { type Store, sqlite } from '@coatcheck/session'
import { ProgressLine } from './store/progress-line.ts'
import { renderReport } from './store/render.ts'

const command = join(import.meta.dirname, '../bin/coatcheck.js')

interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** @param interrupt - asked now and then whether Ctrl-C is to be pressed */
async function store(folder: string, args: readonly string[], interrupt = () => false): Promise<Outcome> {
  const child = spawn(process.execPath, [command, 'store', ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const texts = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => (texts.stdout += chunk))
  child.stderr.on('data', (chunk) => (texts.stderr += chunk))
  const looking = setInterval(() => {
    if (!interrupt()) return
    child.kill('SIGINT')
    clearInterval(looking)
  }, 5)
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  clearInterval(looking)
  return { code, signal, ...texts }
}

const SESSION = {
  format: 1,
  site: 'shop',
  user: 'alice',
  version: 1,
  epoch: 0,
  authenticatedAt: null,
  idle: null,
  brief: false,
  remembered: false,
  methods: [],
  client: { address: null, userAgent: null },
  writes: [],
  links: [],
  unconfirmed: false,
  wrappedKey: new Uint8Array(60),
} as const

/** A folder with a configuration and its store, in which somebody is signed in. */
async function arranged(t: TestContext, sessions = 1, size = 100) {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-store-'))
  const opened: Store[] = []
  t.after(async () => {
    for (const one of opened) await one.close()
    rmSync(folder, { recursive: true })
  })
  writeFileSync(
    join(folder, 'coatcheck.yaml'),
    'store: sqlite:./coatcheck.db\nsites: [{ upstream: http://127.0.0.1:1 }]\n',
  )
  writeFileSync(join(folder, 'memory.yaml'), 'sites: [{ upstream: http://127.0.0.1:1 }]\n')
  const open = () => {
    const one = sqlite(join(folder, 'coatcheck.db'))
    opened.push(one)
    return one
  }
  const now = Date.now()
  const times = { createdAt: now, issuedAt: now, absoluteEnd: now + 3_600_000 }
  const random = (bytes: number) =>
    Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64url') as never
  const first = open()
  await Promise.all(
    Array.from({ length: sessions }, () => {
      const record = { ...SESSION, ...times, key: random(32), id: random(16), sealed: new Uint8Array(size) }
      return first.create({ record, at: now, signIn: null })
    }),
  )
  await first.close()
  return { folder, open }
}

suite('coatcheck store', { concurrency: 2 }, () => {
  test('a backup is made, restored and looked at, and the sessions in it are ended', async (t) => {
    const { folder } = await arranged(t)
    const config = ['--config', 'coatcheck.yaml']
    const backup = await store(folder, ['backup', ...config, 'backup.db'])
    assert.deepEqual([backup.code, backup.stderr], [0, ''])
    assert.match(backup.stdout, /^backup of .* UTC, verified:\n {2}\S+backup\.db {2}\d+ kB {2}.*sessions 1/)

    const again = await store(folder, ['backup', ...config, 'backup.db'])
    assert.equal(again.code, 1)
    assert.match(again.stderr, /backup\.db is there already: name another file, or overwrite it with --force/)
    assert.equal((await store(folder, ['backup', 'coatcheck.db', 'backup.db', '--force'])).code, 0)

    const restored = await store(folder, ['restore', 'backup.db', ...config])
    assert.equal(restored.code, 0)
    assert.match(
      restored.stdout,
      /is restored:[\s\S]*\none session ended; users sign in again\nwhat stood there is .*before-restore/,
    )
    const checked = await store(folder, ['check', ...config])
    assert.equal(checked.code, 0)
    assert.match(checked.stdout, /coatcheck\.db: no problem[\s\S]*signed in +0\n[\s\S]*remembered as ended +1\n/)
  })

  test('F4: keeping the sessions of a backup is asked for by name, and told as insecure', async (t) => {
    const { folder } = await arranged(t)
    await store(folder, ['backup', 'coatcheck.db', 'backup.db'])
    const { code, stdout, stderr } = await store(folder, [
      'restore',
      'backup.db',
      'coatcheck.db',
      '--insecure-keep-sessions',
    ])
    assert.equal(code, 0)
    assert.match(stderr, /^INSECURE: sessions that were signed out, revoked or renewed since the backup are open again/)
    assert.match(stdout, /the sessions in it live on/)
    const { stdout: json } = await store(folder, ['check', 'coatcheck.db', '--format', 'json'])
    assert.equal(JSON.parse(json).counts.signedIn, 1)
    const { stdout: help } = await store(folder, ['restore', '--help'])
    assert.match(help, /EVERY SESSION IN THE BACKUP IS ENDED/)
  })

  test('F4: while a gateway has the store open, nothing is restored', async (t) => {
    const { folder, open } = await arranged(t)
    await store(folder, ['backup', 'coatcheck.db', 'backup.db'])
    open()
    const { code, stderr } = await store(folder, ['restore', 'backup.db', '--config', 'coatcheck.yaml'])
    assert.equal(code, 1)
    assert.match(stderr, /coatcheck\.db is in use: stop the gateway and every application/)
  })

  test('check: 0 where nothing is wrong, 1 with places and remedies where something is, 3 where it cannot look', async (t) => {
    const { folder } = await arranged(t)
    const named = await store(folder, ['check', 'coatcheck.db', '--users', '--full'])
    assert.equal(named.code, 0)
    assert.match(named.stdout, /users with sessions, those that are over included: 1; most of one: alice of shop 1/)
    const db = new DatabaseSync(join(folder, 'coatcheck.db'))
    db.exec(`UPDATE sessions SET body = '{'`)
    db.close()
    const wrong = await store(folder, ['check', 'coatcheck.db'])
    assert.equal(wrong.code, 1)
    assert.match(
      wrong.stdout,
      /: one problem\n {2}a row that cannot be read\n {4}at sessions, row \d+\n {4}what helps: .*sqlite3/,
    )
    assert.doesNotMatch(wrong.stdout, /alice/)
    const none = await store(folder, ['check', 'none.db'])
    assert.deepEqual([none.code, none.stdout], [3, ''])
    assert.match(none.stderr, /there is no file .*none\.db/)
  })

  for (const [what, args, code, expected] of [
    ['no subcommand', [], 2, /Usage: coatcheck store[\s\S]*backup[\s\S]*check[\s\S]*restore/],
    ['an unknown subcommand', ['bakcup'], 2, /Did you mean backup\?/],
    ['backup without a word', ['backup'], 2, /name the store and where the backup is to be/],
    [
      'backup without a store',
      ['backup', 'backup.db'],
      2,
      /name the store: its path, or the configuration with --config/,
    ],
    ['backup with the store twice', ['backup', '--config', 'coatcheck.yaml', 'a', 'b'], 2, /leave out its path/],
    ['backup with too much', ['backup', 'a', 'b', 'c'], 2, /and nothing else/],
    ['restore without a word', ['restore'], 2, /name the store and the backup/],
    ['check without a store', ['check'], 2, /name the store: its path, or the configuration with --config/],
    ['check of two', ['check', 'a', 'b'], 2, /name one store/],
    ['check in a strange format', ['check', 'coatcheck.db', '--format', 'xml'], 2, /Allowed choices are text, json/],
    [
      'backup of memory',
      ['backup', '--config', 'memory.yaml', 'b'],
      1,
      /memory\.yaml keeps sessions in the gateway's memory/,
    ],
    ['check of memory', ['check', '--config', 'memory.yaml'], 3, /memory\.yaml keeps sessions in the gateway's memory/],
    ['a configuration that is not there', ['check', '--config', 'none.yaml'], 3, /none\.yaml/],
    ['backup over itself', ['backup', 'coatcheck.db', './coatcheck.db', '--force'], 1, /would be the same file/],
  ] as const) {
    test(`${what}: exit code ${code}, and what to do`, async (t) => {
      const { folder } = await arranged(t)
      const outcome = await store(folder, args)
      assert.equal(outcome.code, code, outcome.stderr)
      assert.match(outcome.stdout + outcome.stderr, expected)
    })
  }

  test('a backup that is interrupted ends by the signal, and leaves nothing behind', async (t) => {
    const { folder } = await arranged(t, 2000, 20_000)
    const begun = () => readdirSync(folder).some((name) => name.startsWith('backup.db.unfinished'))
    const { code, signal, stderr } = await store(folder, ['backup', 'coatcheck.db', 'backup.db'], begun)
    assert.deepEqual([code, signal], [null, 'SIGINT'])
    assert.match(stderr, /interrupted; nothing was changed/)
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('backup')),
      [],
    )
  })
})

test('how far it is shows at a terminal, in one line, and nowhere else', () => {
  const written: string[] = []
  const stream = (isTTY: boolean) =>
    ({ isTTY, write: (text: string) => written.push(text) }) as unknown as NodeJS.WriteStream
  const piped = new ProgressLine(stream(false))
  piped.show({ step: 'copying', done: 1, total: 2 })
  piped.clear()
  assert.deepEqual(written, [])
  const line = new ProgressLine(stream(true))
  line.show({ step: 'copying', done: 1, total: 3 })
  line.show({ step: 'copying', done: 1.001, total: 3 })
  line.show({ step: 'verifying', done: 0, total: 0 })
  line.clear()
  assert.deepEqual(written, ['\r\u001b[Kcopying: 33 %', '\r\u001b[Kverifying the copy …', '\r\u001b[K'])
})

test('what somebody wrote into the store cannot move the cursor', () => {
  const empty = {
    signedIn: 0,
    anonymous: 0,
    claims: 0,
    over: 0,
    links: 0,
    tombstones: 0,
    unreadable: 0,
    overdue: 0,
    cutoffs: 0,
    touches: 0,
    strayTouches: 0,
  }
  const users = { count: 1, most: [{ site: 'shop', user: '\u001b[2Jmallory', sessions: 1 }] }
  const problem = { what: 'x\u001b[1m', remedy: 'y', count: 7, places: ['z\u0007'] }
  const report = {
    file: 'f',
    at: 0,
    problems: [problem],
    notes: [],
    files: [],
    counts: empty,
    oldest: 0,
    newest: 0,
    users,
  }
  assert.doesNotMatch(renderReport(report), /[\u001b\u0007]/)
})
