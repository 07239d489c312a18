// The server's secret (E7), as the configuration gives it to the library.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { memory, type Store } from '@coatcheck/session'
import { startApplication } from '../testing/application.ts'
import type { Browser } from '../testing/browser.ts'
import { startTestGateway } from '../testing/gateway.ts'
import { sets } from '../testing/members.ts'

const OLD = 'the-old-secret-0123456789-abcdefghij'
const NEW = 'the-new-secret-0123456789-abcdefghij'

/** What a browser, which got its cookie from a gateway with the first secret, gets from one with the second. */
async function reopened(t: TestContext, first: string, second: string): Promise<number> {
  const app = (await startApplication(t)).on('/set', sets('app=1'))
  const store: Store = memory()
  const open = (file: string) => startTestGateway(t, app.port, { file, options: { store } })
  const before = await open(first)
  const browser = before.browser()
  await browser.visit('/set')
  const after = (await open(second)).browser()
  for (const [name, value] of browser.jar) after.jar.set(name, value)
  return seen(after)
}

async function seen(browser: Browser): Promise<number> {
  const { status, body } = await browser.visit('/')
  if (status === 200) assert.equal(body, 'app=1')
  return status
}

const rows: [sentence: string, first: string, second: string, status: number][] = [
  ['opens with the same secret', `secret: ${OLD}`, `secret: ${OLD}`, 200],
  ['opens with a secret that became the second of the ring', `secret: ${OLD}`, `secret: [${NEW}, ${OLD}]`, 200],
  ['does not open with another secret', `secret: ${OLD}`, `secret: ${NEW}`, 503],
  ['does not open without the secret', `secret: ${OLD}`, '', 503],
  ['that was sealed without one does not open with one', '', `secret: ${OLD}`, 503],
  [
    'that was sealed without one opens while the secret is being introduced',
    '',
    `secret: ${OLD}\ninsecureAcceptWithoutSecret: true`,
    200,
  ],
]

for (const [sentence, first, second, status] of rows) {
  test(`E7: a session ${sentence}`, async (t) => {
    assert.equal(await reopened(t, first, second), status)
  })
}

test('E7: of a ring the first secret seals', async (t) => {
  assert.equal(await reopened(t, `secret: [${NEW}, ${OLD}]`, `secret: ${OLD}`), 503)
  assert.equal(await reopened(t, `secret: [${NEW}, ${OLD}]`, `secret: ${NEW}`), 200)
})
