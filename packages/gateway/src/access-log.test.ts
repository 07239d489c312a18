// One word about each request, whatever becomes of it, and nothing in it that opens anything.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Access } from './access-log.ts'
import { startApplication } from './testing/application.ts'
import { HOST, type Setting, startTestGateway } from './testing/gateway.ts'
import { ask, fetched, openHttp2 } from './testing/http2.ts'
import { SIGN_IN, withMembers } from './testing/members.ts'
import { openWebSocket, startSocketApplication, textFrame } from './testing/websocket.ts'
import { getRaw, open } from './testing/wire.ts'

async function start(t: TestContext, upstream: number, given: Setting = {}) {
  const told: Access[] = []
  const options = { ...given.options, access: (access: Access) => told.push(access) }
  const gateway = await startTestGateway(t, upstream, { ...given, options })
  const next = async () => {
    for (const deadline = performance.now() + 5000; told.length === 0; await sleep(2)) {
      assert.ok(performance.now() < deadline, 'nothing was told')
    }
    const { duration, ...rest } = told.shift() as Access
    assert.ok(duration >= 0 && duration < 10_000)
    return rest
  }
  return { gateway, told, next }
}

test('a page is told with its site, method, path, status, bytes, session and address, and without query and token', async (t) => {
  const app = withMembers(await startApplication(t))
  const { gateway, told, next } = await start(t, app.port, { site: SIGN_IN })
  const browser = gateway.browser()
  await browser.submit('/login?ticket=secret', { user: 'alice', password: 'right' })
  const signedIn = await next()
  const id = gateway.heardOfSessions('signed-in')[0]!.id
  const about = { site: 'default', complete: true, session: id, address: '127.0.0.1' }
  assert.deepEqual(signedIn, { ...about, method: 'POST', path: '/login', status: 302, bytes: 0 })
  const { body } = await browser.visit('/page?secret=1')
  assert.deepEqual(await next(), { ...about, method: 'GET', path: '/page', status: 200, bytes: body.length })
  await browser.fetch('/x', { method: 'HEAD' })
  assert.deepEqual(await next(), { ...about, method: 'HEAD', path: '/x', status: 200, bytes: 0 })
  assert.deepEqual(told, [])
})

test('a stranger has no session, a request for no site no path, one that cannot be read neither', async (t) => {
  const app = await startApplication(t)
  const { gateway, next } = await start(t, app.port, { site: 'hosts: [localhost], preset: java' })
  const about = { method: 'GET', complete: true, session: null, address: '127.0.0.1' }
  await gateway.browser().visit('/a')
  assert.deepEqual(await next(), { ...about, site: 'localhost', path: '/a', status: 200, bytes: 0 })
  const elsewhere = await gateway.browser('other.localhost').visit('/reset/secret')
  assert.deepEqual(await next(), { ...about, site: null, path: null, status: 421, bytes: elsewhere.body.length })
  const { body } = await getRaw(gateway.port, '/%00secret')
  assert.deepEqual(await next(), { ...about, site: null, path: null, status: 400, bytes: body.length })
  await gateway.browser().visit('/a;jsessionid=SECRET')
  assert.equal((await next()).path, '/a', 'the application’s id is taken out before')
})

test('who leaves before the answer is told without a status, who leaves in it as broken off', async (t) => {
  const app = await startApplication(t)
  app.on('/never', () => {})
  app.on('/half', (_req, res) => void res.writeHead(200, { 'Content-Length': 100 }).write('half'))
  const { gateway, next } = await start(t, app.port)
  for (const [path, status, bytes] of [
    ['/never', null, 0],
    ['/half', 200, 4],
  ] as const) {
    const socket = await open(gateway.port)
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: none\r\n\r\n`)
    if (status === null) while (app.arrived.length === 0) await sleep(2)
    else await once(socket, 'data')
    socket.destroy()
    const told = await next()
    assert.deepEqual([told.path, told.status, told.bytes, told.complete], [path, status, bytes, false])
  }
})

test('over HTTP/2 it is the same, and a WebSocket is told at its end', async (t) => {
  const app = await startSocketApplication(t)
  const { gateway, told, next } = await start(t, app.port, { https: true })
  const session = await openHttp2(t, gateway.httpsPort)
  const { body } = await ask(session, fetched('/page'))
  const about = { site: 'default', method: 'GET', complete: true, session: null, address: '127.0.0.1' }
  assert.deepEqual(await next(), { ...about, path: '/page', status: 200, bytes: body.length })
  const socket = await openWebSocket(t, gateway.httpsPort, { servername: HOST })
  app.sockets[0]!.write(textFrame('hello'))
  await socket.hears('hello')
  assert.deepEqual(told, [])
  socket.socket.destroy()
  const { bytes, ...rest } = await next()
  assert.deepEqual(rest, { ...about, path: '/socket', status: 101 })
  assert.ok(bytes > 7)
})
