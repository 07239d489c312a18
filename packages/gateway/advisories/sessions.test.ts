// Sessions that could be planted, could not be ended, or were led away by a redirect.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { startApplication } from '../src/testing/application.ts'
import { type Setting, startTestGateway } from '../src/testing/gateway.ts'
import { SIGN_IN, SIGN_OUT, sets, withMembers } from '../src/testing/members.ts'
import { sendRaw } from '../src/testing/wire.ts'

const ALICE = { user: 'alice', password: 'right' }

async function setUp(t: TestContext, setting: Setting = {}) {
  const app = withMembers(await startApplication(t)).on('/set', sets('app=1'))
  return startTestGateway(t, app.port, { site: `${SIGN_IN}, ${SIGN_OUT}`, ...setting })
}

for (const id of ['GHSA-f24x-5g9q-753f', 'CVE-2013-2249']) {
  test(`G3, ${id}: a session from before the sign-in opens nothing after it`, async (t) => {
    const gateway = await setUp(t)
    const victim = gateway.browser()
    await victim.visit('/set')
    const attacker = victim.frozenCopy()
    assert.equal((await attacker.visit('/')).body, 'app=1', 'the planted token is one')
    await victim.submit('/login', ALICE)
    assert.match((await victim.visit('/')).body, /auth=alice/)
    assert.equal((await attacker.visit('/')).body, '')
  })
}

test('G3, CVE-2024-21492: a session that was signed out opens nothing, also not after the next sign-in', async (t) => {
  const gateway = await setUp(t)
  const victim = gateway.browser()
  await victim.submit('/login', ALICE)
  const thief = victim.frozenCopy()
  assert.match((await thief.visit('/')).body, /auth=alice/)
  await victim.visit('/logout', { from: 'same-origin' })
  assert.equal((await thief.visit('/')).body, '')
  await victim.submit('/login', ALICE)
  assert.equal((await thief.visit('/')).body, '')
})

test('R1, CVE-2025-55162: a deletion repeats what the cookie said, or browsers pass over it', async (t) => {
  const gateway = await setUp(t)
  const browser = gateway.browser()
  const [issued = ''] = (await browser.submit('/login', ALICE)).setCookies
  const [deleted = ''] = (await browser.visit('/logout', { from: 'same-origin' })).setCookies
  const attributes = (line: string) =>
    new Set(
      line
        .split(';')
        .map((part) => part.trim())
        .slice(1),
    )
  for (const attribute of attributes(issued)) assert.ok(attributes(deleted).has(attribute), attribute)
  for (const needed of ['Secure', 'Path=/', 'HttpOnly', 'Max-Age=0']) assert.ok(attributes(deleted).has(needed), needed)
  assert.ok(!/domain/i.test(deleted))
})

for (const id of ['GHSA-qqxw-m5fj-f7gv', 'GHSA-j7px-6hwj-hpjg']) {
  test(`R5, ${id}: a path that looks like a host does not make the gateway's own redirects lead there`, async (t) => {
    const gateway = await setUp(t, { https: true, file: 'loopback: never' })
    const spellings = [
      '//evil.test/',
      '///evil.test',
      '/\\evil.test',
      '/\\/evil.test',
      '/%2fevil.test',
      '//evil.test:80@x/',
    ]
    const more = [
      '/%09/evil.test',
      '/.//evil.test',
      '/a/..//evil.test',
      '//evil%E3%80%82test',
      '/;@evil.test',
      '/?@evil.test',
    ]
    for (const target of [...spellings, ...more]) {
      const head = `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`
      const answer = await sendRaw(gateway.port, head)
      const location = /^location: (.*)$/im.exec(answer.head)?.[1]?.trim()
      assert.ok(answer.status === 308 || answer.status === 400, `${target}: ${answer.status}`)
      if (location === undefined) continue
      assert.equal(
        new URL(location, 'https://localhost/').host,
        `localhost:${gateway.httpsPort}`,
        `${target}: ${location}`,
      )
    }
  })
}
