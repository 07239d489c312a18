import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type GatewayEvent, parseConfig, startGateway } from '@coatcheck/gateway'
import { Browser } from '../../attacks/lib/browser.ts'
import { requireServers } from '../../test/servers/servers.ts'
import type { RunningSite } from '../one-program.ts'
import { startTomcat } from './start.ts'

const { skip, paths } = await requireServers('tomcat')

describe('the form sign-in of servlet containers, on Tomcat with the preset java', { skip, timeout: 120_000 }, () => {
  let site: RunningSite
  let url: string
  let closeGateway: () => Promise<void>
  const events: GatewayEvent[] = []
  const users = () =>
    events.flatMap((one) => (one.type === 'session' && one.event.type === 'signed-in' ? [one.event.user] : []))

  before(async () => {
    site = await startTomcat(paths.tomcat)
    const config = `{ listen: ['http://127.0.0.1:0'], sites: [{ upstream: '${site.url}', preset: java }] }`
    const gateway = await startGateway(parseConfig(config, 'tomcat.yaml', '/'), {
      report: (event) => events.push(event),
    })
    url = `http://127.0.0.1:${gateway.listeners[0]!.port}`
    closeGateway = () => gateway.close()
  })
  after(async () => {
    await closeGateway?.()
    await site?.close()
  })

  const fields = (j_username: string, j_password: string) => ({
    page: '/members/records/index.jsp',
    fields: { j_username, j_password },
  })

  test('G3: a wrong password signs nobody in', async () => {
    const page = await new Browser().fill(url, fields('alice', 'looking-glass'))
    assert.match(page.body, /We do not know/)
    assert.deepEqual(users(), [])
  })

  test('G3: a good one signs its user in, with a new token, and the page is hers', async () => {
    const browser = new Browser()
    await browser.load(`${url}/members/records/index.jsp`)
    const before = browser.jar.pairs(url)
    const page = await browser.fill(url, fields('alice', 'wonderland'))
    assert.match(page.body, /Records of alice/)
    assert.equal(page.url, `${url}/members/records/index.jsp`)
    assert.deepEqual(users(), ['alice'])
    assert.notDeepEqual(browser.jar.pairs(url), before)
    assert.match((await browser.load(`${url}/members/records/index.jsp`)).body, /Records of alice/)
  })

  test('G2: the sign-in page of the container has no id in it', async () => {
    const { body } = await new Browser().load(`${url}/members/records/index.jsp`)
    assert.match(body, /action="j_security_check"/)
  })
})
