// What a look at a store finds, what it leaves alone, and what it cannot look at.

import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { claim } from '../../../claim.ts'
import { SessionError } from '../../../errors.ts'
import { FORMAT } from '../../../store.ts'
import { created, HOUR, newRecord, newSignedIn, renewalOf, rotated, SITE } from '../../../store-tests/fixtures.ts'
import { asNobody } from '../../../testing/as-nobody.ts'
import { damage, fill } from '../../../testing/damage.ts'
import { SqliteFolder } from '../../../testing/sqlite-folder.ts'
import { checkSqlite, type Problem } from '../../sqlite-upkeep.ts'

const DAY = 24 * HOUR

test('a store at work is found in order, and what is in it is counted', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  const now = Date.now()
  const records = []
  for (const user of ['alice', 'alice', 'bob', 'carol'])
    records.push(await created(store, newSignedIn(user, now - 5000)))
  const [first, second, third] = records
  await created(store, newRecord({ createdAt: now, issuedAt: now, absoluteEnd: now + HOUR }))
  await store.end(first!.key, { reason: 'signed-out', at: now })
  await rotated(store, renewalOf(second!, now))
  await store.endAll(SITE, 'carol', now, null)
  await claim(store, { site: SITE, what: 'once', at: now, until: now + HOUR })
  await store.touch(new Map([[third!.id, now]]))
  const report = await checkSqlite(folder.file, { names: true })
  assert.deepEqual([report.problems, report.notes], [[], []])
  assert.deepEqual(report.counts, {
    signedIn: 2,
    anonymous: 1,
    claims: 1,
    over: 1,
    links: 1,
    tombstones: 1,
    unreadable: 0,
    overdue: 0,
    cutoffs: 1,
    touches: 1,
    strayTouches: 0,
  })
  assert.deepEqual([report.oldest, report.newest], [now - 5000, now])
  assert.equal(report.users.count, 3)
  assert.deepEqual(new Set(report.users.most.map(({ user }) => user)), new Set(['alice', 'bob', 'carol']))
  assert.deepEqual(
    report.files.map(({ path, bytes }) => [path, bytes === statSync(path).size]),
    [
      [folder.file, true],
      [`${folder.file}-touches`, true],
    ],
  )
  const { users } = await checkSqlite(folder.file)
  assert.deepEqual(new Set(users.most.map(({ user }) => user)), new Set([null]), 'nobody is named unasked')
})

test('nothing is made, changed or left behind by it, neither at rest nor beside others', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  await created(store, newSignedIn('alice', Date.now()))
  const working = readdirSync(folder.path)
  await checkSqlite(folder.file)
  assert.deepEqual(readdirSync(folder.path), working)
  await store.close()
  const before = readFileSync(folder.file)
  await checkSqlite(folder.file, { full: true })
  assert.deepEqual(readdirSync(folder.path).sort(), ['sessions.db', 'sessions.db-touches'])
  assert.deepEqual(readFileSync(folder.file), before)
})

test('a store that cannot be written is looked at all the same', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  await created(store, newSignedIn('alice', Date.now()))
  await store.close()
  for (const name of readdirSync(folder.path)) chmodSync(join(folder.path, name), 0o444)
  chmodSync(folder.path, 0o555)
  await asNobody(async () => assert.equal((await checkSqlite(folder.file)).counts.signedIn, 1))
  chmodSync(folder.path, 0o755)
})

