// A change is noticed however it was written, once it is whole; what says the same is no change.

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { watcher } from './watch-file.ts'

async function setUp(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-watch-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'coatcheck.yaml')
  await writeFile(file, 'one')
  return { folder, file }
}

async function watch(file: string) {
  let changes = 0
  const look = watcher(file, () => changes++)
  await look()
  return async (times: number) => {
    for (let i = 0; i < times; i++) await look()
    return changes
  }
}

const replaced = async (file: string) => {
  await writeFile(`${file}.new`, 'two')
  await rename(`${file}.new`, file)
}
const movedAway = async (file: string) => {
  await rename(file, `${file}~`)
  await writeFile(file, 'two')
}
const WAYS: readonly [string, (file: string) => Promise<void>][] = [
  ['in place', (file) => writeFile(file, 'two')],
  ['in place, no longer than before', (file) => writeFile(file, 'eno')],
  ['by a rename over it', replaced],
  ['by a rename away, and a new file', movedAway],
  ['by deleting it', unlink],
]

for (const [how, write] of WAYS) {
  test(`a file that is written ${how} is noticed, once`, async (t) => {
    const { file } = await setUp(t)
    const changesAfter = await watch(file)
    await write(file)
    assert.equal(await changesAfter(1), 0)
    assert.equal(await changesAfter(1), 1)
    assert.equal(await changesAfter(3), 1)
  })
}

test('a link that leads to another folder is noticed, as Kubernetes swaps them', async (t) => {
  const { folder } = await setUp(t)
  for (const name of ['first', 'second']) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'gateway.yaml'), name)
  }
  await symlink('first', join(folder, '..data'))
  await symlink('..data/gateway.yaml', join(folder, 'gateway.yaml'))
  const changesAfter = await watch(join(folder, 'gateway.yaml'))
  await symlink('second', join(folder, '..data_tmp'))
  await rename(join(folder, '..data_tmp'), join(folder, '..data'))
  assert.equal(await changesAfter(2), 1)
})

test('what is written again without a change, or changed and changed back, is no change', async (t) => {
  const { file } = await setUp(t)
  const changesAfter = await watch(file)
  await writeFile(file, 'one')
  assert.equal(await changesAfter(2), 0)
  await writeFile(file, 'two')
  assert.equal(await changesAfter(1), 0)
  await writeFile(file, 'one')
  assert.equal(await changesAfter(2), 0)
})

test('what is still being written is left to the next look', async (t) => {
  const { file } = await setUp(t)
  const changesAfter = await watch(file)
  for (let part = 0; part < 5; part++) {
    await writeFile(file, 'two '.repeat(part))
    assert.equal(await changesAfter(1), 0, `after part ${part}`)
  }
  assert.equal(await changesAfter(1), 1)
})
