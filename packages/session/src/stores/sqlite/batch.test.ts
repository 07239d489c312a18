import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import type { SessionRecord } from '../../store.ts'
import { newRecord, newSignedIn, rotationOf, T0 } from '../../store-tests/fixtures.ts'
import { SqliteFolder } from '../../testing/sqlite-folder.ts'
import { BatchRunner } from './batch.ts'
import { isDurable, type Operation } from './operations.ts'

const create = (record: SessionRecord): Operation => ({
  name: 'create',
  args: [{ record, at: T0, signIn: null }],
})
const end = ({ key }: SessionRecord): Operation => ({ name: 'end', args: [key, { reason: 'signed-out', at: T0 }] })

/** A runner on a file in which records of some sites cannot be written, as `sql` has it. */
async function arranged(t: TestContext, sql = '', lockTimeout = 1000) {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  const db = new DatabaseSync(folder.file)
  db.exec(sql)
  db.close()
  const runner = new BatchRunner({ file: folder.file, lockTimeout })
  t.after(() => runner.close())
  const states = (operations: Operation[]) =>
    runner.run(operations).map((outcome) => (outcome.state === 'failed' ? outcome.effect : outcome.state))
  const has = async ({ key }: SessionRecord) => (await store.read(key)).state
  return { folder, runner, states, has }
}

const when = (site: string, action: string) =>
  `CREATE TRIGGER ${site} BEFORE INSERT ON sessions WHEN NEW.site = '${site}' BEGIN ${action}; END;`

test('an operation that fails is certain not to be applied, and takes no other down', async (t) => {
  const { states, has } = await arranged(t, when('bad', `SELECT RAISE(ABORT, 'no')`))
  const [before, bad, after] = [newRecord(), newRecord({ site: 'bad' }), newRecord()]
  assert.deepEqual(states([create(before), create(bad), create(after)]), ['done', 'none', 'done'])
  assert.deepEqual([await has(before), await has(bad), await has(after)], ['live', 'none', 'live'])
})

test('an operation that fails half-way leaves nothing behind', async (t) => {
  const { runner, states, has } = await arranged(t)
  const victim = newSignedIn('alice')
  states([create(victim)])
  // The limit's victim is buried first; then the new record turns out to be one that JSON cannot carry.
  const record = newSignedIn('alice', T0, { methods: [1n as never] })
  const signIn = { openedAt: T0, limit: { max: 1, policy: 'end-oldest' } } as const
  const [outcome] = runner.run([{ name: 'create', args: [{ record, at: T0, signIn }] }])
  assert.equal(outcome?.state, 'failed')
  assert.equal(await has(victim), 'live')
})

test('where SQLite undoes the whole transaction, nothing of it is said to be done', async (t) => {
  const { states, has } = await arranged(t, when('bad', `SELECT RAISE(ROLLBACK, 'full')`))
  const [before, bad, after] = [newRecord(), newRecord({ site: 'bad' }), newRecord()]
  assert.deepEqual(states([create(before), create(bad), create(after)]), ['none', 'none', 'none'])
  assert.deepEqual([await has(before), await has(after)], ['none', 'none'])
  assert.deepEqual(states([create(before)]), ['done'])
})

test('E2: a commit that fails in a way that says nothing is unknown, and the next batch works', async (t) => {
  const { states, has } = await arranged(
    t,
    `CREATE TABLE parents (id INTEGER PRIMARY KEY);
     CREATE TABLE children (parent REFERENCES parents DEFERRABLE INITIALLY DEFERRED);
     ${when('bad', 'INSERT INTO children VALUES (1)')}`,
  )
  const [good, bad] = [newRecord(), newRecord({ site: 'bad' })]
  assert.deepEqual(states([create(good), create(bad)]), ['unknown', 'unknown'])
  assert.deepEqual(states([create(good)]), ['done'])
  assert.equal(await has(good), 'live')
})

