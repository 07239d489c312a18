// Files of older releases go on with their sessions; whoever cannot bring a file up to date leaves it as it was.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { NotApplied } from '../../store.ts'
import {
  created,
  newRecord,
  newSignedIn,
  readEnded,
  readLive,
  renewalOf,
  rotated,
  T0,
} from '../../store-tests/fixtures.ts'
import { FakeBrowser } from '../../testing/fake-exchange.ts'
import { BACK_TO_1 } from '../../testing/older-schema.ts'
import { FakeClock, siteOn } from '../../testing/site.ts'
import { SqliteFolder } from '../../testing/sqlite-folder.ts'
import { sqlite } from '../sqlite.ts'
import { SESSIONS, TOUCHES } from './versions.ts'

test('E11: a tool beside an application makes no file, and brings none up to date', async (t) => {
  const folder = new SqliteFolder(t)
  assert.throws(() => folder.open({ existing: true }), /sessions\.db is not there: nothing has been stored yet/)
  assert.deepEqual(readdirSync(folder.path), [])
  await folder.open().close()
  const bytes = readFileSync(folder.file)
  await created(folder.open({ existing: true }), newRecord())
  await folder.closeAll()
  assert.notDeepEqual(readFileSync(folder.file), bytes)
  sql(folder.file, BACK_TO_1)
  assert.throws(
    () => folder.open({ existing: true }),
    /schema of an older release \(1, this one writes \d\): start the gateway/,
  )
  assert.equal(versionOf(folder.file), 1)
})

test('E4, E11: a file of schema version 1 is brought up to date with its sessions alive and its ends remembered', async (t) => {
  const folder = new SqliteFolder(t)
  const clock = new FakeClock()
  const first = folder.open()
  const site = siteOn(first, clock, { renew: '1m' })
  const [alice, renewed, out, revoked] = [new FakeBrowser(), new FakeBrowser(), new FakeBrowser(), new FakeBrowser()]
  for (const [browser, user] of [
    [alice, 'alice'],
    [renewed, 'bob'],
    [out, 'carol'],
    [revoked, 'dave'],
  ] as const) {
    await browser.visit(site, (session) => session.signIn(user))
    await browser.visit(site, (session) => session.update((data) => void data.items.push(user)))
  }
  const beforeRenewal = renewed.copy()
  clock.advance(60_000)
  await renewed.visit(site)
  assert.notEqual(renewed.token, beforeRenewal.token)
  const [frozen, ended] = [out.copy(), clock.now]
  await out.visit(site, (session) => session.signOut())
  await site.endAll('dave')
  const tombstones = []
  for (const reason of ['rotated', 'renewed', 'revoked', 'limit', 'exposed', 'idle', 'absolute'] as const) {
    const { key } = await created(first, reason === 'idle' ? newRecord() : newSignedIn('erin'))
    tombstones.push({ key, expected: await first.end(key, { reason, at: T0 + 1234 }) })
  }
  await site.close()
  sql(folder.file, BACK_TO_1)

  const store = folder.open()
  assert.equal(versionOf(folder.file), SESSIONS.steps.length)
  const again = siteOn(store, clock)
  assert.deepEqual((await alice.visit(again)).data.items, ['alice'])
  for (const browser of [renewed, beforeRenewal]) assert.deepEqual((await browser.visit(again)).data.items, ['bob'])
  const session = await frozen.visit(again)
  assert.deepEqual([session.ended?.reason, session.ended?.at.getTime()], ['signed-out', ended])
  assert.equal((await revoked.visit(again)).ended?.reason, 'revoked')
  for (const { key, expected } of tombstones) assert.deepEqual(await readEnded(store, key), expected)
  await alice.visit(again, (session) => session.update((data) => void data.items.push('more')))
  await alice.visit(again, (session) => session.signOut())
  assert.equal((await alice.visit(again)).user, null)
})

test('E11: processes that open one older file at once all go on with what is in it', async (t) => {
  const folder = new SqliteFolder(t)
  const processes = Array.from({ length: 3 }, () => folder.process())
  for (let round = 0; round < 5; round++) {
    const file = `${folder.file}-${round}`
    const first = sqlite(file)
    const records = await Promise.all(Array.from({ length: 100 }, () => created(first, newSignedIn('alice'))))
    await first.close()
    sql(file, BACK_TO_1)
    await Promise.all(processes.map((process) => process.ask({ do: 'open', file })))
    assert.equal(versionOf(file), SESSIONS.steps.length)
    for (const process of processes) {
      assert.equal(((await process.call('list', 'shop', 'alice', T0)) as unknown[]).length, records.length)
    }
  }
})

test('E11: a step that cannot be taken leaves the file as it was, and says so', async (t) => {
  const folder = new SqliteFolder(t)
  const first = folder.open()
  const { key } = await created(first, newRecord())
  await first.end(key, { reason: 'signed-out', at: T0 })
  await first.close()
  sql(folder.file, `${BACK_TO_1}; UPDATE sessions SET reason = 'by magic'`)
  assert.throws(() => folder.open(), /sessions\.db: .*sessions\.kind/)
  assert.equal(versionOf(folder.file), 1)
  sql(folder.file, `UPDATE sessions SET reason = 'signed-out'`)
  assert.equal((await readEnded(folder.open(), key)).reason, 'signed-out')
})

test('E11: a file that a newer release migrates while it is open is written no more, and the error says what to do', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  const record = await created(store, newRecord())
  sql(folder.file, `PRAGMA user_version = ${SESSIONS.steps.length + 1}`)
  await assert.rejects(store.end(record.key, { reason: 'signed-out', at: T0 }), (error) => {
    assert.ok(error instanceof NotApplied)
    return /sessions\.db was written by a newer release .*start it again with that release/.test(error.message)
  })
})

test('E11: a record that a newer release has moved elsewhere is unavailable, and the error says what to do', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  const record = await created(store, newRecord())
  const stamp = store.stamp?.(record.key)
  sql(folder.file, `ALTER TABLE sessions RENAME TO elsewhere; PRAGMA user_version = ${SESSIONS.steps.length + 1}`)
  await assert.rejects(async () => store.read(record.key), /newer release .*start it again with that release/)
  assert.equal(typeof stamp, 'number')
})

test('E11: last-seen times in a file of a newer release are not written, and nothing else suffers', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  const record = await created(store, newRecord())
  sql(`${folder.file}-touches`, `PRAGMA user_version = ${TOUCHES.steps.length + 1}`)
  await assert.rejects(store.touch(new Map([[record.id, T0 + 1]])), /-touches was written by a newer release/)
  assert.equal((await readLive(store, (await rotated(store, renewalOf(record, T0))).key)).lastSeen, T0)
  await store.close()
  assert.throws(() => folder.open(), /-touches was written by a newer release .*upgrade this process/)
})

function sql(file: string, statements: string): void {
  const db = new DatabaseSync(file)
  db.exec(statements)
  db.close()
}

function versionOf(file: string): unknown {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    return Object.values(db.prepare('PRAGMA user_version').get() ?? {})[0]
  } finally {
    db.close()
  }
}
