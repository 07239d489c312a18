import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browserScheme } from './scheme.ts'
import { startApplication, valuesOf } from './testing/application.ts'
import { startTestGateway } from './testing/gateway.ts'
import { getRaw } from './testing/wire.ts'

const table: [sentence: string, secure: boolean, host: string, said: boolean, scheme: 'http' | 'https'][] = [
  ['plain http from elsewhere is http', false, 'shop.example.test', false, 'http'],
  ['https is https', true, 'shop.example.test', true, 'https'],
  ['https to this machine is https', true, 'localhost', true, 'https'],
  ['the exception for this machine is http', true, 'localhost', false, 'http'],
  ['by whatever name of it', true, 'shop.localhost', false, 'http'],
  ['by its address', true, '127.0.0.1', false, 'http'],
  ['by its IPv6 address', true, '[::1]', false, 'http'],
  ['behind a proxy here that does not say so, another name is https', true, 'shop.example.test', false, 'https'],
]

for (const [sentence, secure, host, said, scheme] of table) {
  test(`R5: ${sentence}`, () => assert.equal(browserScheme(secure, host, said), scheme))
}

const BROWSER = 'Sec-Fetch-Site: none\r\n'

test('R5: an application on http://localhost is told http, and a trusted proxy’s https', async (t) => {
  const app = await startApplication(t)
  const here = await startTestGateway(t, app.port)
  await getRaw(here.port, '/', BROWSER)
  const behind = await startTestGateway(t, app.port, { file: 'trustedProxies: [127.0.0.1/32]' })
  await getRaw(behind.port, '/', `${BROWSER}X-Forwarded-Proto: https\r\n`)
  const told = app.arrived.map((request) => valuesOf(request, 'x-forwarded-proto'))
  assert.deepEqual(told, [['http'], ['https']])
})
