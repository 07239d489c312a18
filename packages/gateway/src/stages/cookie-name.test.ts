// The name of our cookie (R1): what comes behind the prefix can be chosen, for two gateways on one host.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApplication } from '../testing/application.ts'
import { startTestGateway } from '../testing/gateway.ts'
import { sets } from '../testing/members.ts'

test('R1: two gateways on one host keep their sessions apart by the names of their cookies', async (t) => {
  const wiki = (await startApplication(t)).on('/set', sets('wiki=1'))
  const shop = (await startApplication(t)).on('/set', sets('shop=1'))
  const one = await startTestGateway(t, wiki.port, { site: 'cookie: wiki' })
  const two = await startTestGateway(t, shop.port, { site: 'cookie: shop' })
  const [inWiki, inShop] = [one.browser(), two.browser()]
  assert.match(
    (await inWiki.visit('/set')).setCookies.join(),
    /^__Host-Http-wiki=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
  )
  // A browser shares the cookies of a host between its ports.
  const share = () => {
    const shared = [...inWiki.jar, ...inShop.jar]
    for (const { jar } of [inWiki, inShop]) for (const [name, value] of shared) jar.set(name, value)
  }
  share()
  await inShop.visit('/set')
  share()
  assert.deepEqual([...inShop.jar.keys()], ['__Host-Http-wiki', '__Host-Http-shop'])
  assert.equal((await inWiki.visit('/')).body, 'wiki=1')
  assert.equal((await inShop.visit('/')).body, 'shop=1', 'and neither application sees the other one’s token')
})

test('R1: the name changes on plain http too, and is not taken for one left over', async (t) => {
  const app = (await startApplication(t)).on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port, {
    https: true,
    site: 'http: tiered, cookie: wiki, login: { path: /in, success: { setsCookie: t } }, authCookies: [plain-*]',
  })
  const { setCookies } = await gateway.browser('shop.example.test').visit('/set')
  assert.match(setCookies.join(), /^plain-wiki=/)
  const secure = gateway.secureBrowser()
  secure.jar.set('plain-wiki', 'x')
  secure.jar.set('plain-old', 'x')
  const deleted = (await secure.visit('/')).setCookies.map((line) => line.split('=')[0])
  assert(deleted.includes('plain-old') && !deleted.includes('plain-wiki'), deleted.join())
})
