// A backup beside those who work with the store, and all that can come in its way.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { SessionError } from '../../../errors.ts'
import { changed, created, newRecord, newSignedIn, readEnded, readLive, T0 } from '../../../store-tests/fixtures.ts'
import { asNobody } from '../../../testing/as-nobody.ts'
import { damage, fill } from '../../../testing/damage.ts'
import { SqliteFolder } from '../../../testing/sqlite-folder.ts'
import { sqlite } from '../../sqlite.ts'
import { backupSqlite, type Progress } from '../../sqlite-upkeep.ts'

const ENDING = { reason: 'signed-out', at: T0 + 1 } as const

test('a backup holds all that was acknowledged before it began, and opens as a store', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  const [live, ended] = [await created(store, newSignedIn('alice')), await created(store, newSignedIn('bob'))]
  await store.end(ended.key, ENDING)
  await store.touch(new Map([[live.id, T0 + 5000]]))
  const to = join(folder.path, 'backup.db')
  const { files } = await backupSqlite(folder.file, to)
  assert.deepEqual(
    files.map(({ path, rows }) => [path, rows.sessions ?? rows.seen]),
    [
      [to, 2],
      [`${to}-touches`, 1],
    ],
  )
  assert.deepEqual(left(folder), ['backup.db', 'backup.db-touches'], 'two files, without anything beside them')
  await store.end(live.key, ENDING)
  const copy = sqlite(to)
  assert.equal((await readLive(copy, live.key)).lastSeen, T0 + 5000)
  assert.equal((await readEnded(copy, ended.key)).reason, 'signed-out')
  await copy.close()
})

