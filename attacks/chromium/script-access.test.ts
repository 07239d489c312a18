/** F5 in Chromium: what a script on the page can read. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { orderBy, pairsOf, scriptCookies, signInBy, textOf } from '../lib/chromium.ts'
import { attackerGets, newCard } from '../lib/people.ts'
import { alice, behindCoatcheck, directly, side, useChromium } from './visit.ts'

useChromium()

describe('F5: document.cookie', side, () => {
  test('on the leaky shop it is the session: sent from elsewhere it opens the confirmation page', () =>
    directly({}, async ({ shop, site, page }) => {
      const card = newCard()
      await signInBy(page, shop, alice)
      await orderBy(page, shop, card)
      const stolen = pairsOf(await scriptCookies(page))
      assert.deepEqual(
        stolen.map(([name]) => name),
        ['shopsid'],
      )
      assert.match((await attackerGets(site, `${shop}/confirmation`, stolen)).body, new RegExp(card))
    }))

  test('R1: behind coatcheck it is empty, and Chromium keeps __Host-Http-sid on http://localhost as it was set', () =>
    behindCoatcheck({}, async ({ shop, context, page }) => {
      const card = newCard()
      await signInBy(page, shop, alice)
      await orderBy(page, shop, card)
      assert.match(await textOf(page), new RegExp(card))
      assert.equal(await scriptCookies(page), '')
      const cookies = await context.cookies()
      assert.match(cookies[0]?.value ?? '', /^[\w-]{43}$/)
      const place = { domain: 'localhost', path: '/', expires: -1 }
      const guards = { httpOnly: true, secure: true, sameSite: 'Lax' }
      assert.deepEqual(
        cookies.map(({ value, ...rest }) => rest),
        [{ name: '__Host-Http-sid', ...place, ...guards }],
      )
    }))

  test('R1: no script puts a cookie of that name beside it, or over it', () =>
    behindCoatcheck({}, async ({ shop, context, page }) => {
      await signInBy(page, shop, alice)
      const before = await context.cookies()
      for (const attributes of ['path=/; secure', 'path=/login; secure', 'path=/; secure; max-age=0', 'path=/']) {
        await page.evaluate(`document.cookie = '__Host-Http-sid=planted; ${attributes}'`)
        assert.deepEqual(await context.cookies(), before, attributes)
      }
    }))
})
