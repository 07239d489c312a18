/** The leaky shop (`examples/leaky`), an application of which no preset knows anything. */
import { orderBy, sendSignIn, signOutBy } from '../../attacks/lib/chromium.ts'
import { leakyShop } from '../../attacks/scenarios/leaky.ts'
import { startLeakyShop } from '../../examples/leaky/shop.ts'
import type { Product } from './product.ts'

export const leaky: Product = {
  name: 'the leaky shop',
  preset: 'generic',
  login: '{ path: /login, user: { field: user }, success: { status: [303] } }',
  logout: '{ path: /logout }',
  idParameters: '[sid]',
  needs: [],

  async start() {
    const shop = await startLeakyShop()
    return { url: shop.url, version: 'the shop', close: shop.close }
  },

  places: leakyShop,
  does: { work: 'an order kept in the session' },

  person: {
    async signIn(page, url, user) {
      await page.goto(`${url}/login`)
      await sendSignIn(page, user)
    },
    async work(page, url) {
      await orderBy(page, url, '4000123412341234')
      await page.waitForSelector('text=4000123412341234')
    },
    async signOut(page, url) {
      await page.goto(`${url}/`)
      await signOutBy(page)
    },
  },

  exposed: [],
  idsOutside: /[?&;]sid=|name="sid"/,
  seen: {
    strangerGets: ['shopsid'],
    memberHas: ['shopsid'],
    scriptReads: ['shopsid'],
    sameAfterSignIn: ['shopsid'],
    oldCookiesOpen: true,
  },
  attackedIn: 'attacks/leaky-protected.test.ts',
  alsoKnown: ['doors', 'lifetime', 'stores', 'sibling'],
  holds: {},
}
