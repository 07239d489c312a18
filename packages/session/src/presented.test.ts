// What is remembered of a token with the connection on which it came (E4: nothing opens but what was issued).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { presented } from './presented.ts'
import { memory } from './stores/memory.ts'
import { FakeBrowser, FakeExchange } from './testing/fake-exchange.ts'
import { addOne, FakeClock, siteOn } from './testing/site.ts'
import { SessionToken, sessionKey } from './token.ts'

test('E4: what a connection presents again is known, and is what it would be anew', () => {
  const connection = {}
  const token = SessionToken.mint()
  const first = presented('shop', token.reveal(), connection)
  assert.equal(presented('shop', token.reveal(), connection), first)
  assert.equal(first?.key, sessionKey('shop', token))
  assert.equal(presented('shop', token.reveal(), {})?.key, first?.key, 'on another connection')
  assert.equal(presented('shop', token.reveal(), undefined)?.key, first?.key, 'on one that nobody knows')
})

test('E4: another token on the same connection is another one, there and back', () => {
  const connection = {}
  const [one, two] = [SessionToken.mint(), SessionToken.mint()]
  for (const token of [one, two, one]) {
    assert.equal(presented('shop', token.reveal(), connection)?.key, sessionKey('shop', token))
  }
  assert.equal(presented('shop', 'no token at all', connection), null)
  assert.equal(presented('shop', one.reveal(), connection)?.key, sessionKey('shop', one))
})

test('E4: a token is looked up as the site’s that is asked, whatever site was asked before on the connection', () => {
  const connection = {}
  const token = SessionToken.mint()
  for (const site of ['shop', 'wiki', 'shop']) {
    assert.equal(presented(site, token.reveal(), connection)?.key, sessionKey(site, token))
  }
})

test('what is remembered with a connection prints no token', () => {
  const connection: Record<symbol, unknown> = {}
  const token = SessionToken.mint()
  presented('shop', token.reveal(), connection)
  const [kept] = Object.getOwnPropertySymbols(connection).map((symbol) => connection[symbol])
  assert.doesNotMatch(JSON.stringify(kept), new RegExp(token.reveal()))
})

test('E3: a token that ended opens nothing any more on the connection that presented it while it lived', async (t) => {
  const site = siteOn(memory(), new FakeClock())
  t.after(() => site.close())
  const browser = new FakeBrowser()
  await browser.visit(site, (session) => session.update(addOne))
  const connection = {}
  const visit = () => site.openExchange(Object.assign(new FakeExchange(browser.cookies), { connection }))
  const session = await visit()
  assert.equal(session.data.n, 1)
  await session.signOut()
  assert.equal((await visit()).ended?.reason, 'signed-out')
})