/** `rowid = 1` is alice's session. */
for (const [what, arrange, expected] of [
  [
    'a row whose record is no JSON',
    (f) => sql(f.file, `UPDATE sessions SET body = '{' WHERE rowid = 1`),
    /^a row that cannot be read/,
  ],
  [
    'a row of an unknown kind',
    (f) => sql(f.file, 'UPDATE sessions SET kind = 9999 WHERE rowid = 1'),
    /^a row that cannot be read/,
  ],
  [
    'a key of another length',
    (f) => sql(f.file, `UPDATE sessions SET key = x'00' WHERE rowid = 1`),
    /^a row that cannot be read/,
  ],
  [
    'a session without data',
    (f) => sql(f.file, 'UPDATE sessions SET sealed = NULL WHERE rowid = 1'),
    /^a row that cannot be read/,
  ],
  ['a session without a version', (f) => body(f, { version: 'x' }), /^a session in which something is missing/],
  ['a session of a newer format', (f) => body(f, { format: FORMAT + 1 }), /^a session of format \d/, /upgrade/],
  [
    'a session that is swept too late',
    (f) => sql(f.file, `UPDATE sessions SET due = due + ${40 * DAY} WHERE rowid = 1`),
    /^a session that is swept only after its absolute end/,
  ],
  [
    'a session from the future',
    (f) => body(f, { createdAt: Date.now() + DAY, absoluteEnd: Date.now() + 2 * DAY }),
    /^a session that began in the future/,
    /clock/,
  ],
  [
    'a renewed token that leads nowhere',
    (f) => sql(f.file, 'DELETE FROM sessions WHERE kind = 0 AND rowid > 1'),
    /^a renewed token that leads to no session/,
  ],
  [
    'a session seen in the future',
    (f) => sql(`${f.file}-touches`, `UPDATE seen SET at = ${Date.now() + DAY}`),
    /^a session last seen in the future/,
    /clock/,
  ],
  [
    'a cutoff in the future',
    (f) => sql(f.file, `INSERT INTO cutoffs VALUES ('shop', 'zoe', 1, ${Date.now() + DAY}, NULL)`),
    /^a user who cannot sign in until/,
    /clock/,
  ],
  [
    'two rows with one key',
    (f) => sql(f.file, 'UPDATE sessions SET key = (SELECT key FROM sessions WHERE rowid = 1) WHERE kind = 1'),
    /^two rows with one key/,
  ],
  [
    'two sessions with one id',
    (f) => sql(f.file, 'UPDATE sessions SET id = (SELECT id FROM sessions WHERE rowid = 1) WHERE kind = 0'),
    /^two sessions with one id/,
    /sessions end --session/,
  ],
  [
    'an index that is missing',
    (f) => sql(f.file, 'DROP INDEX sessions_by_due'),
    /^index sessions_by_due is missing/,
    /store restore/,
  ],
] as const satisfies readonly (readonly [string, (f: SqliteFolder) => void, RegExp, RegExp?])[]) {
  test(`E9: ${what} is found, with place and remedy, and everything else is looked at`, async (t) => {
    const folder = await aStore(t)
    arrange(folder)
    const { problems } = await checkSqlite(folder.file)
    assert.equal(problems.length, 1, JSON.stringify(problems))
    const [problem] = problems as [Problem]
    assert.match(problem.what, expected)
    assert.ok(problem.places.length > 0 && problem.remedy.length > 10)
    assert.doesNotMatch(JSON.stringify(problem), /alice|zoe/)
  })
}

test('a problem that is in many rows is one problem, with the first places', async (t) => {
  const folder = await aStore(t)
  fill(folder.file, 3000)
  sql(folder.file, `UPDATE sessions SET body = '{' WHERE user LIKE 'many %'`)
  const { problems, counts } = await checkSqlite(folder.file)
  assert.deepEqual(
    problems.map(({ count, places }) => [count, places.length]),
    [[3000, 5]],
  )
  assert.deepEqual([counts.unreadable, counts.links], [3000, 1])
})

for (const [what, harm, expected] of [
  ['flipped bytes', damage.flip, /damaged|malformed/],
  ['a file that was cut short', damage.cutShort, /damaged|malformed/],
] as const) {
  test(`E9: ${what}: the damage is told, with the way back`, async (t) => {
    const folder = await aStore(t)
    fill(folder.file, 500)
    harm(folder.file)
    const problems = await checkSqlite(folder.file).then((report) => report.problems)
    assert.ok(problems.length > 0)
    assert.match(problems[0]!.what, expected)
    assert.match(problems[0]!.remedy, /coatcheck store restore BACKUP .*sessions\.db/)
  })
}

test('E9: damaged last-seen times are told apart from sessions: they can be done without', async (t) => {
  const folder = await aStore(t)
  const touches = `${folder.file}-touches`
  sql(
    touches,
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO seen SELECT randomblob(16), 1 FROM n',
  )
  damage.flip(touches)
  const { problems } = await checkSqlite(folder.file)
  assert.ok(problems.length > 0)
  for (const { remedy, places } of problems) {
    assert.deepEqual(places, [touches])
    assert.match(remedy, /move .*-touches away: idle sessions end early/)
  }
  rmSync(touches)
  await created(folder.open(), newSignedIn('alice', Date.now()))
})

