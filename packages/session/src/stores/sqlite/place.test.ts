// Files that are moved, deleted or replaced while a store has them open: nothing is read from them or acknowledged for
// them any more, and nobody begins anew in their place.

import assert from 'node:assert/strict'
import { copyFileSync, existsSync, renameSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionRecord, Store } from '../../store.ts'
import { NotApplied } from '../../store.ts'
import { created, newSignedIn, readEnded, readLive, T0 } from '../../store-tests/fixtures.ts'
import { FakeBrowser } from '../../testing/fake-exchange.ts'
import { FakeClock, siteOn } from '../../testing/site.ts'
import { SqliteFolder } from '../../testing/sqlite-folder.ts'
import { sqlite } from '../sqlite.ts'

const ENDING = { reason: 'signed-out', at: T0 + 1 } as const

async function refusing(store: Store, { key }: SessionRecord, expected: RegExp): Promise<void> {
  await assert.rejects(store.end(key, ENDING), (error) => {
    assert.ok(error instanceof NotApplied, String(error))
    return expected.test(error.message)
  })
  await sleep(60)
  await assert.rejects(async () => store.read(key), expected)
  assert.equal(store.stamp?.(key), undefined)
}

test('E2, E9: a file that was moved away is neither read nor written, until it is back', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  const record = await created(store, newSignedIn('alice'))
  renameSync(folder.file, `${folder.file}.away`)
  await refusing(store, record, /was moved away or deleted while it was open: put it back/)
  assert.equal(existsSync(folder.file), false)
  renameSync(`${folder.file}.away`, folder.file)
  await sleep(60)
  await readLive(store, record.key)
  await store.end(record.key, ENDING)
  await readEnded(folder.open(), record.key)
})

test('E2, E9: nothing is acknowledged for a file in whose place another one stands', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  const record = await created(store, newSignedIn('alice'))
  copyFileSync(folder.file, `${folder.file}.copy`)
  renameSync(`${folder.file}.copy`, folder.file)
  await refusing(store, record, /another file was put in its place.*restart all processes/)
})

test('E2: what was acknowledged is saved where -wal and -shm are deleted, and nothing is acknowledged after that', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  const [ended, live] = [await created(store, newSignedIn('alice')), await created(store, newSignedIn('bob'))]
  await store.end(ended.key, ENDING)
  unlinkSync(`${folder.file}-wal`)
  unlinkSync(`${folder.file}-shm`)
  await refusing(store, live, /-wal beside it was deleted.*restart all processes/)
  const file = `${folder.file}-of-another-process`
  copyFileSync(folder.file, file)
  const again = sqlite(file)
  t.after(() => again.close())
  await readEnded(again, ended.key)
  await readLive(again, live.key)
})

for (const [what, lose] of [
  ['deleted', (file: string) => rmSync(file)],
  ['emptied', (file: string) => truncateSync(file)],
] as const) {
  test(`E9: in the place of a file that was ${what} no new one is begun while its touches are there`, async (t) => {
    const folder = new SqliteFolder(t)
    const store = folder.open()
    const record = await created(store, newSignedIn('alice'))
    await store.touch(new Map([[record.id, T0 + 1]]))
    await store.close()
    lose(folder.file)
    assert.throws(() => sqlite(folder.file), /is gone or empty.*put it back or restore a backup; or begin anew/)
    assert.equal(existsSync(folder.file), what === 'emptied')
    rmSync(`${folder.file}-touches`)
    writeFileSync(folder.file, '')
    await created(folder.open(), newSignedIn('alice'))
  })
}

test('E9: a damaged file ends no process: what is kept for the next read fails by itself', async (t) => {
  const folder = new SqliteFolder(t)
  const site = siteOn(unreadable(folder.open()), new FakeClock())
  // Signing in reads what it has just written, to keep it.
  await new FakeBrowser().visit(site, (session) => session.signIn('alice'))
  await new Promise((resolve) => setImmediate(resolve))
})

/** A store that commits, and then cannot read. */
function unreadable(store: Store): Store {
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'read') return () => Promise.reject(new Error('the file is damaged'))
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
