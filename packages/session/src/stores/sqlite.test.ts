// The contract, and what is SQLite's own: the files, what refuses to open, the stamp, the end of the process.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { SessionError } from '../errors.ts'
import { NotApplied } from '../store.ts'
import { changed, created, newRecord, newSignedIn, readEnded, readLive, SITE, T0 } from '../store-tests/fixtures.ts'
import { storeTests } from '../store-tests.ts'
import { FakeBrowser } from '../testing/fake-exchange.ts'
import { FakeClock, siteOn } from '../testing/site.ts'
import { SqliteFolder } from '../testing/sqlite-folder.ts'
import { sqlite } from './sqlite.ts'

const ENDING = { reason: 'signed-out', at: T0 + 1 } as const

storeTests('sqlite', () => {
  const folder = new SqliteFolder()
  return { store: folder.open(), another: async () => folder.open(), close: () => folder.remove() }
})

test('what was written is there when the file is opened again', async (t) => {
  const folder = new SqliteFolder(t)
  const first = folder.open()
  const kept = await created(first, newSignedIn('alice'))
  const renewed = await created(first, newSignedIn('alice'))
  const ended = await created(first, newSignedIn('bob'))
  await first.touch(new Map([[kept.id, T0 + 5000]]))
  await first.end(ended.key, ENDING)
  await first.endAll(SITE, 'alice', T0 + 1, kept.id)
  await first.close()

  const second = folder.open()
  const live = await readLive(second, kept.key)
  assert.equal(live.lastSeen, T0 + 5000)
  assert.equal(live.cutoff?.except, kept.id)
  assert.equal((await readEnded(second, ended.key)).reason, 'signed-out')
  assert.deepEqual(
    (await second.list(SITE, 'alice', T0 + 6000)).map(({ record }) => record.id),
    [kept.id],
  )
  assert.equal((await readLive(second, renewed.key)).cutoff?.at, T0 + 1) // over by its epoch
})

test('a closed file is one file and its touches, whole without the rest', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  await created(store, newRecord())
  await store.close()
  assert.deepEqual(readdirSync(folder.path).sort(), ['sessions.db', 'sessions.db-touches'])
})

test('nobody else may read the files', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  const record = await created(store, newRecord())
  await store.touch(new Map([[record.id, T0 + 1]]))
  for (const name of readdirSync(folder.path)) {
    assert.equal(statSync(join(folder.path, name)).mode & 0o777, 0o600, name)
  }
})

test('without the touches file sessions live on, as last seen when their token was issued', async (t) => {
  const folder = new SqliteFolder(t)
  const first = folder.open()
  const record = await created(first, newRecord())
  await first.touch(new Map([[record.id, T0 + 5000]]))
  await first.close()
  rmSync(`${folder.file}-touches`)
  assert.equal((await readLive(folder.open(), record.key)).lastSeen, T0)
})

test('E7: neither token nor data is in the files', async (t) => {
  const folder = new SqliteFolder(t)
  const site = siteOn(folder.open(), new FakeClock())
  const browser = new FakeBrowser()
  const tokens: string[] = []
  for (const item of ['card 4111-1111-1111-1111', 'a book']) {
    await browser.visit(site, (session) => session.update((data) => void data.items.push(item)))
    tokens.push(browser.token)
  }
  await browser.visit(site, (session) => session.signIn('alice-in-clear'))
  tokens.push(browser.token)
  await browser.visit(site, (session) => session.signOut())
  const files = readdirSync(folder.path).map((name) => readFileSync(join(folder.path, name)))
  const found = (bytes: Buffer) => files.some((file) => file.includes(bytes))
  assert.ok(found(Buffer.from('alice-in-clear')), 'the search finds what is in clear')
  for (const token of new Set(tokens)) {
    assert.equal(found(Buffer.from(token)), false)
    assert.equal(found(Buffer.from(token, 'base64url')), false)
  }
  assert.equal(found(Buffer.from('4111-1111')), false)
})

