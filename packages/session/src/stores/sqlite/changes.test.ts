// What a commit elsewhere drops from the caches here: what it names, and everything where it cannot be told.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { backup, DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { setImmediate as nextPhase } from 'node:timers/promises'
import type { SessionRecord, Store } from '../../store.ts'
import {
  changed,
  created,
  newRecord,
  newSignedIn,
  renewalOf,
  rotated,
  rotationOf,
  SITE,
  T0,
} from '../../store-tests/fixtures.ts'
import { SqliteFolder } from '../../testing/sqlite-folder.ts'
import type { SessionKey } from '../../token.ts'
import { Changes } from './changes.ts'
import { CUT, KEPT, NAMED_APART } from './changes-schema.ts'

const AT = T0 + 1
const BYSTANDERS = 200

let keys = 0

/** A key whose first two bytes no other one has. */
function apart(): SessionKey {
  const key = randomBytes(32)
  key.writeUInt16BE(++keys)
  return key.toString('base64url') as SessionKey
}

const signedIn = (user: string) => newSignedIn(user, T0, { key: apart() })

/** Two connections to one file, in which alice has a session and a renewed one, and others have theirs. */
async function arranged(t: TestContext) {
  const folder = new SqliteFolder(t)
  const [store, elsewhere] = [folder.open(), folder.open()]
  const alice = await created(store, signedIn('alice'))
  const old = await created(store, signedIn('alice'))
  const renewal = renewalOf(old, T0)
  const renewed = await rotated(store, { ...renewal, record: { ...renewal.record, key: apart() } })
  const others = Array.from({ length: BYSTANDERS }, (_, i) => created(store, signedIn(`user ${i}`)))
  const bystanders = (await Promise.all(others)).map(({ key }) => key)
  return { folder, store, elsewhere, alice, old, renewed, bystanders }
}

type Arranged = Awaited<ReturnType<typeof arranged>>

/** Does something, and tells whose stamps have changed. */
async function dropped(arranged: Arranged, act: (arranged: Arranged) => unknown): Promise<string[]> {
  const { store, alice, old, renewed, bystanders } = arranged
  const named: [string, SessionKey][] = [
    ['alice', alice.key],
    ['old', old.key],
    ['renewed', renewed.key],
    ...bystanders.map((key): [string, SessionKey] => ['bystander', key]),
  ]
  const before = named.map(([, key]) => store.stamp?.(key))
  assert.ok(!before.includes(undefined))
  await act(arranged)
  await nextTurn()
  const raised = named.filter(([, key], i) => store.stamp?.(key) !== before[i]).map(([name]) => name)
  if (raised.filter((name) => name === 'bystander').length === BYSTANDERS) return ['all']
  return [...new Set(raised)].sort()
}

/** Other processes' commits show from the next turn on. */
async function nextTurn(): Promise<void> {
  await nextPhase()
  await nextPhase()
}

const replace = (store: Store, record: SessionRecord) => {
  const { next, nonce } = changed(record)
  return store.replace(next, nonce, AT)
}

for (const [what, act, expected] of [
  ['a replacement', ({ elsewhere, alice }) => replace(elsewhere, alice), ['alice']],
  ['the replacement of a renewed session', ({ elsewhere, renewed }) => replace(elsewhere, renewed), ['old', 'renewed']],
  ['an end', ({ elsewhere, alice }) => elsewhere.end(alice.key, { reason: 'revoked', at: AT }), ['alice']],
  ['a rotation', ({ elsewhere, alice }) => elsewhere.rotate(rotationOf(alice, AT, { key: apart() })), ['alice']],
  ['an end of all', ({ elsewhere }) => elsewhere.endAll(SITE, 'alice', AT, null), ['alice', 'old', 'renewed']],
  ['a new session', ({ elsewhere }) => created(elsewhere, signedIn('somebody')), []],
  ['a touch', ({ elsewhere, alice }) => elsewhere.touch(new Map([[alice.id, AT]])), []],
  [
    'a sweep that finds everything alive',
    async ({ elsewhere, folder }) => {
      sql(folder, `UPDATE sessions SET due = ${T0}`)
      let swept = 0
      for (let some = -1; some !== 0; swept += some) some = await elsewhere.sweep(AT, 1000)
      assert.equal(swept, BYSTANDERS + 3)
    },
    [],
  ],
  ['a hand at SQLite’s shell', ({ folder, alice }) => sql(folder, DELETE, bytes(alice.key)), ['alice']],
  ['a hand that changes a user’s cutoff', ({ folder }) => sql(folder, CUTOFF), ['alice', 'old', 'renewed']],
  ['a checkpoint', ({ folder }) => sql(folder, 'PRAGMA wal_checkpoint(RESTART)'), []],
  ['VACUUM', ({ folder }) => sql(folder, 'VACUUM'), []],
  ['a list that was emptied', ({ folder }) => sql(folder, 'DELETE FROM changes'), ['all']],
  ['an entry that is none', ({ folder }) => sql(folder, `INSERT INTO changes (entry) VALUES ('0x')`), ['all']],
  [
    'an entry that names no key',
    ({ folder }) => sql(folder, `INSERT INTO changes (entry) VALUES ('12G400000000')`),
    ['all'],
  ],
  ['a hole in the list', ({ folder }) => sql(folder, HOLE), ['all']],
] as const satisfies readonly (readonly [string, (arranged: Arranged) => unknown, readonly string[]])[]) {
  test(`E8: ${what} elsewhere drops ${expected.join(', ') || 'nothing'} here`, async (t) => {
    assert.deepEqual(await dropped(await arranged(t), act), expected)
  })
}