test('nobody else may read a backup', async (t) => {
  const folder = new SqliteFolder(t)
  await folder.open().close()
  const to = join(folder.path, 'backup.db')
  const before = process.umask(0)
  try {
    await backupSqlite(folder.file, to)
  } finally {
    process.umask(before)
  }
  for (const file of [to, `${to}-touches`]) assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('processes that write without pause go on, and the backup comes to its end', async (t) => {
  const folder = new SqliteFolder(t)
  await folder.open().close()
  fill(folder.file, 20_000)
  const store = folder.open()
  const other = folder.process()
  let record = await created(store, newRecord())
  let [acknowledged, over] = [0, false]
  const writing = (async () => {
    while (!over) {
      const { next, nonce } = changed(record)
      assert.equal(await store.replace(next, nonce, T0), 'done')
      await other.call('create', { record: newRecord(), at: T0, signIn: null })
      assert.equal((await readLive(store, next.key)).record.version, next.version)
      record = next
      acknowledged++
    }
  })()
  const steps: Progress[] = []
  const to = join(folder.path, 'backup.db')
  const { files } = await backupSqlite(folder.file, to, { onProgress: (progress) => void steps.push(progress) })
  over = true
  await writing
  assert.ok(acknowledged > 0, 'writes were acknowledged meanwhile')
  const rows = files[0]?.rows.sessions ?? 0
  assert.ok(rows > 20_000 && rows <= 20_001 + acknowledged, `${rows} rows`)
  const copied = steps.filter(({ step }) => step === 'copying').map(({ done }) => done)
  assert.deepEqual(
    copied,
    copied.toSorted((a, b) => a - b),
    'it never begins again',
  )
  assert.ok(steps.some(({ step }) => step === 'verifying'))
})

test('what stands there stays, unless it is to be overwritten', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  const to = join(folder.path, 'backup.db')
  await backupSqlite(folder.file, to)
  const record = await created(store, newRecord())
  await refused(folder, to, /backup\.db is there already: name another file, or overwrite it with --force/)
  await backupSqlite(folder.file, to, { force: true })
  const copy = sqlite(to)
  await readLive(copy, record.key)
  await refused(folder, to, /backup\.db is in use/, { force: true })
  await copy.close()
  // What a crash left beside the old backup is nothing of the new one.
  writeFileSync(`${to}-wal`, 'left behind')
  await backupSqlite(folder.file, to, { force: true })
  assert.equal(existsSync(`${to}-wal`), false)
})

for (const [what, content] of [
  ['a text', 'not a database'],
  ['another application’s database', null],
] as const) {
  test(`${what} is not overwritten, whatever was asked for`, async (t) => {
    const folder = new SqliteFolder(t)
    await folder.open().close()
    const to = join(folder.path, 'precious')
    if (content === null) sql(to, 'CREATE TABLE t (x)')
    else writeFileSync(to, content)
    const before = readFileSync(to)
    await refused(folder, to, /precious/, { force: true })
    assert.deepEqual(readFileSync(to), before)
  })
}

for (const [what, nameOf] of [
  ['itself', (f: SqliteFolder) => f.file],
  ['its own touches', (f: SqliteFolder) => `${f.file}-touches`],
  ['its own -wal', (f: SqliteFolder) => `${f.file}-wal`],
  ['itself by way of another folder', (f: SqliteFolder) => join(f.path, 'x/../sessions.db')],
  [
    'itself by way of a link to its folder',
    (f: SqliteFolder) => {
      symlinkSync(f.path, join(f.path, 'link'))
      return join(f.path, 'link/sessions.db')
    },
  ],
  [
    'itself by another name',
    (f: SqliteFolder) => {
      linkSync(f.file, join(f.path, 'other.db'))
      return join(f.path, 'other.db')
    },
  ],
] as const) {
  test(`a store is not backed up over ${what}`, async (t) => {
    const folder = new SqliteFolder(t)
    const store = folder.open()
    const record = await created(store, newRecord())
    await refused(folder, nameOf(folder), /would be the same file .*name another place/, { force: true })
    await readLive(store, record.key)
  })
}

for (const [what, nameOf, expected] of [
  [
    'a folder that is not there',
    (f: SqliteFolder) => join(f.path, 'none/b.db'),
    /there is no folder .*none: create it/,
  ],
  ['a folder', (f: SqliteFolder) => f.path, /is a folder: name a file in it/],
  ['a folder under a file', (f: SqliteFolder) => join(f.file, 'b.db'), /no folder/],
] as const) {
  test(`a backup into ${what} is refused with the remedy`, async (t) => {
    const folder = new SqliteFolder(t)
    await folder.open().close()
    await refused(folder, nameOf(folder), expected)
  })
}

for (const [what, arrange, expected] of [
  [
    'that is not there',
    (f: SqliteFolder) => rmSync(f.file),
    /there is no file .*sessions\.db: nothing has been stored/,
  ],
  ['that is a folder', replacedByFolder, /is a folder: name a file in it/],
  ['that is empty', (f: SqliteFolder) => truncateSync(f.file), /sessions\.db is empty: no store has been made/],
  ['that is no database', (f: SqliteFolder) => writeFileSync(f.file, 'a,b\n'.repeat(2000)), /not an SQLite database/],
  [
    'of another application',
    replacedByAnother,
    /sessions\.db is a database of another application: name the store's file/,
  ],
  ['of a newer release', (f: SqliteFolder) => sql(f.file, 'PRAGMA user_version = 99'), /newer release .*upgrade/],
  [
    'whose last-seen times are named instead',
    (f: SqliteFolder) => renameSync(`${f.file}-touches`, f.file),
    /last-seen times: name the file beside it, without -touches/,
  ],
  ['that was cut short', (f: SqliteFolder) => damage.cutShort(f.file), /restore a backup|store check --full/],
  ['whose beginning is rubbish', (f: SqliteFolder) => damage.header(f.file), /not an SQLite database|restore a backup/],
  ['in which bytes were flipped', (f: SqliteFolder) => damage.flip(f.file), /store check --full|restore a backup/],
] as const) {
  test(`E9: a store ${what} is not backed up, and nothing is left of the attempt`, async (t) => {
    const folder = new SqliteFolder(t)
    const store = folder.open()
    await created(store, newRecord())
    await store.close()
    fill(folder.file, 500)
    arrange(folder)
    await refused(folder, join(folder.path, 'backup.db'), expected)
  })
}

test('without permission to read the store, or to write where the backup is to be, the remedy is told', async (t) => {
  const folder = new SqliteFolder(t)
  await folder.open().close()
  chmodSync(folder.path, 0o755)
  const to = join(folder.path, 'backup.db')
  await asNobody(() => refused(folder, to, /give this user permission to write there/))
  chmodSync(folder.path, 0o777)
  await asNobody(() =>
    refused(folder, to, /no permission to open it and its folder; try it as the user with the id \d+/),
  )
})

test('stopped, it rejects with the reason and leaves nothing behind', async (t) => {
  const folder = new SqliteFolder(t)
  await folder.open().close()
  fill(folder.file, 20_000)
  const stopping = new AbortController()
  const backup = backupSqlite(folder.file, join(folder.path, 'backup.db'), {
    signal: stopping.signal,
    onProgress: () => stopping.abort(new Error('enough')),
  })
  await assert.rejects(backup, /^Error: enough$/)
  assert.deepEqual(left(folder), [])
  const aborted = AbortSignal.abort(new Error('before it began'))
  await assert.rejects(backupSqlite(folder.file, join(folder.path, 'b.db'), { signal: aborted }), /before it began/)
})

test('on a full disk it says so, and leaves nothing behind', async (t) => {
  const folder = new SqliteFolder()
  t.after(() => {
    spawnSync('umount', [join(folder.path, 'small')])
    return folder.remove()
  })
  await folder.open().close()
  fill(folder.file, 4000)
  const small = join(folder.path, 'small')
  mkdirSync(small)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', small], { stdio: 'pipe' })
  } catch {
    return t.skip('a small file system takes root')
  }
  const to = join(small, 'backup.db')
  await refused(folder, to, /small has 3 MB left, and backup\.db\S* needs \d+ MB: make room, or name another place/)
  assert.deepEqual(readdirSync(small), [])
})

