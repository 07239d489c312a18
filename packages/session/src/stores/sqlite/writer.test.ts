import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { NotApplied } from '../../store.ts'
import { newKey, newRecord, T0 } from '../../store-tests/fixtures.ts'
import { SqliteFolder } from '../../testing/sqlite-folder.ts'
import { OncePerTurn } from './turn.ts'
import { Writer } from './writer.ts'

const ENDING = { reason: 'signed-out', at: T0 } as const

/** A thread that dies of its first batch. */
const dying = () =>
  new Worker(`require('worker_threads').parentPort.once('message', () => process.exit(3))`, { eval: true })

test('E2: a thread that dies leaves in doubt only what it was given; the next write starts another', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  const threads = [dying]
  const real = () =>
    new Worker(new URL('./thread.ts', import.meta.url), { workerData: { file: folder.file, lockTimeout: 1000 } })
  const writer = new Writer({ file: folder.file, lockTimeout: 1000 }, () => (threads.shift() ?? real)())
  const [first, second] = [newRecord(), newRecord()]
  const given = writer.write('create', { record: first, at: T0, signIn: null })
  const waiting = Promise.resolve().then(() => writer.write('create', { record: second, at: T0, signIn: null }))
  await assert.rejects(given, (error) => {
    assert.ok(!(error instanceof NotApplied))
    return /sessions\.db: the writer thread died before it answered \(it exited with code 3\)/.test(String(error))
  })
  assert.equal((await waiting).state, 'done')
  assert.equal((await store.read(second.key)).state, 'live')
  await writer.drain()
  await writer.end()
})

test('E8: whoever awaited a write asks the file anew, in the turn in which it was answered and asked about before', async (t) => {
  const folder = new SqliteFolder(t)
  await folder.open().close()
  const thread = () =>
    new Worker(new URL('./thread.ts', import.meta.url), { workerData: { file: folder.file, lockTimeout: 1000 } })
  const writer = new Writer({ file: folder.file, lockTimeout: 1000 }, thread)
  let asked = 0
  const once = new OncePerTurn(
    () => asked++,
    () => 1, // as though all of this were one turn
    () => 0,
  )
  once.check()
  const worth = async (outcome: Promise<unknown>) => {
    await outcome.catch(() => {})
    once.check()
    return asked
  }
  assert.equal(await worth(writer.write('create', { record: newRecord(), at: T0, signIn: null })), 2)
  await writer.drain()
  await writer.end()
  const other = new Writer({ file: folder.file, lockTimeout: 1000 }, dying)
  assert.equal(await worth(other.write('create', { record: newRecord(), at: T0, signIn: null })), 3)
  await other.drain()
})

test('threads that die one after another are not started again at once', async () => {
  let started = 0
  const writer = new Writer({ file: 'sessions.db', lockTimeout: 0 }, () => {
    started++
    return dying()
  })
  const outcomes: boolean[] = []
  for (let i = 0; i < 20; i++) {
    await writer.write('end', newKey(), ENDING).catch((error) => outcomes.push(error instanceof NotApplied))
  }
  assert.equal(started, 2)
  assert.deepEqual(outcomes, [false, false, ...Array(18).fill(true)])
  await writer.drain()
})

test('a thread that cannot be started applies nothing', async () => {
  const writer = new Writer({ file: 'sessions.db', lockTimeout: 0 }, () => {
    throw new Error('no threads here')
  })
  await assert.rejects(writer.write('end', newKey(), ENDING), NotApplied)
  await writer.drain()
})

test('more writes than can wait are refused', async (t) => {
  const folder = new SqliteFolder(t)
  const store = folder.open()
  const writes = Array.from({ length: 10_001 }, () => store.end(newKey(), ENDING))
  await assert.rejects(writes.at(-1)!, NotApplied)
  assert.deepEqual(new Set(await Promise.all(writes.slice(0, -1))), new Set([null]))
})
