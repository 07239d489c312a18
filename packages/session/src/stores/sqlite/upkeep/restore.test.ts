// What a restore brings back, and what it must not: sessions that were signed out since the backup (F4).

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { claim } from '../../../claim.ts'
import { SessionError } from '../../../errors.ts'
import { expired } from '../../../expiry.ts'
import {
  created,
  HOUR,
  newRecord,
  newSignedIn,
  readEnded,
  readLive,
  renewalOf,
  rotated,
  SITE,
  stateOf,
} from '../../../store-tests/fixtures.ts'
import { damage, fill } from '../../../testing/damage.ts'
import { FakeBrowser } from '../../../testing/fake-exchange.ts'
import { BACK_TO_1 } from '../../../testing/older-schema.ts'
import { FakeClock, siteOn } from '../../../testing/site.ts'
import { SqliteFolder } from '../../../testing/sqlite-folder.ts'
import { backupSqlite, checkSqlite, type RestoreOptions, restoreSqlite } from '../../sqlite-upkeep.ts'

const signedOut = () => ({ reason: 'signed-out', at: Date.now() }) as const
const alice = () => newSignedIn('alice', Date.now())

function arranged(t: TestContext) {
  const folder = new SqliteFolder(t)
  const copy = join(folder.path, 'backup.db')
  return {
    folder,
    backup: () => backupSqlite(folder.file, copy, { force: true }),
    restore: (options: RestoreOptions = {}) => restoreSqlite(copy, folder.file, options),
    copy,
  }
}

test('F4, E4: who signed out after the backup stays signed out, and his old cookie is told as ended', async (t) => {
  const { folder, backup, restore } = arranged(t)
  const clock = new FakeClock()
  clock.now = Date.now()
  const store = folder.open()
  const before = siteOn(store, clock)
  const browser = new FakeBrowser()
  await browser.visit(before, (session) => session.signIn('alice'))
  const thief = browser.copy()
  await backup()
  await browser.visit(before, (session) => session.signOut())
  await store.close()
  await restore()
  const after = siteOn(folder.open(), clock)
  const { session } = await thief.open(after)
  assert.equal(session.user, null)
  assert.equal(session.ended?.reason, 'revoked')
})

test('E4: tokens that had ended, or were renewed, at the time of the backup open nothing afterwards either', async (t) => {
  const { folder, backup, restore } = arranged(t)
  const store = folder.open()
  const now = Date.now()
  const [ended, old, visitor] = [
    await created(store, alice()),
    await created(store, alice()),
    await created(store, newRecord({ createdAt: now, issuedAt: now, absoluteEnd: now + HOUR })),
  ]
  await store.end(ended.key, signedOut())
  const renewed = await rotated(store, renewalOf(old, now))
  await backup()
  await store.close()
  const restored = await restore()
  assert.equal(restored.ended?.ended, 2)
  assert.equal(restored.ended?.dropped, 0)
  const again = folder.open()
  assert.equal((await readEnded(again, ended.key)).reason, 'signed-out')
  for (const { key, id, absoluteEnd, user } of [old, renewed, visitor]) {
    const tombstone = await readEnded(again, key)
    const { at: endedAt } = restored
    assert.deepEqual(tombstone, { id, reason: 'revoked', signedIn: user !== null, endedAt, absoluteEnd })
  }
  assert.deepEqual(await again.list(SITE, 'alice', now), [])
  const { problems, counts } = await checkSqlite(folder.file)
  assert.deepEqual([problems, counts.tombstones, counts.touches], [[], 4, 0])
})

test('E12: all sessions that were ended after the backup stay ended, and a sign-in that began before it is refused', async (t) => {
  const { folder, backup, restore } = arranged(t)
  const store = folder.open()
  const openedAt = Date.now()
  await store.endAll(SITE, 'alice', openedAt - 1000, null)
  const record = await created(store, alice())
  const { cutoff: before } = await readLive(store, record.key)
  await backup()
  await store.endAll(SITE, 'alice', Date.now(), null)
  await store.close()
  const { at } = await restore()
  const again = folder.open()
  assert.equal(await stateOf(again, record.key), 'ended')
  const signIn = { openedAt, limit: null }
  assert.deepEqual(await again.create({ record: alice(), at: Date.now(), signIn }), { state: 'cutoff' })
  const later = await created(again, newSignedIn('alice', at + 1), at + 1, { openedAt: at + 1, limit: null })
  const { cutoff } = await readLive(again, later.key)
  assert.ok(cutoff !== null && before !== null && cutoff.epoch > before.epoch && cutoff.at >= at, 'a higher epoch')
  // A record of an epoch that was given out after the backup is of none of these.
  assert.equal(expired({ ...record, epoch: at - 1 }, at, cutoff, at)?.reason, 'revoked')
})