test('an index that leaves a row out is found by the full check', async (t) => {
  const folder = await aStore(t)
  // Taken out of the schema for one write, the index does not hear of it.
  const db = new DatabaseSync(folder.file)
  db.enableDefensive(false)
  const {
    type,
    name,
    tbl_name,
    rootpage,
    sql: text,
  } = db.prepare(`SELECT * FROM sqlite_schema WHERE name = 'sessions_by_due'`).get() as Record<string, string>
  db.exec(`PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'sessions_by_due'`)
  db.close()
  sql(folder.file, 'UPDATE sessions SET due = due - 1 WHERE rowid = 1')
  const again = new DatabaseSync(folder.file)
  again.enableDefensive(false)
  again.exec('PRAGMA writable_schema = ON')
  again.prepare('INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)').run(type!, name!, tbl_name!, rootpage!, text!)
  again.close()
  assert.deepEqual((await checkSqlite(folder.file)).problems, [])
  const { problems } = await checkSqlite(folder.file, { full: true })
  assert.match(problems.map(({ what }) => what).join(), /row 1 missing from index sessions_by_due/)
})

test('without the file of last-seen times the sessions are looked at, and that is noted', async (t) => {
  const folder = await aStore(t)
  rmSync(`${folder.file}-touches`)
  const { problems, notes, counts } = await checkSqlite(folder.file)
  assert.deepEqual([problems, counts.signedIn, counts.touches], [[], 2, 0])
  assert.match(notes.join(), /there is no .*sessions\.db-touches/)
})

test('rows that nobody sweeps, and last-seen times of nobody, are counted', async (t) => {
  const folder = await aStore(t)
  sql(folder.file, 'UPDATE sessions SET due = 1000')
  sql(`${folder.file}-touches`, 'INSERT INTO seen VALUES (randomblob(16), 1)')
  const { problems, notes, counts } = await checkSqlite(folder.file)
  assert.deepEqual([problems, counts.strayTouches], [[], 1])
  assert.match(notes.join(), /3 rows have been over for an hour and are not swept/)
})

for (const [what, arrange, expected] of [
  ['is not there', (f: SqliteFolder) => rmSync(f.file), /there is no file .*sessions\.db/],
  ['is a folder', replacedByFolder, /is a folder: name a file in it/],
  ['is empty', (f: SqliteFolder) => truncateSync(f.file), /is empty: no store has been made/],
  ['is no database', (f: SqliteFolder) => writeFileSync(f.file, 'a,b\n'.repeat(2000)), /not an SQLite database/],
  ['has rubbish for a beginning', (f: SqliteFolder) => damage.header(f.file), /not an SQLite database/],
  ['is another application’s', (f: SqliteFolder) => sql(f.file, 'PRAGMA application_id = 7'), /another application/],
  ['is a newer release’s', (f: SqliteFolder) => sql(f.file, 'PRAGMA user_version = 99'), /newer release .*upgrade/],
] as const) {
  test(`E11: a store that ${what} is not looked at, and the reason is told`, async (t) => {
    const folder = await aStore(t)
    arrange(folder)
    await assert.rejects(checkSqlite(folder.file), (error) => {
      assert.ok(error instanceof SessionError)
      return expected.test(error.message)
    })
  })
}

test('beside processes that write without pause it finds nothing wrong', async (t) => {
  const folder = new SqliteFolder(t)
  await folder.open().close()
  fill(folder.file, 5000)
  const store = folder.open()
  const other = folder.process()
  let over = false
  const working = (async () => {
    while (!over) {
      const now = Date.now()
      const record = await created(store, newSignedIn('alice', now))
      const renewed = await rotated(store, renewalOf(record, now))
      await other.call('end', renewed.key, { reason: 'signed-out', at: now })
    }
  })()
  for (let i = 0; i < 3; i++) assert.deepEqual((await checkSqlite(folder.file)).problems, [])
  over = true
  await working
})

/** With three sessions, one of them renewed, and one last-seen time; at rest. */
async function aStore(t: TestContext): Promise<SqliteFolder> {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  const now = Date.now()
  const alice = await created(store, newSignedIn('alice', now))
  const bob = await created(store, newSignedIn('bob', now))
  await rotated(store, renewalOf(bob, now))
  await store.touch(new Map([[alice.id, now]]))
  await store.close()
  return folder
}

function replacedByFolder({ file }: SqliteFolder): void {
  rmSync(file)
  mkdirSync(file)
}

/** Of alice's session. */
function body({ file }: SqliteFolder, change: object): void {
  const db = new DatabaseSync(file)
  const { body } = db.prepare('SELECT body FROM sessions WHERE rowid = 1').get() as { body: string }
  db.prepare('UPDATE sessions SET body = ? WHERE rowid = 1').run(JSON.stringify({ ...JSON.parse(body), ...change }))
  db.close()
}

function sql(file: string, statements: string): void {
  const db = new DatabaseSync(file)
  db.exec(statements)
  db.close()
}
