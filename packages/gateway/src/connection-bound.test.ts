// G8: a sign-in that belongs to a connection would be the next visitor's, who is given the same one.

import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { startApplication } from './testing/application.ts'
import { startTestGateway } from './testing/gateway.ts'
import { getRaw } from './testing/wire.ts'

/** As IIS with Windows authentication: who shows his name once is taken for himself on all of the connection. */
async function startWindowsApplication(t: Parameters<typeof startApplication>[0]) {
  const users = new WeakMap<Socket, string>()
  const app = await startApplication(t)
  return app.otherwise((req, res) => {
    const said = /^(?:NTLM|Negotiate) (\w+)/i.exec(req.headers.authorization ?? '')
    if (said !== null) users.set(req.socket, said[1] as string)
    const user = users.get(req.socket)
    if (user !== undefined) res.end(`the page of ${user}`)
    else res.writeHead(401, { 'WWW-Authenticate': ['Negotiate', 'NTLM'] }).end()
  })
}

const SAID = [
  'Authorization: NTLM alice',
  'Authorization: Negotiate alice',
  'authorization: nTlM alice',
  'Authorization: Basic YTpi\r\nAuthorization: NTLM alice',
]

for (const said of SAID) {
  test(`G8: ${said.replace('\r\n', ', then ')} does not reach the application, and nobody inherits it`, async (t) => {
    const app = await startWindowsApplication(t)
    const gateway = await startTestGateway(t, app.port)
    const signIn = await getRaw(gateway.port, '/', `Sec-Fetch-Site: same-origin\r\n${said}\r\n`)
    assert.equal(signIn.status, 502)
    assert.equal(app.arrived.length, 0)
    const stranger = await gateway.browser().fetch('/')
    assert.equal(stranger.status, 502)
    assert.doesNotMatch(stranger.body, /alice/)
  })
}

test('G8: an application that offers only that is answered with 502, which says what to do', async (t) => {
  const app = await startWindowsApplication(t)
  const gateway = await startTestGateway(t, app.port)
  const answer = await gateway.browser().visit('/')
  assert.equal(answer.status, 502)
  assert.equal(answer.headers['www-authenticate'], undefined)
  assert.match(answer.body, /Windows authentication/)
  assert.match(gateway.heard('refused')[0]?.title ?? '', /signs in connections/)
})

test('G8: what a request says of itself alone passes: Basic, Bearer, and a scheme whose name only begins so', async (t) => {
  const app = await startApplication(t)
  app.on('/asks', (_req, res) => res.writeHead(401, { 'WWW-Authenticate': 'Basic realm="ntlm"' }).end())
  const gateway = await startTestGateway(t, app.port)
  assert.equal((await gateway.browser().fetch('/asks')).status, 401)
  for (const value of ['Basic YTpi', 'Bearer x', 'NTLMv9000 x']) {
    assert.equal((await gateway.browser().fetch('/', { headers: { Authorization: value } })).status, 200)
  }
})