test('a lock that is held too long: nothing is applied, and the message names file and remedy', async (t) => {
  const { folder, runner, states, has } = await arranged(t, '', 20)
  const record = newRecord()
  const holder = new DatabaseSync(folder.file)
  holder.exec('BEGIN IMMEDIATE')
  const [outcome] = runner.run([create(record)])
  assert.ok(outcome?.state === 'failed' && outcome.effect === 'none')
  assert.match(outcome.message, /sessions\.db: database is locked; another process holds its write lock/)
  holder.close()
  assert.deepEqual(states([create(record)]), ['done'])
  assert.equal(await has(record), 'live')
})

test('E5: touches do not wait for the main file’s lock', async (t) => {
  const { folder, states } = await arranged(t, '', 20)
  const record = newRecord()
  states([create(record)])
  const holder = new DatabaseSync(folder.file)
  t.after(() => holder.close())
  holder.exec('BEGIN IMMEDIATE')
  assert.deepEqual(states([{ name: 'touch', args: [new Map([[record.id, T0 + 1000]])] }]), ['done'])
})

test('E5: touches that cannot be written fail alone', async (t) => {
  const { folder, states, has } = await arranged(t)
  const record = newRecord()
  const holder = new DatabaseSync(`${folder.file}-touches`)
  t.after(() => holder.close())
  holder.exec('BEGIN IMMEDIATE')
  const touch: Operation = { name: 'touch', args: [new Map([[record.id, T0 + 1000]])] }
  assert.deepEqual(states([create(record), touch, end(record)]), ['done', 'none', 'done'])
  assert.equal(await has(record), 'ended')
})

test('E5: within a batch a touch counts for what comes after it, and not if it failed', async (t) => {
  const { runner } = await arranged(t)
  const HALF_HOUR = 30 * 60_000
  const record = newRecord()
  const outcomes = runner.run([
    create(record),
    { name: 'touch', args: [new Map([[record.id, T0 + 1000]])] },
    { name: 'sweep', args: [T0 + HALF_HOUR, 10] },
    { name: 'replace', args: [{ ...record, version: 2, writes: ['n'] }, 'n', T0 + HALF_HOUR] },
  ])
  assert.deepEqual(outcomes.at(-1), { state: 'done', value: 'done' })
})

test('last-seen times that belong to no session are forgotten by sweeps', async (t) => {
  const { folder, states, runner } = await arranged(t)
  const record = newRecord()
  states([create(record), { name: 'touch', args: [new Map([[record.id, T0 + 1000]])] }])
  const db = new DatabaseSync(`${folder.file}-touches`)
  t.after(() => db.close())
  for (let i = 0; i < 250; i++) db.prepare('INSERT INTO seen VALUES (randomblob(16), ?)').run(T0)
  for (let i = 0; i < 4; i++) runner.run([{ name: 'sweep', args: [T0, 10] }])
  assert.deepEqual({ ...db.prepare('SELECT count(*) AS n FROM seen').get() }, { n: 1 })
})

for (const [what, operation, durable] of [
  ['beginning an anonymous session', create(newRecord()), false],
  ['signing in', create(newSignedIn('alice')), true],
  ['updating', { name: 'replace', args: [newRecord(), 'n', T0] }, false],
  ['being seen', { name: 'touch', args: [new Map()] }, false],
  ['confirming', { name: 'confirm', args: [newRecord().key, T0] }, false],
  ['sweeping', { name: 'sweep', args: [T0, 10] }, false],
  ['signing out', end(newRecord()), true],
  ['ending by id', { name: 'endById', args: ['shop', newRecord().id, { reason: 'revoked', at: T0 }] }, true],
  ['ending all', { name: 'endAll', args: ['shop', 'alice', T0, null] }, true],
  ['rotating', { name: 'rotate', args: [rotationOf(newRecord(), T0)] }, true],
] as const satisfies readonly (readonly [string, Operation, boolean])[]) {
  test(`E2: ${what} is ${durable ? '' : 'not '}synced to disk before it is acknowledged`, () => {
    assert.equal(isDurable(operation), durable)
  })
}