test('what was claimed stays claimed, since when it was', async (t) => {
  const { folder, backup, restore } = arranged(t)
  const store = folder.open()
  const code = { site: SITE, what: 'code 123', at: Date.now(), until: Date.now() + HOUR }
  const first = await claim(store, code)
  await backup()
  await store.close()
  await restore()
  const second = await claim(folder.open(), { ...code, at: code.at + 1000 })
  assert.deepEqual(
    [first, second],
    [
      { taken: true, at: code.at },
      { taken: false, at: code.at },
    ],
  )
})

test('E9: a row that nobody can read is gone, and its token opens nothing', async (t) => {
  const { folder, backup, restore } = arranged(t)
  const store = folder.open()
  const [good, bad] = [await created(store, alice()), await created(store, newSignedIn('bob', Date.now()))]
  await store.close()
  sql(folder.file, `UPDATE sessions SET body = '{' WHERE user = 'bob'`)
  await backup()
  const { ended } = await restore()
  assert.deepEqual(ended, { ended: 1, dropped: 1 })
  const again = folder.open()
  assert.deepEqual([await stateOf(again, good.key), await stateOf(again, bad.key)], ['ended', 'none'])
})

test('what was in the sessions is not left lying in the restored file', async (t) => {
  const { folder, backup, restore } = arranged(t)
  const store = folder.open()
  const record = await created(store, newSignedIn('alice-in-clear', Date.now()))
  await backup()
  await store.close()
  await restore()
  for (const name of ['sessions.db', 'sessions.db-touches']) {
    const bytes = readFileSync(join(folder.path, name))
    assert.equal(bytes.includes('alice-in-clear') || bytes.includes(record.sealed), false, name)
  }
})

test('sessions live on where the operator asked for that, insecure as it is', async (t) => {
  const { folder, backup, restore } = arranged(t)
  const store = folder.open()
  const record = await created(store, alice())
  await store.touch(new Map([[record.id, record.issuedAt + 5000]]))
  await backup()
  await store.end(record.key, signedOut())
  await store.close()
  const { ended } = await restore({ insecureKeepSessions: true })
  assert.equal(ended, null)
  assert.equal((await readLive(folder.open(), record.key)).lastSeen, record.issuedAt + 5000)
})

test('what stood there before is kept beside it, and can be restored in its turn', async (t) => {
  const { folder, backup, restore } = arranged(t)
  const store = folder.open()
  await backup()
  const record = await created(store, alice())
  await store.close()
  const { aside } = await restore()
  assert.ok(aside !== null)
  assert.equal(await stateOf(folder.open(), record.key), 'none')
  assert.deepEqual((await checkSqlite(aside)).counts.signedIn, 1)
  await folder.closeAll()
  await restoreSqlite(aside, folder.file, { insecureKeepSessions: true })
  await readLive(folder.open(), record.key)
})

test('a store is put where none was, readable by nobody else', async (t) => {
  const { folder, backup, restore } = arranged(t)
  const store = folder.open()
  await backup()
  await store.close()
  for (const name of readdirSync(folder.path)) if (name.startsWith('sessions.db')) rmSync(join(folder.path, name))
  const { aside } = await restore()
  assert.equal(aside, null)
  for (const name of ['sessions.db', 'sessions.db-touches']) {
    assert.equal(statSync(join(folder.path, name)).mode & 0o777, 0o600)
  }
  await created(folder.open(), alice())
})

test('root leaves the files to whom the store belonged', {
  skip: process.geteuid?.() !== 0 && 'takes root',
}, async (t) => {
  const { folder, backup, restore } = arranged(t)
  await folder.open().close()
  await backup()
  chownSync(folder.file, 1234, 1235)
  await restore()
  for (const file of [folder.file, `${folder.file}-touches`]) {
    assert.deepEqual([statSync(file).uid, statSync(file).gid], [1234, 1235])
  }
})

