// Another configuration while the gateway runs: nothing is dropped, and no request meets half of each.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { test } from 'node:test'
import { parseConfig } from './config/index.ts'
import { startApplication } from './testing/application.ts'
import { startTestGateway } from './testing/gateway.ts'

/** A configuration in front of that application. */
function configured(upstream: number, site = '', more = '') {
  return parseConfig(
    `listen: ['http://127.0.0.1:0']\n${more}\nsites: [{ upstream: 'http://127.0.0.1:${upstream}'${site} }]`,
    'test.yaml',
    '/',
  )
}

test('a kept-alive connection goes on, and its next request meets the new configuration', async (t) => {
  const [one, two] = [await startApplication(t), await startApplication(t)]
  one.otherwise((_req, res) => res.end('one'))
  two.otherwise((_req, res) => res.end('two'))
  const proxy = await startTestGateway(t, one.port)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const page = async () => {
    const req = request({
      port: proxy.port,
      host: '127.0.0.1',
      agent,
      headers: { host: 'localhost', 'sec-fetch-site': 'none' },
    }).end()
    const [res] = await once(req, 'response')
    return { body: (await res.setEncoding('utf8').toArray()).join(''), reused: req.reusedSocket }
  }
  assert.deepEqual(await page(), { body: 'one', reused: false })
  const changes = await proxy.gateway.reload(configured(two.port))
  assert.deepEqual(changes.changed, ['default'])
  assert.deepEqual(await page(), { body: 'two', reused: true })
})
