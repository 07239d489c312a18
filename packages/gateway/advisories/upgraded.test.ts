// Over a WebSocket that the application takes nothing gets through that a page's request would not bring through either.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { valuesOf } from '../src/testing/application.ts'
import { startTestGateway } from '../src/testing/gateway.ts'
import { openWebSocket, startSocketApplication } from '../src/testing/websocket.ts'
import { headers as advisories } from './headers.ts'

async function setUp(t: TestContext, file = '') {
  const app = await startSocketApplication(t)
  return { app, gateway: await startTestGateway(t, app.port, { file }) }
}

/** Every spelling of every header that another gateway let pass, all in one handshake. */
const claims = advisories
  .filter(({ file, isOfPlainHttp }) => file === undefined && !isOfPlainHttp)
  .flatMap(({ attacks }) => attacks.flatMap(({ headers = [] }) => headers))
  .filter(([name]) => name !== 'User-Agent' && name !== 'Connection' && name !== 'Sec-Fetch-Site')

test('G1, CVE-2025-64484, CVE-2026-33433, CVE-2026-88011: no claim goes on with a handshake that is taken', async (t) => {
  const { app, gateway } = await setUp(t)
  for (const [name, value] of claims) {
    const socket = await openWebSocket(t, gateway.port, { headers: `${name}: ${value}` })
    assert.equal(socket.status, 101, name)
    const { rawHeaders } = app.arrived.at(-1)!
    assert.ok(!rawHeaders.includes(value), `${name}: ${value} arrived`)
    socket.socket.destroy()
  }
  assert.ok(claims.length > 50)
})

test('G1: what a handshake says of its sender and host is what the gateway says', async (t) => {
  const { app, gateway } = await setUp(t)
  const lies = 'X-Forwarded-For: 6.6.6.6\nX-Forwarded-Host: evil.test\nX-Forwarded-Proto: https\nForwarded: for=6.6.6.6'
  assert.equal((await openWebSocket(t, gateway.port, { headers: lies })).status, 101)
  const arrived = app.arrived.at(-1)!
  assert.deepEqual(valuesOf(arrived, 'x-forwarded-for'), ['127.0.0.1'])
  assert.deepEqual(valuesOf(arrived, 'x-forwarded-host'), [`localhost:${gateway.port}`])
  assert.deepEqual(valuesOf(arrived, 'x-forwarded-proto'), ['http'])
  assert.deepEqual(valuesOf(arrived, 'forwarded'), [])
})

test('G1: a handshake goes up for the path that the rules were asked about', async (t) => {
  const { app, gateway } = await setUp(t)
  for (const [path, up] of [
    ['/socket/../secret', '/secret'],
    ['/%73ocket', '/socket'],
    ['/socket?/../x', '/socket?/../x'],
  ] as const) {
    assert.equal((await openWebSocket(t, gateway.port, { path })).status, 101, path)
    assert.equal(app.arrived.at(-1)!.url, up)
  }
  for (const path of ['/a#b', '/a%00', '/%', 'http://evil.test/socket'])
    assert.equal((await openWebSocket(t, gateway.port, { path })).status, 400, path)
})
