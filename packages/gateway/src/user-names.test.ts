// One user, one name (G3; CVE-2026-47203 is a gateway that banned a name as it was typed).

import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from './config/certificates-for-tests.ts'
import { parseConfig } from './config/index.ts'
import { administer } from './store.ts'
import { startApplication } from './testing/application.ts'
import { startTestGateway } from './testing/gateway.ts'
import { SIGN_IN, withMembers } from './testing/members.ts'
import { canonicalUser } from './user-names.ts'

const FOLDED = { ignoreCase: true, domains: ['shop', 'shop.example.test'] }
const EXACT = { ignoreCase: false, domains: [] }

const names: [users: typeof FOLDED, typed: string, is: string][] = [
  [FOLDED, 'Alice', 'alice'],
  [FOLDED, ' ALICE ', 'alice'],
  [FOLDED, 'SHOP\\Alice', 'alice'],
  [FOLDED, 'alice@Shop.Example.TEST', 'alice'],
  [FOLDED, 'OTHER\\Alice', 'other\\alice'],
  [FOLDED, 'alice@other.test', 'alice@other.test'],
  [FOLDED, 'SHOP\\', 'shop\\'],
  [FOLDED, '@shop', '@shop'],
  [FOLDED, 'ÉLODIE', 'élodie'],
  [FOLDED, 'E\u0301lodie', 'élodie'],
  [FOLDED, 'ali\u017fe', 'alise'],
  [FOLDED, '\u212Aate', 'kate'],
  [EXACT, 'Alice', 'Alice'],
  [EXACT, 'SHOP\\Alice', 'SHOP\\Alice'],
  [EXACT, ' E\u0301lodie ', 'Élodie'],
]

for (const [users, typed, is] of names) {
  test(`G3: ${JSON.stringify(typed)} is the user ${JSON.stringify(is)}${users === EXACT ? ' exactly' : ''}`, () => {
    assert.equal(canonicalUser(users, typed), is)
    assert.equal(canonicalUser(users, is), is, 'and stays it')
  })
}

test('G3: all sessions of a user end, however he and the administrator spell the name', async (t) => {
  const app = withMembers(await startApplication(t))
  using folder = temporaryFolder()
  const store = `store: sqlite:${join(folder.path, 'x.db')}`
  const site = `users: { ignoreCase: true, domains: [SHOP] }, ${SIGN_IN}`
  const gateway = await startTestGateway(t, app.port, { file: store, site })
  const browsers = []
  for (const user of ['alice', 'Alice', 'SHOP\\ALICE']) {
    const browser = gateway.browser()
    browsers.push(browser)
    await browser.submit('/login', { user, password: 'right' })
    assert.notEqual((await browser.visit('/')).body, '')
  }
  const config = parseConfig(`${store}\nsites: [{ upstream: http://127.0.0.1:1, ${site} }]`, 'c.yaml', tmpdir())
  await using sessions = administer(config)
  assert.equal((await sessions.list('shop\\alice')).length, 3)
  assert.equal(await sessions.endAll('ALICE'), 3)
  for (const browser of browsers) assert.equal((await browser.visit('/')).body, '')
})

test('G3: the limit of sessions counts a user once, however he is spelt', async (t) => {
  const app = withMembers(await startApplication(t))
  const site = `users: { ignoreCase: true }, sessions: { limit: { max: 1 } }, ${SIGN_IN}`
  const gateway = await startTestGateway(t, app.port, { site })
  const [first, second] = [gateway.browser(), gateway.browser()]
  await first.submit('/login', { user: 'alice', password: 'right' })
  await second.submit('/login', { user: 'ALICE', password: 'right' })
  assert.equal((await first.visit('/')).body, '')
})

test('G2: where a site does not say that case is nothing, another case is another user, who finds no vault', async (t) => {
  const app = withMembers(await startApplication(t)).on('/set', (_req, res) => {
    res.setHeader('Set-Cookie', 'card=4111').end()
  })
  const gateway = await startTestGateway(t, app.port, { site: SIGN_IN })
  const browser = gateway.browser()
  await browser.submit('/login', { user: 'alice', password: 'right' })
  await browser.visit('/set')
  await browser.submit('/login', { user: 'Alice', password: 'right' })
  assert.equal((await browser.visit('/')).body, 'auth=Alice')
})
