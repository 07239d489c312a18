// Several workers are one gateway: what one of them does to a session holds in all.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { type Connection, serve, startApplication } from '../testing/several.ts'

describe('two workers', { concurrency: 2 }, () => {
  test('E8, R4: who signs in through one is signed in at the other, and signed out of both at the very next request', async (t) => {
    const served = await serve(t, await startApplication(t))
    const [a, b] = await served.connectBoth()
    for (let i = 0; i < 10; i++) {
      const { cookie } = await a.signIn('alice')
      assert.ok(cookie)
      for (const one of [b, a, b]) assert.equal((await one.ask('/', { Cookie: cookie })).body, 'app=alice')
      await (i % 2 === 0 ? a : b).ask('/logout', { Cookie: cookie })
      assert.equal((await (i % 2 === 0 ? b : a).ask('/', { Cookie: cookie })).body, 'none')
    }
  })

  test('G6: a silent WebSocket at one ends when the other signs its visitor out, long before anybody looks', async (t) => {
    const served = await serve(t, await startApplication(t))
    const [a, b] = await served.connectBoth()
    const took: number[] = []
    for (let i = 0; i < 6; i++) {
      const { cookie } = await a.signIn('alice')
      assert.ok(cookie)
      const sockets = [await a.socket(cookie), await a.socket(cookie)] // one at each
      const ended = Promise.all(sockets.map((socket) => once(socket, 'close')))
      const begun = performance.now()
      await (i % 2 === 0 ? a : b).ask('/logout', { Cookie: cookie })
      await ended
      took.push(performance.now() - begun)
    }
    // Looked for once a second, some of six would take longer.
    assert.ok(Math.max(...took) < 500, `${took.map(Math.round)} ms`)
    t.diagnostic(`from asking for the sign-out to the end of both sockets: ${took.map(Math.round)} ms`)
  })

  test('R8: a form that one keeps is resumed by the other, once', async (t) => {
    const served = await serve(t, await startApplication(t), { site: 'callbacks: [/back]' })
    const [a, b] = await served.connectBoth()
    const { cookie } = await a.signIn('alice')
    assert.ok(cookie)
    const from = { Origin: 'https://other.example', 'Sec-Fetch-Site': 'cross-site' }
    const { status, headers } = await a.ask('/back', from, 'answer=42')
    assert.equal(status, 303)
    const back = { Cookie: cookie, 'Sec-Fetch-Site': 'cross-site' }
    assert.equal((await b.ask(headers.location as string, back)).body, 'posted: answer=42, cookies: app=alice')
    assert.notEqual((await a.ask(headers.location as string, back)).status, 200)
  })

  test('G2: sessions whose cookie never came back are counted for the whole gateway', async (t) => {
    const served = await serve(t, await startApplication(t), { file: 'unreturnedVaults: 4' })
    const [a, b] = await served.connectBoth()
    const robot = { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' }
    const given: string[] = []
    // Each waits until the other was told of the one before: the count is of what is known.
    for (const one of [a, b, a, b, a, b]) {
      const { cookie } = await one.ask('/begin', robot)
      if (cookie !== null) given.push(cookie)
      await settled(a, b)
    }
    assert.equal(given.length, 4)
    assert.equal((await a.ask('/begin', robot)).cookie, null)
    await b.ask('/', { Cookie: given[0] })
    await settled(a, b)
    assert.notEqual((await a.ask('/begin', robot)).cookie, null, 'returned at the other, its place is free')
  })
})

/** What was told before has been heard: the word that ends the other's WebSocket came behind it. */
async function settled(...both: readonly Connection[]): Promise<void> {
  for (const one of both) {
    const { cookie } = await one.signIn('messenger')
    assert.ok(cookie)
    const sockets = [await one.socket(cookie), await one.socket(cookie)] // one at each
    const closed = Promise.all(sockets.map((socket) => once(socket, 'close')))
    await one.ask('/logout', { Cookie: cookie })
    await closed
  }
}