for (const [what, open] of [
  ['this process', async (folder: SqliteFolder) => void folder.open()],
  ['another process', async (folder: SqliteFolder) => void (await folder.process().call('list', SITE, 'alice', 0))],
] as const) {
  for (const [state, harm] of [
    ['whole', () => {}],
    ['damaged', ({ file }: SqliteFolder) => damage.underneath(file)],
    [
      'damaged, like its last-seen times',
      ({ file }: SqliteFolder) => {
        damage.underneath(file)
        damage.underneath(`${file}-touches`)
      },
    ],
    ['moved away', ({ file }: SqliteFolder) => rmSync(file)],
  ] as const) {
    test(`F4, E4: a store that is ${state} is not exchanged while ${what} has it open`, async (t) => {
      const { folder, backup, restore } = arranged(t)
      await folder.open().close()
      await backup()
      await open(folder)
      harm(folder)
      const before = readdirSync(folder.path)
      await assert.rejects(restore(), (error) => {
        assert.ok(error instanceof SessionError, String(error))
        return /sessions\.db(-touches)? is in use: stop the gateway and every application/.test(error.message)
      })
      assert.deepEqual(readdirSync(folder.path), before)
    })
  }
}

test('while a store is being restored nobody can open it', async (t) => {
  const { folder, backup, restore } = arranged(t)
  await folder.open().close()
  fill(folder.file, 5000)
  await backup()
  let refused: unknown
  await restore({
    onProgress: () => {
      if (refused !== undefined) return
      try {
        refused = null
        folder.open({ lockTimeout: '0s' })
      } catch (error) {
        refused = error
      }
    },
  })
  assert.match((refused as Error).message, /sessions\.db: database is locked/)
})

for (const [what, harm] of [
  ['cut short', damage.cutShort],
  ['with rubbish for a beginning', damage.header],
  ['with flipped bytes', damage.flip],
  ['that became a text', (file: string) => writeFileSync(file, 'hello')],
] as const) {
  test(`a store ${what} is replaced, and what was last written to it does not get into the new one`, async (t) => {
    const { folder, backup, restore } = arranged(t)
    const store = folder.open()
    fill(folder.file, 500)
    const kept = await created(store, alice())
    await backup()
    await store.close()
    // A process that was killed leaves its -wal behind.
    const other = folder.process()
    const lost = newSignedIn('bob', Date.now())
    await other.call('create', { record: lost, at: Date.now(), signIn: null })
    await other.kill()
    assert.ok(statSync(`${folder.file}-wal`).size > 0)
    harm(folder.file)
    const { aside } = await restore()
    assert.ok(aside !== null && existsSync(aside))
    const again = folder.open()
    assert.deepEqual([await stateOf(again, kept.key), await stateOf(again, lost.key)], ['ended', 'none'])
    await folder.closeAll()
    assert.deepEqual((await checkSqlite(folder.file, { full: true })).problems, [])
  })
}

for (const [what, arrange, expected] of [
  ['a backup that is not there', ({ copy }) => rmSync(copy), /there is no file .*backup\.db/],
  ['a damaged backup', ({ copy }) => damage.flip(copy), /damaged|malformed/],
  ['a backup that was cut short', ({ copy }) => damage.cutShort(copy), /damaged|malformed/],
  ['a backup of a newer release', ({ copy }) => sql(copy, 'PRAGMA user_version = 99'), /newer release/],
  ['a text', ({ copy }) => writeFileSync(copy, 'hello '.repeat(1000)), /backup\.db.*not an SQLite database/],
] as const satisfies readonly (readonly [string, (arranged: { copy: string }) => void, RegExp])[]) {
  test(`E9: from ${what} nothing is restored, and the store stays as it is`, async (t) => {
    const { folder, copy, backup, restore } = arranged(t)
    const store = folder.open()
    fill(folder.file, 500)
    const record = await created(store, alice())
    await backup()
    await store.close()
    arrange({ copy })
    await assert.rejects(restore(), expected)
    await readLive(folder.open(), record.key)
    assert.deepEqual(leftovers(folder), [])
  })
}