test('E8: a write that was acknowledged has changed the stamp of every connection', async (t) => {
  const folder = new SqliteFolder(t)
  const stores = [folder.open(), folder.open()] as const
  let record = await created(stores[0], newRecord())
  for (let i = 0; i < 200; i++) {
    // While the write is under way, reads are kept as a cache would keep them: under the stamp before and after.
    const kept = stores.map(() => new Map<unknown, number>())
    let acknowledged = false
    const { next, nonce } = changed(record)
    const write = stores[i % 2]!.replace(next, nonce, T0).then(() => {
      acknowledged = true
    })
    while (!acknowledged) {
      for (const [j, store] of stores.entries()) {
        const stamp = store.stamp?.(record.key)
        const { version } = (await readLive(store, record.key)).record
        if (store.stamp?.(record.key) === stamp) kept[j]?.set(stamp, version)
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    await write
    for (const [j, store] of stores.entries()) {
      assert.equal(kept[j]?.get(store.stamp?.(record.key)) ?? next.version, next.version)
      assert.equal((await readLive(store, record.key)).record.version, next.version)
    }
    record = next
  }
})

for (const [what, arrange, expected] of [
  [
    'a folder that does not exist',
    (f: SqliteFolder) => rmSync(f.path, { recursive: true }),
    /there is no folder .*create it/,
  ],
  ['a folder', (f: SqliteFolder) => mkdirSync(f.file), /is a folder: name a file in it/],
  [
    'a file that is no database',
    (f: SqliteFolder) => writeFileSync(f.file, 'name,price\n'.repeat(500)),
    /not an SQLite database/,
  ],
  ['a short file that is no database', (f: SqliteFolder) => writeFileSync(f.file, 'hello'), /not an SQLite database/],
  ['another application’s database', (f: SqliteFolder) => sql(f, 'CREATE TABLE t (x)'), /of another application/],
  ['another application’s file id', (f: SqliteFolder) => sql(f, 'PRAGMA application_id = 7'), /of another application/],
  [
    'a newer release’s file',
    async (f: SqliteFolder) => {
      await f.open().close()
      sql(f, 'PRAGMA user_version = 99')
    },
    /newer release \(schema 99, this one knows 2\): upgrade/,
  ],
  [
    'a file whose first page is damaged',
    async (f: SqliteFolder) => {
      await f.open().close()
      writeFileSync(f.file, Buffer.concat([readFileSync(f.file).subarray(0, 100), Buffer.alloc(20_000, 7)]))
    },
    /damaged: restore a backup|malformed/,
  ],
  ['a file under a file', (f: SqliteFolder) => writeFileSync(f.path.concat('/x'), ''), /\/x is not a folder/, 'x/y.db'],
] as const) {
  test(`${what} is refused with the file’s name and the remedy`, async (t: TestContext) => {
    const folder = new SqliteFolder()
    t.after(() => rmSync(folder.path, { recursive: true, force: true }))
    await arrange(folder)
    const file = what === 'a file under a file' ? join(folder.path, 'x/y.db') : folder.file
    assert.throws(() => sqlite(file), refusal(expected, folder.path))
  })
}

test('a file or a folder without permission is refused with the remedy', (t) => {
  const folder = new SqliteFolder(t)
  writeFileSync(folder.file, '', { mode: 0o400 })
  chmodSync(folder.path, 0o755)
  const expected = refusal(/permission to/, folder.file)
  asNobody(() => assert.throws(() => sqlite(folder.file), expected))
  rmSync(folder.file)
  chmodSync(folder.path, 0o555)
  asNobody(() => assert.throws(() => sqlite(folder.file), expected))
  chmodSync(folder.path, 0o755)
})

for (const [name, expected] of [
  [':memory:', /use memory\(\)/],
  ['file::memory:?cache=shared', /use memory\(\)/],
  ['', /name is missing/],
  ['file:sessions.db', /write a path/],
  ['sessions/', /is a folder/],
] as const) {
  test(`${name === '' ? 'no name' : name} is refused with the remedy`, () => {
    assert.throws(() => sqlite(name), refusal(expected, ''))
  })
}

test('a wrong lock timeout is refused', () => {
  assert.throws(() => sqlite('sessions.db', { lockTimeout: '5 seconds' as never }), refusal(/lockTimeout/, '5 seconds'))
})

test('an empty file becomes a store, and so does a path with characters that mean something in a URL', async (t) => {
  const folder = new SqliteFolder(t)
  writeFileSync(folder.file, '')
  await created(folder.open(), newRecord())
  const odd = sqlite(join(folder.path, '50% of #1? é.db'))
  await created(odd, newRecord())
  await odd.close()
  assert.ok(readdirSync(folder.path).includes('50% of #1? é.db'))
})

test('E9: a damaged file makes reads and writes fail, and is never taken for an empty one', async (t) => {
  const folder = new SqliteFolder(t)
  const first = folder.open()
  const record = await created(first, newSignedIn('alice'))
  await first.close()
  const bytes = readFileSync(folder.file)
  for (const page of pagesOf(folder, 'sqlite_schema', 'changes')) bytes.fill(7, (page - 1) * 4096, page * 4096)
  writeFileSync(folder.file, bytes)
  const store = folder.open()
  await assert.rejects(async () => store.read(record.key), /sessions\.db: .*malformed; the file is damaged/)
  await assert.rejects(store.end(record.key, ENDING), (error) => {
    assert.ok(error instanceof NotApplied, String(error))
    return /sessions\.db: .*the file is damaged: restore a backup/.test(error.message)
  })
})

test('E4: 20,000 tombstones take at most 128 bytes each with their entries in the indexes', async (t) => {
  const folder = new SqliteFolder(t)
  const N = 20_000
  const store = folder.open()
  const sealed = new Uint8Array(900)
  for (let i = 0; i < N; i += 500) {
    const records = Array.from({ length: 500 }, (_, j) => newSignedIn('alice', T0 + 1000 * (i + j), { sealed }))
    await Promise.all(records.map((record) => created(store, record)))
    await Promise.all(
      records.map(({ key, createdAt }) => store.end(key, { ...ENDING, at: createdAt + 5000 * (i % 7) })),
    )
  }
  await store.close()
  const db = new DatabaseSync(folder.file)
  t.after(() => db.close())
  // Whole pages, also where they are not full.
  const { bytes } = db.prepare(`SELECT sum(pgsize) AS bytes FROM dbstat WHERE name LIKE 'sessions%'`).get() as {
    bytes: number
  }
  t.diagnostic(`${bytes / N} bytes`)
  assert.ok(bytes / N <= 128, `${bytes / N} bytes`)
})

test('closing waits for the writes that were asked for; afterwards there are no more', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  const record = await created(store, newRecord())
  const end = store.end(record.key, ENDING)
  await Promise.all([store.close(), store.close()])
  assert.equal((await end)?.reason, 'signed-out')
  await assert.rejects(store.end(record.key, ENDING), NotApplied)
  await assert.rejects(async () => store.read(record.key))
  assert.equal(store.stamp?.(record.key), undefined)
})

test('a process that forgets to close ends by itself, and not before its writes are acknowledged', (t) => {
  const folder = new SqliteFolder(t)
  const script = `
    import { sqlite } from ${JSON.stringify(import.meta.resolve('./sqlite.ts'))}
    import { newRecord } from ${JSON.stringify(import.meta.resolve('../store-tests/fixtures.ts'))}
    const store = sqlite(${JSON.stringify(folder.file)})
    for (const record of Array.from({ length: 3 }, () => newRecord())) {
      store.create({ record, at: 0, signIn: null }).then(() => console.log('created'))
    }
  `
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 30_000,
    encoding: 'utf8',
  })
  assert.equal(child.stderr, '')
  assert.equal(child.stdout, 'created\n'.repeat(3))
  assert.equal(child.status, 0)
})

function sql({ file }: SqliteFolder, statements: string): void {
  const db = new DatabaseSync(file)
  db.exec(statements)
  db.close()
}

/** The pages of all tables and indexes but these. */
function pagesOf({ file }: SqliteFolder, ...without: string[]): number[] {
  const db = new DatabaseSync(file)
  const pages = db.prepare('SELECT name, pageno FROM dbstat').all() as { name: string; pageno: number }[]
  db.close()
  return pages.filter(({ name }) => !without.includes(name)).map(({ pageno }) => pageno)
}

function refusal(expected: RegExp, named: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof SessionError, String(error))
    assert.match(error.message, expected)
    assert.ok(error.message.includes(named), error.message)
    return true
  }
}

/** Root may open everything: permissions are tried as somebody else. */
function asNobody(work: () => void): void {
  const root = process.geteuid?.() === 0
  if (root) process.seteuid?.(65534)
  try {
    work()
  } finally {
    if (root) process.seteuid?.(0)
  }
}
