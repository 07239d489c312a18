// Two servers, each a process, on one file: what one of them writes, as the visitors of the other see it.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { changed, created, newSignedIn } from '../../store-tests/fixtures.ts'
import { OtherServer, type Page } from '../../testing/other-server.ts'
import { SqliteFolder } from '../../testing/sqlite-folder.ts'

const SIGN_OUTS = 500
const AT_ONCE = 10
const WINDOWS = 2

async function servers(t: TestContext, folder: SqliteFolder, count: number): Promise<OtherServer[]> {
  const started = await Promise.all(Array.from({ length: count }, () => OtherServer.start(folder.file)))
  t.after(() => Promise.all(started.map((server) => server.close())))
  return started
}

test('E4, E8: of 500 sign-outs in one process none is honoured by another in a request that was sent after it', async (t) => {
  const folder = new SqliteFolder(t)
  const [here, there] = (await servers(t, folder, 2)) as [OtherServer, OtherServer]
  let honoured = 0
  let latest = Number.NEGATIVE_INFINITY // of those that were honoured, in microseconds after the sign-out
  const alice = async () => {
    const { cookie } = await here.visit('/in?alice')
    assert.equal((await there.visit('/', cookie)).user, 'alice')
    // Her other windows go on asking all the while, from before the sign-out until they are refused.
    const pages: Page[] = []
    const windows = Array.from({ length: WINDOWS }, async () => {
      for (let page: Page | undefined; page?.user !== null; pages.push(page)) page = await there.visit('/', cookie)
    })
    const { at } = await here.visit('/out', cookie)
    assert.equal((await there.visit('/', cookie)).user, null)
    await Promise.all(windows)
    const taken = pages.filter(({ user }) => user !== null)
    honoured += taken.length
    latest = Math.max(latest, ...taken.map(({ sentAt }) => sentAt - at))
  }
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let n = 0; n < SIGN_OUTS / AT_ONCE; n++) await alice()
    }),
  )
  t.diagnostic(
    `of ${honoured} requests that were honoured, the last was sent ${-latest} µs before its sign-out was done`,
  )
  assert.ok(latest <= 0)
})

test('E8: a process keeps its cache while another one writes to other sessions, and drops what that one changes', async (t) => {
  const folder = new SqliteFolder(t)
  const [server] = (await servers(t, folder, 1)) as [OtherServer]
  const store = folder.open()
  const now = Date.now()
  const others = await Promise.all(Array.from({ length: 20 }, () => created(store, newSignedIn('somebody', now))))
  const { cookie } = await server.visit('/in?alice')
  const [listed] = await store.list('default', 'alice', now)
  const id = listed!.record.id
  const before = (await server.visit('/', cookie)).reads

  let writing = true
  let writes = 0
  const elsewhere = (async () => {
    for (let n = 0; writing; n = (n + 1) % others.length) {
      const { next, nonce } = changed(others[n]!)
      assert.equal(await store.replace(next, nonce, now), 'done')
      others[n] = next
      writes++
    }
  })()
  const REQUESTS = 1000
  let page: Page | undefined
  for (let n = 0; n < REQUESTS; n++) page = await server.visit('/', cookie)
  const reads = page!.reads - before
  t.diagnostic(`${REQUESTS} requests beside ${writes} commits: the store was read ${reads} times`)
  assert.ok(writes > 100)
  assert.ok(reads <= REQUESTS / 100, `${reads} reads`) // two keys may begin alike

  for (let n = 0; n < 20; n++) {
    const { reads } = await server.visit('/', cookie)
    await store.endAll('default', 'alice', now + n, id) // all but this one, which goes on under another cutoff
    page = await server.visit('/', cookie)
    assert.deepEqual([page.user, page.reads > reads], ['alice', true])
  }
  writing = false
  await elsewhere
})
