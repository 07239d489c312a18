// Two real processes on one file, and what is left when one is killed.

import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { created, newSignedIn, readEnded, readLive, T0 } from '../../store-tests/fixtures.ts'
import { FakeBrowser } from '../../testing/fake-exchange.ts'
import { addOne, FakeClock, siteOn } from '../../testing/site.ts'
import { SqliteFolder } from '../../testing/sqlite-folder.ts'

const ENDING = { reason: 'signed-out', at: T0 + 1 } as const

test('processes that open one new file at once all succeed', async (t) => {
  const folder = new SqliteFolder(t)
  const processes = Array.from({ length: 3 }, () => folder.process())
  for (let round = 0; round < 10; round++) {
    const file = `${folder.file}-${round}`
    await Promise.all(processes.map((process) => process.ask({ do: 'open', file })))
    const record = newSignedIn('alice')
    const creation = { record, at: T0, signIn: null }
    const outcomes = await Promise.all(processes.map((process) => process.call('create', creation)))
    assert.deepEqual(new Set(outcomes.map((outcome) => (outcome as { state: string }).state)), new Set(['done']))
    assert.equal(((await processes[0]!.call('list', 'shop', 'alice', T0)) as unknown[]).length, 1)
  }
})

test('E2: N concurrent updates from each of two processes are 2N updates', async (t) => {
  const folder = new SqliteFolder(t)
  const other = folder.process()
  const site = siteOn(folder.open(), new FakeClock())
  const browser = new FakeBrowser()
  await browser.visit(site, (session) => session.signIn('alice'))
  await other.ask({ do: 'open', file: folder.file })
  const N = 100
  const elsewhere = other.ask({ do: 'update', cookies: browser.cookies, times: N })
  await Promise.all(Array.from({ length: N }, async () => (await browser.open(site)).session.update(addOne)))
  await elsewhere
  assert.equal((await browser.visit(site)).data.n, 2 * N)
})

test('E4, E8: what is ended in one process is refused in the other at once, though it was cached there', async (t) => {
  const folder = new SqliteFolder(t)
  const other = folder.process()
  const site = siteOn(folder.open(), new FakeClock())
  for (let i = 0; i < 20; i++) {
    const browser = new FakeBrowser()
    await browser.visit(site, (session) => session.signIn('alice'))
    const id = (await browser.visit(site)).id
    assert.ok(id)
    assert.equal((await browser.visit(site)).user, 'alice')
    await other.call('endById', 'default', id, ENDING)
    const after = await browser.open(site)
    assert.equal(after.session.user, null)
    assert.equal(after.session.ended?.reason, 'signed-out')
  }
})

test('while another process holds the write lock, reads go on, the event loop turns, and the write waits', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open({ lockTimeout: '30s' })
  const record = await created(store, newSignedIn('alice'))
  const other = folder.process()
  await other.ask({ do: 'lock' })
  let done = false
  const end = store.end(record.key, ENDING).then((tombstone) => {
    done = true
    return tombstone
  })
  // Were a read or the loop to wait for the lock, the unlocking below would never be asked for.
  for (let turn = 0; turn < 500; turn++) {
    assert.equal((await readLive(store, record.key)).record.user, 'alice')
    assert.notEqual(store.stamp?.(record.key), undefined)
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal(done, false)
  await other.ask({ do: 'unlock' })
  assert.equal((await end)?.reason, 'signed-out')
  assert.equal((await readEnded(store, record.key)).reason, 'signed-out')
})

test('E4: what a killed process had acknowledged as ended stays ended', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  const records = await Promise.all(Array.from({ length: 300 }, () => created(store, newSignedIn('alice'))))
  await store.close()
  const other = folder.process()
  const acknowledged = new Set<string>()
  const enough = Promise.withResolvers<void>()
  for (const { key } of records) {
    // Answers come while others are being committed; what was under way at the kill may be either.
    const answered = other.call('end', key, ENDING).then(() => {
      acknowledged.add(key)
      if (acknowledged.size === 50) enough.resolve()
    })
    answered.catch(() => {})
  }
  await enough.promise
  await other.kill()
  const again = folder.open()
  for (const { key } of records) {
    const lookup = await again.read(key)
    assert.notEqual(lookup.state, 'none')
    if (acknowledged.has(key)) assert.equal(lookup.state, 'ended')
  }
  await created(again, newSignedIn('bob'))
})

test('E9: a file that somebody was killed in making, before there was anything in it, is made by the next one', async (t) => {
  const folder = new SqliteFolder(t)
  // As it stands in the middle of a transaction: with a journal that only a connection which may write rolls back.
  const making = new DatabaseSync(`${folder.file}-making`)
  making.exec('PRAGMA cache_size = 1; BEGIN; CREATE TABLE half (done)')
  making.exec(`INSERT INTO half SELECT randomblob(4000) FROM (VALUES ${Array(50).fill('(1)').join()})`)
  copyFileSync(`${folder.file}-making`, folder.file)
  copyFileSync(`${folder.file}-making-journal`, `${folder.file}-journal`)
  making.close()
  const reading = new DatabaseSync(folder.file, { readOnly: true })
  assert.throws(() => reading.prepare('SELECT * FROM half').all(), /readonly/, 'the journal is of that kind')
  reading.close()
  await created(folder.open(), newSignedIn('alice'))
})