test('neither another application’s database nor a link is replaced, nor a store by itself', async (t) => {
  const { folder, copy, backup } = arranged(t)
  await folder.open().close()
  await backup()
  const [other, link] = [join(folder.path, 'other.db'), join(folder.path, 'link.db')]
  sql(other, 'CREATE TABLE t (x)')
  symlinkSync(folder.file, link)
  await assert.rejects(restoreSqlite(copy, other), /other\.db is a database of another application/)
  await assert.rejects(restoreSqlite(copy, link), /link\.db is a link/)
  await assert.rejects(restoreSqlite(folder.file, folder.file), /would be the same file/)
  await assert.rejects(restoreSqlite(copy, `${copy}-touches`), /would be the same file/)
})

test('E5: what a crash in the middle of an exchange leaves ends sessions early at the most', async (t) => {
  const { folder, copy, backup } = arranged(t)
  const store = folder.open()
  const record = await created(store, alice())
  await backup()
  await store.touch(new Map([[record.id, record.issuedAt + 5000]]))
  await store.close()
  copyFileSync(`${copy}-touches`, `${folder.file}-touches`) // the first of the two steps
  assert.equal((await readLive(folder.open(), record.key)).lastSeen, record.issuedAt)
})

test('E4, E11: a backup that an older release made is brought up to date, with its sessions ended', async (t) => {
  const { folder, copy, backup, restore } = arranged(t)
  const store = folder.open()
  const [live, ended] = [await created(store, alice()), await created(store, alice())]
  await store.end(ended.key, signedOut())
  await backup()
  await store.close()
  sql(copy, BACK_TO_1)
  rmSync(`${copy}-touches`)
  await restore()
  assert.deepEqual((await checkSqlite(folder.file)).problems, [])
  const again = folder.open()
  const reasons = [await readEnded(again, live.key), await readEnded(again, ended.key)].map(({ reason }) => reason)
  assert.deepEqual(reasons, ['revoked', 'signed-out'])
})

for (const [what, isTime] of [
  ['begins to take', (name: string) => name.includes('before-restore')],
  ['has taken', (name: string) => name === 'sessions.db'],
] as const) {
  test(`E4: killed when it ${what} the store’s place, it has left the old one or the new one, whole`, async (t) => {
    const { folder, copy, backup } = arranged(t)
    const store = folder.open()
    const [out, kept] = [await created(store, alice()), await created(store, alice())]
    await backup()
    const later = await created(store, alice())
    await store.end(out.key, signedOut())
    await store.close()
    const module = import.meta.resolve('../../sqlite-upkeep.ts')
    const script = `(await import(${JSON.stringify(module)})).restoreSqlite(...${JSON.stringify([copy, folder.file])})`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
    const watcher = watch(
      folder.path,
      (event, name) => event === 'rename' && isTime(name ?? '') && child.kill('SIGKILL'),
    )
    await once(child, 'exit')
    watcher.close()
    const again = folder.open()
    const states = [await stateOf(again, out.key), await stateOf(again, kept.key), await stateOf(again, later.key)]
    const [old, restored] = ['ended live live', 'ended ended none']
    assert.ok([old, restored].includes(states.join(' ')), states.join(' '))
    await folder.closeAll()
    assert.deepEqual((await checkSqlite(folder.file)).problems, [])
  })
}

test('stopped, it leaves the store as it was', async (t) => {
  const { folder, backup, restore } = arranged(t)
  const store = folder.open()
  fill(folder.file, 5000)
  const record = await created(store, alice())
  await backup()
  await store.close()
  const stopping = new AbortController()
  const restoring = restore({
    signal: stopping.signal,
    onProgress: ({ step }) => step === 'ending' && stopping.abort(new Error('enough')),
  })
  await assert.rejects(restoring, /^Error: enough$/)
  await readLive(folder.open(), record.key)
  await folder.closeAll()
  assert.deepEqual(leftovers(folder), [])
})

function leftovers({ path }: SqliteFolder): string[] {
  return readdirSync(path).filter((name) => /unfinished|before-restore/.test(name))
}

function sql(file: string, statements: string): void {
  const db = new DatabaseSync(file)
  db.exec(statements)
  db.close()
}
