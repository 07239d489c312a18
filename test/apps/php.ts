/** A plain site with PHP's own sessions (`examples/php`), its settings those of PHP 4. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { phpSite } from '../../attacks/scenarios/rewriting.ts'
import { startPhp } from '../../examples/php/start.ts'
import type { Product } from './product.ts'

const run = promisify(execFile)

export const php: Product = {
  name: 'PHP sessions',
  preset: 'php',
  // PHP has sessions and no sign-in: each application has its own.
  login: '{ path: /login.php, user: { field: user }, success: { status: [302], location: /index.php } }',
  logout: '{ path: /logout.php }',
  needs: ['php'],

  async start({ php: program }) {
    const { stdout } = await run(program!, ['-n', '-r', 'echo PHP_VERSION;'])
    const site = await startPhp(program!)
    return { url: site.url, version: `PHP ${stdout}`, close: site.close }
  },

  places: phpSite,

  does: { work: 'an order kept in the session', upload: 'a file, kept in the session' },

  person: {
    async signIn(page, url, { name, password }) {
      await page.goto(`${url}/login.php`)
      await page.fill('input[name=user]', name)
      await page.fill('input[name=password]', password)
      await press(page, 'input[type=submit]')
    },
    async work(page, url) {
      await page.goto(`${url}/checkout.php`)
      await page.fill('input[name=card]', '4000123412341234')
      await press(page, 'input[type=submit]')
      await page.waitForSelector('text=Card: 4000123412341234')
    },
    async upload(page, url, file) {
      await page.goto(`${url}/upload.php`)
      await page.setInputFiles('input[type=file]', file)
      await press(page, 'input[type=submit]')
      return new URL((await page.getAttribute('#kept a', 'href'))!, page.url()).href
    },
    async signOut(page, url) {
      await page.goto(`${url}/index.php`)
      await press(page, 'a[href*="logout.php"]')
    },
  },

  exposed: [],
  idsOutside: /PHPSESSID/,
  seen: {
    strangerGets: ['PHPSESSID'],
    memberHas: ['PHPSESSID'],
    scriptReads: ['PHPSESSID'],
    sameAfterSignIn: ['PHPSESSID'],
    oldCookiesOpen: false,
  },
  holds: {
    "F2 cookie from a cache, the seed's nine steps": 'PHP says no-store on every page with a session (nocache)',
    "F2 another user's page from a cache": 'PHP says no-store on every page with a session (nocache)',
    'F3 planted token, by URL':
      'an id from an address gets no cookie, it has to be in the link to the sign-in (`attacks/rewriting.test.ts`: it is)',
    'F3 planted token, by hidden field':
      'an id from a form gets no cookie, it has to be in the sign-in itself (`attacks/rewriting.test.ts`: it is)',
    'F5 cookie outlives the browser window': 'the cookie is not persistent',
    'F5 the next token is guessed': 'ids are 128 random bits',
    'F5 the id is in a link or a field': 'from the second page on, links have no id: the browser takes cookies',
  },
}

/** Presses what leads to another page, and waits for that. */
async function press(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.click(selector)])
}
