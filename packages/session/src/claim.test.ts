import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claim } from './claim.ts'
import { SessionError } from './errors.ts'
import { memory } from './stores/memory.ts'
import { SqliteFolder } from './testing/sqlite-folder.ts'

test('E1: what is claimed is claimed once, and stays so for another process', async (t) => {
  const folder = new SqliteFolder(t)
  const [one, other] = [folder.open(), folder.open()]
  const code = { site: 'shop', what: 'code', until: 100_000 }
  const claims = await Promise.all([
    claim(one, { ...code, at: 1000 }),
    claim(one, { ...code, at: 1000 }),
    claim(other, { ...code, at: 1000 }),
  ])
  assert.equal(claims.filter(({ taken }) => taken).length, 1)
  assert.deepEqual(await claim(other, { ...code, at: 5000 }), { taken: false, at: 1000 })
  assert.equal((await claim(other, { ...code, site: 'blog', at: 5000 })).taken, true)
  assert.equal((await claim(other, { ...code, what: 'another', at: 5000 })).taken, true)
})

test('E9: where the store does not answer, nothing is claimed and nothing is free', async () => {
  const store = memory()
  store.create = () => Promise.reject(new Error('the disk is gone'))
  const refused = claim(store, { site: 'shop', what: 'code', at: 0, until: 1 })
  await assert.rejects(refused, (error) => error instanceof SessionError && error.code === 'ERR_STORE_UNAVAILABLE')
})