const DELETE = 'DELETE FROM sessions WHERE key = ?'
const CUTOFF = `INSERT INTO cutoffs VALUES ('${SITE}', 'alice', 1, 1, NULL); DELETE FROM cutoffs`
const HOLE = `
  INSERT INTO changes (entry) VALUES ('FFFF00000000'), ('FFFF00000000'), ('FFFF00000000');
  DELETE FROM changes WHERE seq = (SELECT max(seq) FROM changes) - 1`

test('E8: a session whose key is kept in another spelling is dropped with all others', async (t) => {
  const arrangement = await arranged(t)
  assert.deepEqual(
    await dropped(arrangement, ({ elsewhere }) => created(elsewhere, newRecord({ key: 'by hand' as SessionKey }))),
    ['all'],
  )
})

test('E8: what was cut off the list before it was read here drops everything, and the list stays short', async (t) => {
  const arrangement = await arranged(t)
  const { folder, elsewhere } = arrangement
  const few = async (n: number) => {
    const record = await created(elsewhere, newRecord({ key: apart() }))
    for (let i = 0, latest = record; i < n; i++) {
      const { next, nonce } = changed(latest)
      assert.equal(await elsewhere.replace(next, nonce, AT), 'done')
      latest = next
    }
  }
  assert.deepEqual(await dropped(arrangement, () => few(100)), [])
  assert.deepEqual(await dropped(arrangement, () => fill(folder, KEPT - CUT)), [])
  assert.deepEqual(await dropped(arrangement, () => fill(folder, KEPT + CUT)), ['all'])
  const { entries } = sql(folder, 'SELECT count(*) AS entries FROM changes') as { entries: number }
  assert.ok(entries < KEPT + CUT, `${entries} entries`)
})

test('E8: a file restored from a backup drops everything, also when as much was changed since', async (t) => {
  const arrangement = await arranged(t)
  const { folder, elsewhere, alice } = arrangement
  const copy = `${folder.file}-copy`
  const db = new DatabaseSync(folder.file)
  await backup(db, copy)
  db.close()
  const again = async () => {
    const source = new DatabaseSync(copy)
    await backup(source, folder.file)
    source.close()
  }
  await replace(elsewhere, alice)
  assert.deepEqual(await dropped(arrangement, again), ['all'])
  await replace(elsewhere, alice)
  await nextTurn()
  arrangement.store.stamp?.(alice.key) // it has read as far as it will have been written again
  assert.deepEqual(
    await dropped(arrangement, async () => {
      await again()
      await replace(elsewhere, alice)
    }),
    ['all'],
  )
})

test('E8: without the list nothing is vouched for, and reads go on', async (t) => {
  const { folder, store, alice } = await arranged(t)
  assert.notEqual(store.stamp?.(alice.key), undefined)
  sql(folder, 'ALTER TABLE changes RENAME TO changes_of_a_newer_release')
  await nextTurn()
  assert.equal(store.stamp?.(alice.key), undefined)
  assert.equal((await store.read(alice.key)).state, 'live')
})

test('E8: while a transaction is open on the connection nothing is vouched for', async (t) => {
  const { folder } = await arranged(t)
  const db = new DatabaseSync(folder.file, { readOnly: true })
  t.after(() => db.close())
  const changes = new Changes(db)
  changes.learn()
  db.exec('BEGIN')
  assert.throws(() => changes.learn(), /transaction is open/)
  db.exec('COMMIT')
  changes.learn()
})

