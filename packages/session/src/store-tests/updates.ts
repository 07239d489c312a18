// N updates are N updates, whoever makes them and however they meet (E2).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meanwhile } from '../testing/around.ts'
import { FakeBrowser } from '../testing/fake-exchange.ts'
import { addOne } from '../testing/site.ts'
import { arena, signedIn } from './arena.ts'
import type { OpenStore } from './under-test.ts'

const N = 24

export function updateTests(open: OpenStore): void {
  test('E2: N concurrent updates by requests of one process are N updates', async (t) => {
    const { here, there, settled } = await arena(t, open)
    const browser = await signedIn(here)
    const requests = await Promise.all(Array.from({ length: N }, () => browser.copy().open(here)))
    await Promise.all(requests.map(({ session }) => session.update(addOne)))
    await settled()
    assert.equal((await browser.visit(here)).data.n, N + 1)
    assert.equal((await browser.visit(there)).data.n, N + 1)
  })

  test('E2: N concurrent updates by two processes are N updates', async (t) => {
    const { here, there, settled } = await arena(t, open)
    const browser = await signedIn(here)
    const requests = await Promise.all(Array.from({ length: N }, (_, n) => browser.copy().open(n % 2 ? here : there)))
    await Promise.all(requests.map(({ session }) => session.update(addOne)))
    await settled()
    assert.equal((await browser.visit(here)).data.n, N + 1)
    assert.equal((await browser.visit(there)).data.n, N + 1)
  })

  test('E2: N concurrent updates of one request, in which the session begins, are N updates', async (t) => {
    const { here } = await arena(t, open)
    const browser = new FakeBrowser()
    await browser.visit(here, (session) => Promise.all(Array.from({ length: N }, () => session.update(addOne))))
    assert.equal((await browser.visit(here)).data.n, N)
  })

  test('E2: an update that another process forestalls runs again on the newest data', async (t) => {
    const { here, there, watch } = await arena(t, open)
    const browser = await signedIn(here)
    const seen: number[] = []
    watch.next(
      'replace',
      meanwhile(() => browser.copy().visit(there, (session) => session.update((data) => ({ ...data, n: 41 })))),
    )
    const session = await browser.visit(here, (opened) =>
      opened.update((data) => {
        seen.push(data.n)
        data.n++
      }),
    )
    assert.deepEqual(seen, [1, 41])
    assert.equal(session.data.n, 42)
  })

  test('E2: what an update wrote is what the next request reads, in this process at once', async (t) => {
    const { here, there, settled } = await arena(t, open)
    const browser = await signedIn(here)
    await browser.visit(there)
    for (let n = 2; n < 6; n++) {
      await browser.visit(here, (session) => session.update(addOne))
      assert.equal((await browser.visit(here)).data.n, n)
      await settled()
      assert.equal((await browser.visit(there)).data.n, n)
    }
  })

  test('E1: updates and a sign-out at once leave the session ended', async (t) => {
    const { here, there, settled } = await arena(t, open)
    const browser = await signedIn(here)
    const requests = await Promise.all(Array.from({ length: N }, (_, n) => browser.copy().open(n % 2 ? here : there)))
    const leaving = await browser.copy().open(there)
    await Promise.allSettled([
      ...requests.slice(0, N / 2).map(({ session }) => session.update(addOne)),
      leaving.session.signOut(),
      ...requests.slice(N / 2).map(({ session }) => session.update(addOne)),
    ])
    await settled()
    for (const site of [here, there]) assert.equal((await browser.copy().visit(site)).ended?.reason, 'signed-out')
  })
}