test('where the disk fills up while it is at work it says so, and leaves nothing behind', (t) => {
  const folder = new SqliteFolder(t)
  folder.open()
  fill(folder.file, 4000)
  const to = join(folder.path, 'backup.db')
  const script = `
    import { backupSqlite } from ${JSON.stringify(import.meta.resolve('../../sqlite-upkeep.ts'))}
    try { await backupSqlite(${JSON.stringify(folder.file)}, ${JSON.stringify(to)}) } catch (error) { console.log(error.message) }
  `
  const limited = ['-c', 'ulimit -f 2000; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script]
  const { stdout, status } = spawnSync('sh', limited, { encoding: 'utf8', timeout: 60_000 })
  assert.equal(status, 0)
  assert.match(stdout, /backup\.db\.unfinished-\w+: disk I\/O error; the disk failed to read or write it/)
  assert.deepEqual(left(folder), [])
})

function replacedByFolder({ file }: SqliteFolder): void {
  rmSync(file)
  mkdirSync(file)
}

function replacedByAnother({ file }: SqliteFolder): void {
  rmSync(file)
  sql(file, 'CREATE TABLE t (x)')
}

/** What is in the folder beside the store itself. */
function left({ path }: SqliteFolder): string[] {
  return readdirSync(path)
    .filter((name) => !name.startsWith('sessions.db') && !['link', 'other.db', 'precious', 'small'].includes(name))
    .sort()
}

async function refused(folder: SqliteFolder, to: string, expected: RegExp, options = {}): Promise<void> {
  const before = left(folder)
  await assert.rejects(backupSqlite(folder.file, to, options), (error) => {
    assert.ok(error instanceof SessionError, String(error))
    assert.match(error.message, expected)
    return true
  })
  assert.deepEqual(left(folder), before)
}

function sql(file: string, statements: string): void {
  const db = new DatabaseSync(file)
  db.exec(statements)
  db.close()
}
