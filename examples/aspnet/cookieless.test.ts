/** Session ids in the path, on Mono: what an attacker can plant with a link, and what the gateway makes of it. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type GatewayEvent, parseConfig, startGateway } from '@coatcheck/gateway'
import { requireServers } from '../../test/servers/servers.ts'
import { send } from './client.ts'
import { type AspnetSite, startAspnet } from './start.ts'

const { skip, paths } = await requireServers('nginx', 'fastcgi-mono-server4')
const PLANTED = '/(0123456789ABCDEF01234567)/Records.aspx'

describe('cookieless sessions of ASP.NET', { skip, timeout: 180_000 }, () => {
  let site: AspnetSite
  let url: string
  let closeGateway: () => Promise<void>
  const events: GatewayEvent[] = []

  before(async () => {
    site = await startAspnet({ nginx: paths.nginx, monoFastcgi: paths['fastcgi-mono-server4'], cookieless: true })
    const config = `{ listen: ['http://127.0.0.1:0'], sites: [{ upstream: '${site.url}', preset: aspnet }] }`
    const options = { report: (event: GatewayEvent) => void events.push(event) }
    const gateway = await startGateway(parseConfig(config, 'cookieless.yaml', '/'), options)
    url = `http://127.0.0.1:${gateway.listeners[0]!.port}`
    closeGateway = () => gateway.close()
  })
  after(async () => {
    await closeGateway?.()
    await site?.close()
  })

  test('F3: the site itself leads every visitor to an address with an id, and takes a planted one', async () => {
    const first = await send(`${site.url}/Records.aspx`)
    assert.match(first.headers.location ?? '', /^\/\([0-9A-F]{24}\)\/Records\.aspx$/)
    const planted = await send(site.url + PLANTED)
    assert.doesNotMatch(planted.headers.location ?? '', /^\/\([0-9A-F]{24}\)/)
  })

  test('G2: behind coatcheck no id crosses, and the operator is told what to turn off', async () => {
    for (const path of ['/Records.aspx', PLANTED]) {
      const answer = await send(url + path, { headers: { 'Sec-Fetch-Site': 'none' } })
      assert.equal(answer.status, 502)
      assert.doesNotMatch(answer.body + JSON.stringify(answer.headers), /[0-9A-F]{24}/)
    }
    const told = events.flatMap((event) => (event.type === 'refused' ? [event.title] : []))
    assert.match(told[0] ?? '', /sessions in addresses alone/)
  })
})
