/**
 * The remedies that seed 002 proposes against a planted id, in its own words, on the sign-in page where it puts them. One
 * works in the browser alone, and only where scripts can read the cookie; the other is not obeyed by any browser of today.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cookiesFor, orderBy, sendSignIn, signInBy } from '../lib/chromium.ts'
import type { Pair } from '../lib/jar.ts'
import { attackerGets, newCard } from '../lib/people.ts'
import { alice, behindCoatcheck, directly, side, useChromium, type Visit } from './visit.ts'

useChromium()

/**
 * "When the login page is loaded, a java script function can be called." Its broken lines are joined, nothing else: what
 * it writes is `ASPSESSIONID…; expires=…`, where a browser of today reads a cookie without a name (RFC 6265bis §5.6).
 */
const EXPIRY_SCRIPT = `
  var s, a;
  s = document.cookie.split(/=/);
  a = s[0];
  var dtExpires = new Date();
  dtExpires.setFullYear(1970, 1, 1);
  a += '; expires=' + dtExpires.toGMTString();
  a += '; path=/';
  document.cookie = a;`

const MENDED_SCRIPT = EXPIRY_SCRIPT.replace('s[0]', "s[0] + '='")

/** The same, by an author who knows the name. */
const expiryByName = (name: string) =>
  `document.cookie = '${name}=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/; secure'`

/** "In which the session cookie value is set to NULL." */
const metaTag = (name: string) => `<META HTTP-EQUIV="Set-Cookie" Content="${name}=NULL; path=/">`

describe('F3, the old remedy: a script expires the cookie on the sign-in page', side, () => {
  test('as it is printed it expires nothing: what was planted opens the card after sign-in', () =>
    directly({}, async (visit) => {
      const { planted, card } = await signInUnder(visit, withScripts(EXPIRY_SCRIPT))
      assert.equal(await opens(visit, planted, card), true)
    }))

  test('mended, the browser forgets a cookie that scripts can read, and the server does not: a copy goes on', () =>
    directly({ reissue: false }, async (visit) => {
      const card = newCard()
      await signInBy(visit.page, visit.shop, alice)
      await orderBy(visit.page, visit.shop, card)
      const copied = await cookiesFor(visit.context, visit.shop)
      await withScripts(MENDED_SCRIPT)(visit)
      assert.deepEqual(await cookiesFor(visit.context, visit.shop), [])
      assert.equal(await opens(visit, copied, card), true)
    }))

  test('it cannot touch an HttpOnly cookie: what was planted opens the card after sign-in', () =>
    directly({ scriptReadable: false }, async (visit) => {
      const { planted, card } = await signInUnder(visit, withScripts(MENDED_SCRIPT, expiryByName('shopsid')))
      assert.equal(await opens(visit, planted, card), true)
    }))

  test('E3: coatcheck needs no script for it: its cookie is untouched, and another one after sign-in', () =>
    behindCoatcheck({}, async (visit) => {
      const remedy = withScripts(MENDED_SCRIPT, expiryByName('__Host-Http-sid'))
      const { planted, card } = await signInUnder(visit, remedy)
      assert.equal(await opens(visit, planted, card), false)
      assert.equal(await opens(visit, await cookiesFor(visit.context, visit.shop), card), true)
    }))
})

describe('F3, the old remedy: a meta tag annuls the cookie', side, () => {
  for (const scriptReadable of [true, false]) {
    const kind = scriptReadable ? 'a cookie that scripts can read' : 'an HttpOnly cookie'
    test(`Chromium ignores the tag, for ${kind}: what was planted opens the card after sign-in`, () =>
      directly({ scriptReadable }, async (visit) => {
        const { planted, card } = await signInUnder(visit, withMetaTag('shopsid'))
        assert.equal(await opens(visit, planted, card), true)
      }))
  }
})

/** Opens the sign-in page, as if its author had followed the seed. */
type Remedy = (visit: Visit) => Promise<void>

function withScripts(...scripts: string[]): Remedy {
  return async ({ shop, page }) => {
    await page.goto(`${shop}/login`)
    for (const content of scripts) await page.addScriptTag({ content })
  }
}

function withMetaTag(name: string): Remedy {
  return async ({ shop, page }) => {
    await page.route('**/login', async (route) => {
      if (route.request().method() !== 'GET') return route.fallback()
      const response = await route.fetch()
      return route.fulfill({ response, body: (await response.text()).replace('<head>', `<head>${metaTag(name)}`) })
    })
    await page.goto(`${shop}/login`)
    assert.equal(await page.locator('meta[http-equiv="Set-Cookie"]').count(), 1)
  }
}

/** A cookie is in the browser and known to the attacker. The victim signs in, and orders. */
async function signInUnder(visit: Visit, remedy: Remedy): Promise<{ planted: Pair[]; card: string }> {
  const { shop, context, page } = visit
  await page.goto(`${shop}/`)
  const planted = await cookiesFor(context, shop)
  assert.equal(planted.length, 1)
  await remedy(visit)
  assert.deepEqual(await cookiesFor(context, shop), planted, 'the remedy did nothing')
  const card = newCard()
  await sendSignIn(page, alice)
  await orderBy(page, shop, card)
  return { planted, card }
}

async function opens({ site, shop }: Visit, cookies: Pair[], card: string): Promise<boolean> {
  return (await attackerGets(site, `${shop}/confirmation`, cookies)).body.includes(card)
}
