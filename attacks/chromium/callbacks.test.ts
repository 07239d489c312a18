/**
 * R8 between two sites, in Chromium: what an identity provider posts back arrives with the session that is waiting for it,
 * where the path is declared; nothing else that other sites send does, and none of it harms the session.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BrowserContext } from 'playwright-core'
import { cookiesFor, textOf, whoIs } from '../lib/chromium.ts'
import { type Meeting, meet, type Pages, sentForm, side, useHttpsChromium } from './two-sites.ts'

useHttpsChromium()

/** The provider: it asks nobody anything, and sends everyone back as alice. */
const provider: Pages = (url) => {
  const { state = '', back = '' } = Object.fromEntries(url.searchParams)
  return sentForm(back, { state, user: 'alice', SAMLResponse: 'PHNhbWw+' })
}

async function comeBack({ shop, other, page }: Meeting): Promise<string> {
  await page.goto(`${shop.origin}/begin?provider=${encodeURIComponent(other.origin)}`).catch(() => {})
  await page.waitForURL(/\/(whoami|acs)/)
  return textOf(page)
}

const created = ({ shop }: Meeting) =>
  shop.events.flatMap((one) => (one.type === 'session' && one.event.type === 'created' ? [one.event.id] : []))

const tokenOf = async (context: BrowserContext, shop: string) =>
  (await cookiesFor(context, shop)).find(([name]) => name === '__Host-Http-sid')?.[1]

describe('R8: a form that an identity provider sends back', side, () => {
  test('arrives with the session that is waiting for it: same session, another token, signed in', () =>
    meet('callbacks: [/acs]', provider, async (meeting) => {
      const { shop, other, context, page } = meeting
      await page.goto(`${shop.origin}/touch`)
      const before = await tokenOf(context, shop.origin)
      assert.equal(await comeBack(meeting), '{"user":"alice"}')
      const after = await tokenOf(context, shop.origin)
      assert.ok(before !== undefined && after !== undefined)
      assert.notEqual(after, before)
      assert.deepEqual(await shop.idsOf('alice'), created(meeting), 'one session from first to last')
      assert.equal(shop.arrived.length, 1)
      const { cookies, origin, site } = shop.arrived[0]!
      assert.match(cookies ?? '', /visitor=/)
      assert.deepEqual([origin, site], [other.origin, 'cross-site'], 'the application sees who sent it')
    }))

  test('arrives for a visitor without any session too, and the application says what it thinks of that', () =>
    meet('callbacks: [/acs]', provider, async ({ shop, other, page }) => {
      const back = encodeURIComponent(`${shop.origin}/acs?tenant=1`)
      await page.goto(`${other.origin}/authorize?state=made-up&back=${back}`).catch(() => {})
      await page.waitForURL(/coatcheck-resume/)
      assert.equal(await textOf(page), 'Nobody asked for this')
      await page.reload()
      assert.match(await textOf(page), /sent on already/)
      assert.equal(shop.arrived.length, 1)
    }))

  test('without `callbacks` it comes as a stranger’s, and harms nobody: who was signed in still is', () =>
    meet('public: [/images/*]', provider, async (meeting) => {
      const { shop, context, page } = meeting
      await page.goto(`${shop.origin}/login`)
      await page.click('button')
      await page.waitForURL(/whoami/)
      const before = await shop.idsOf('alice')
      assert.equal(before.length, 1)
      assert.equal(await comeBack(meeting), 'Nobody asked for this')
      assert.equal(shop.arrived[0]!.cookies, undefined)
      assert.equal(await whoIs(context, shop.origin), 'alice')
      assert.deepEqual(await shop.idsOf('alice'), before)
    }))
})

/** The other ways by which a page reaches another site. */
const ways: [string, (shop: string) => string][] = [
  ['an image', (shop) => `<img src="${shop}/touch" onload="document.title='done'" onerror="document.title='done'">`],
  ['a frame', (shop) => `<iframe src="${shop}/touch" onload="document.title='done'"></iframe>`],
  [
    'a script’s POST',
    (shop) => `<script>
      const body = new URLSearchParams({ user: 'mallory' })
      const done = () => { document.title = 'done' }
      fetch('${shop}/login', { method: 'POST', mode: 'no-cors', credentials: 'include', body }).then(done, done)
    </script>`,
  ],
  [
    'a form sent into a frame',
    (shop) =>
      `<script>window.loads = 0 // the empty frame is loaded first</script><iframe name="f" onload="if (window.loads++ === 1) document.title = 'done'"></iframe>
      ${sentForm(`${shop}/login`, { user: 'mallory' }, 'f')}`,
  ],
]

describe('R8: everything else from another site', side, () => {
  for (const [way, html] of ways) {
    const pages: Pages = (_url, shop) => html(shop)
    test(`${way} begins no session, and does not touch the one that is there`, () =>
      meet('callbacks: [/acs]', pages, async (meeting) => {
        const { shop, other, context, page } = meeting
        const lure = async () => {
          await page.goto(other.origin)
          await page.waitForFunction("document.title === 'done'")
        }
        await lure()
        assert.deepEqual(await context.cookies(), [])
        assert.deepEqual(created(meeting), [])
        await page.goto(`${shop.origin}/login`)
        await page.click('button')
        await page.waitForURL(/whoami/)
        const before = await context.cookies()
        await lure()
        assert.deepEqual(await context.cookies(), before)
        assert.equal(await whoIs(context, shop.origin), 'alice')
      }))
  }
})
