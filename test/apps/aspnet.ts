/** Finch Records (`examples/aspnet`): ASP.NET with forms authentication, on Mono behind nginx. */
import type { Page } from 'playwright-core'
import { aspnetDirect, finchRecords } from '../../attacks/scenarios/aspnet.ts'
import { startAspnet } from '../../examples/aspnet/start.ts'
import type { Product } from './product.ts'

export const aspnet: Product = {
  name: 'ASP.NET',
  preset: 'aspnet',
  // The page names the field of its text box.
  login: '{ user: { field: User } }',
  needs: ['nginx', 'fastcgi-mono-server4'],

  async start({ nginx, 'fastcgi-mono-server4': monoFastcgi }) {
    const { url, close } = await startAspnet({ nginx: nginx!, monoFastcgi: monoFastcgi! })
    const { headers } = await fetch(`${url}/WhoAmI.aspx`)
    return { url, version: `ASP.NET ${headers.get('x-aspnet-version')} on Mono`, close }
  },

  // Who is there by ticket: by session the page of the old site names its reader after sign-out, too.
  places: { ...finchRecords, whoami: '/Default.aspx' },

  does: { work: 'an order kept in the session', upload: 'a picture, kept in the session' },

  person: {
    async signIn(page, url, { name, password }) {
      await page.goto(`${url}/Login.aspx`)
      await page.fill('input[name=User]', name)
      await page.fill('input[name=Password]', password)
      await press(page, 'input[name=SignIn]')
    },
    async work(page, url) {
      await page.goto(`${url}/Checkout.aspx`)
      await page.fill('input[name=Card]', '4000123412341234')
      await press(page, 'input[name=Order]')
      await page.waitForSelector('#card:text-is("4000123412341234")')
    },
    async upload(page, url, file) {
      await page.goto(`${url}/Offer.aspx`)
      await page.setInputFiles('input[type=file]', file)
      await press(page, 'input[name=Send]')
      return new URL((await page.getAttribute('#kept a', 'href'))!, page.url()).href
    },
    async signOut(page, url) {
      await page.goto(`${url}/Default.aspx`)
      await press(page, 'a[href="Logout.aspx"]')
    },
  },

  exposed: [],
  seen: {
    strangerGets: ['ASP.NET_SessionId'],
    memberHas: ['.ASPXAUTH', 'ASP.NET_SessionId'],
    scriptReads: ['.ASPXAUTH', 'ASP.NET_SessionId'],
    sameAfterSignIn: ['ASP.NET_SessionId'],
    oldCookiesOpen: true,
  },
  alsoKnown: ['doors', 'lifetime'],
  attackedIn: 'attacks/aspnet.test.ts',
  holds: aspnetDirect.notApplicable!,
}

/** Presses what leads to another page, and waits for that. */
async function press(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.click(selector)])
}
