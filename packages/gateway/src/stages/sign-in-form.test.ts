// Applications that send all of their forms to one address: which of them is the sign-in (G3).

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Application, bodyOf, startApplication } from '../testing/application.ts'
import type { Browser } from '../testing/browser.ts'
import { startTestGateway, type TestGateway } from '../testing/gateway.ts'

const RULE = '{ path: /do, form: { act: in }, user: { field: user }, success: { setsCookie: auth } }'

/** Whatever is sent to `/do` gets a new ticket, as a sign-in and a change of password do. */
async function start(t: TestContext, login = RULE): Promise<{ app: Application; gateway: TestGateway }> {
  let ticket = 0
  const app = (await startApplication(t)).on('/do', async (req, res) => {
    await bodyOf(req)
    res.setHeader('Set-Cookie', `auth=${++ticket}; Path=/`).end('done')
  })
  return { app, gateway: await startTestGateway(t, app.port, { site: `login: ${login}` }) }
}

const users = (gateway: TestGateway) => gateway.heardOfSessions('signed-in').map(({ user }) => user)

async function signedIn(gateway: TestGateway): Promise<Browser> {
  const browser = gateway.browser()
  await browser.submit('/do', { act: 'in', user: 'alice' })
  assert.deepEqual(users(gateway), ['alice'])
  return browser
}

test('G3: another form of the sign-in page is none, and what it brings stays with whom it belongs to', async (t) => {
  const { gateway } = await start(t)
  const browser = await signedIn(gateway)
  const before = browser.frozenCopy()
  const answer = await browser.submit('/do', { act: 'profile', password: 'new' })
  assert.equal(answer.status, 200, 'a change of password names nobody, and is shown all the same')
  assert.equal((await browser.visit('/')).body, 'auth=2')
  assert.equal((await before.visit('/')).body, '', 'new cookies change the token')
  assert.deepEqual(users(gateway), ['alice'])
  assert.equal(gateway.heardOfSessions('ended').length, 0)
})

test('G3: without that condition such a form ends its session', async (t) => {
  const { gateway } = await start(t, RULE.replace('form: { act: in }, ', ''))
  const browser = await signedIn(gateway)
  assert.equal((await browser.submit('/do', { act: 'profile' })).status, 400)
})

const spelt: [sentence: string, path: string, type: string, body: string][] = [
  ['another case of name and value', '/do', 'application/x-www-form-urlencoded', 'ACT=IN&user=bob'],
  ['escapes', '/do', 'application/x-www-form-urlencoded', 'a%63t=%69n&user=bob'],
  ['space around it', '/do', 'application/x-www-form-urlencoded', 'act=+in+&user=bob'],
  ['the value beside another one', '/do', 'application/x-www-form-urlencoded', 'act=out&act=in&user=bob'],
  ['the address', '/do?act=in', 'application/x-www-form-urlencoded', 'user=bob'],
  ['multipart', '/do', 'multipart/form-data; boundary=b', multipart({ act: 'in', user: 'bob' })],
  ['JSON', '/do', 'application/json', '{"act":"in","user":"bob"}'],
]

for (const [sentence, path, type, body] of spelt) {
  test(`G3: the form of a sign-in is known by ${sentence}`, async (t) => {
    const { gateway } = await start(t)
    await gateway.browser().fetch(path, { method: 'POST', headers: { 'content-type': type }, body })
    assert.deepEqual(users(gateway), ['bob'])
  })
}

test('G3: a form that cannot be read may be the sign-in, and is refused as one', async (t) => {
  const { app, gateway } = await start(t)
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' }
  const answer = await gateway.browser().fetch('/do', { method: 'POST', headers, body: 'x' })
  assert.equal(answer.status, 415)
  assert.equal(app.arrived.length, 0)
})

test('G3: a form too long to be read may be the sign-in, whose success names nobody', async (t) => {
  const { gateway } = await start(t)
  const answer = await gateway.browser().submit('/do', { act: 'profile', text: 'x'.repeat(70_000) })
  assert.equal(answer.status, 413)
})

test('G3: of several rules for one path the first whose form it is counts', async (t) => {
  const other = '{ path: /do, form: { op: "*" }, user: { field: who }, success: { setsCookie: auth } }'
  const { gateway } = await start(t, `[${RULE}, ${other}]`)
  await gateway.browser().submit('/do', { act: 'in', user: 'alice', who: 'bob' })
  await gateway.browser().submit('/do', { act: 'out', op: '1', user: 'alice', who: 'bob' })
  assert.deepEqual(users(gateway), ['alice', 'bob'])
  await gateway.browser().submit('/do', { act: 'out', op: '', user: 'alice', who: 'bob' })
  assert.equal(users(gateway).length, 2, 'an empty field is none')
})

function multipart(fields: Record<string, string>): string {
  const parts = Object.entries(fields).map(([name, value]) => {
    return `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  })
  return `${parts.join('')}--b--\r\n`
}