test('E8: whatever is committed between any two steps, no row is kept under a stamp that outlives it', async (t) => {
  const { folder, store } = await arranged(t)
  const keys = await Promise.all(Array.from({ length: 4 }, async () => (await created(store, signedIn('carol'))).key))
  const writing = new DatabaseSync(folder.file)
  const reading = new DatabaseSync(folder.file, { readOnly: true })
  t.after(() => [writing, reading].map((db) => db.close()))
  writing.exec('PRAGMA synchronous = OFF')
  const write = writing.prepare('UPDATE sessions SET body = ? WHERE key = ?')
  const read = reading.prepare('SELECT body FROM sessions WHERE key = ?')
  const random = (n: number) => Math.floor(Math.random() * n)
  const written = keys.map(() => 0)
  let rate = 2
  const perhapsCommit = () => {
    for (; random(rate) === 0; ) {
      const which = random(keys.length)
      write.run(String(++written[which]!), bytes(keys[which]!))
    }
    if (random(500) === 0) writing.exec(random(5) ? 'PRAGMA wal_checkpoint(TRUNCATE)' : 'VACUUM')
    if (random(500) === 0) writing.exec('DELETE FROM changes')
  }
  // Every statement that the list's reader runs has somebody else's commits before and behind it.
  const changes = new Changes(
    new Proxy(reading, {
      get: (db, name) => {
        if (name !== 'prepare') return Reflect.get(db, name, db)
        return (text: string) => {
          const statement = db.prepare(text)
          const get = statement.get.bind(statement)
          statement.get = ((...args: SQLInputValue[]) => {
            perhapsCommit()
            try {
              return get(...args)
            } finally {
              perhapsCommit()
            }
          }) as typeof get
          return statement
        }
      },
    }),
  )
  for (const [which, key] of keys.entries()) write.run(String(written[which]), bytes(key))
  const kept = keys.map(() => ({ stamp: undefined as unknown, row: 0 }))
  let served = 0
  for (let step = 0; step < 2000; step++) {
    if (step % 100 === 0) rate = step % 200 === 0 ? 2 : 30 // busy, and then nearly quiet
    const which = random(keys.length)
    const before = written[which]!
    changes.learn()
    const stamp = changes.stamp(keys[which]!)
    if (kept[which]!.stamp === stamp) {
      served++
      assert.ok(kept[which]!.row >= before, `step ${step}: ${kept[which]!.row} is served, and ${before} was there`)
      continue
    }
    perhapsCommit()
    const { body } = read.get(bytes(keys[which]!)) as { body: string }
    kept[which] = { stamp, row: Number(body) }
  }
  assert.ok(served > 200, `${served} of 2000 were served from what was kept`)
})

test('E8: the end of all sessions of a user who has many is one entry, which drops everything', async (t) => {
  const arrangement = await arranged(t)
  const { elsewhere, folder } = arrangement
  const many = (user: string, n: number) =>
    Promise.all(Array.from({ length: n }, () => created(elsewhere, signedIn(user))))
  await many('some', NAMED_APART)
  await many('many', NAMED_APART + 1)
  assert.deepEqual(await dropped(arrangement, () => elsewhere.endAll(SITE, 'some', AT, null)), [])
  const entries = () => (sql(folder, 'SELECT max(seq) AS seq FROM changes') as { seq: number }).seq
  const before = entries()
  assert.deepEqual(await dropped(arrangement, () => elsewhere.endAll(SITE, 'many', AT, null)), ['all'])
  assert.ok(entries() - before <= NAMED_APART + 1)
})

/** Adds entries that name a key which nobody has. */
function fill(folder: SqliteFolder, entries: number): void {
  const db = new DatabaseSync(folder.file)
  const insert = db.prepare('INSERT INTO changes (entry) VALUES (?)')
  db.exec('BEGIN')
  for (let i = 0; i < entries; i++) insert.run('FFFF00000000')
  db.exec('COMMIT')
  db.close()
}

function sql({ file }: SqliteFolder, statements: string, value?: Uint8Array): unknown {
  const db = new DatabaseSync(file)
  try {
    if (value !== undefined) return db.prepare(statements).run(value)
    if (statements.startsWith('SELECT')) return db.prepare(statements).get()
    return db.exec(statements)
  } finally {
    db.close()
  }
}

function bytes(key: SessionKey): Uint8Array {
  return Buffer.from(key, 'base64url')
}
