// A worker's place, with a process in it.

import assert from 'node:assert/strict'
import cluster from 'node:cluster'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Place } from './place.ts'

test('a worker that hangs keeps nobody waiting: it is ended, and its place hears why', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-'))
  t.after(() => rm(folder, { recursive: true }))
  const exec = join(folder, 'silent.mjs')
  await writeFile(exec, "process.on('message', () => {})\n")
  cluster.setupPrimary({ exec, args: [], serialization: 'advanced' })
  const place = new Place(1)
  const died = new Promise<string>((resolve) => place.take(cluster.fork(), () => {}, resolve))
  await assert.rejects(
    place.ask({ type: 'stop', within: 0 }, 50),
    /worker 1 died meanwhile: it did not answer for 0.05 s/,
  )
  assert.equal(await died, 'it did not answer for 0.05 s')
  assert.equal(place.pid, undefined)
})
