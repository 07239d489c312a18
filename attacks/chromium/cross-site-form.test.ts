/**
 * F3 in Chromium: a form on a page of the attacker. Browsers withhold a Lax cookie from it, so the shop takes the victim
 * for a stranger, and they take the Set-Cookie of the answer all the same (R8).
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BrowserContext } from 'playwright-core'
import { cookiesFor, signInBy, startAttackersPage, whoIs } from '../lib/chromium.ts'
import { alice, behindCoatcheck, bob, directly, side, useChromium, type Visit } from './visit.ts'

useChromium()

const signInAsBob = { user: bob.name, password: bob.password }

describe('F3, R8: a form on a page of the attacker', side, () => {
  test('directly it signs a visitor in as the attacker', () =>
    directly({}, async (visit) => {
      await lured(visit, '/login', signInAsBob)
      assert.equal(await whoIs(visit.context, visit.shop), 'bob')
    }))

  test('directly it makes the attacker of the victim', () =>
    directly({}, async (visit) => {
      await signInBy(visit.page, visit.shop, alice)
      assert.equal(await whoIs(visit.context, visit.shop), 'alice')
      const { cookie } = await lured(visit, '/login', signInAsBob)
      assert.match(cookie ?? '', /^shopsid=/, 'Chromium sends a fresh cookie without SameSite')
      assert.equal(await whoIs(visit.context, visit.shop), 'bob')
    }))

  test('directly any form overwrites a Lax cookie, which the browser withholds and then replaces', () =>
    directly({}, async (visit) => {
      const { shop, context, page } = visit
      await signInBy(page, shop, alice)
      await sayLax(context)
      const before = await cookiesFor(context, shop)
      const { cookie } = await lured(visit, '/cart', { item: 'cup' })
      assert.equal(cookie, undefined)
      assert.notDeepEqual(await cookiesFor(context, shop), before)
      assert.equal(await whoIs(context, shop), null)
    }))

  test('R8: behind coatcheck a visitor stays nobody, and gets no cookie for it', () =>
    behindCoatcheck({}, async (visit) => {
      const { setCookie } = await lured(visit, '/login', signInAsBob)
      assert.equal(setCookie, null)
      assert.equal(await whoIs(visit.context, visit.shop), null)
    }))

  for (const [path, fields] of [
    ['/login', signInAsBob],
    ['/cart', { item: 'cup' }],
  ] as const) {
    test(`R8: behind coatcheck the victim stays who she is, with the cookie that she had: ${path}`, () =>
      behindCoatcheck({}, async (visit) => {
        const { shop, context, page } = visit
        await signInBy(page, shop, alice)
        const before = await cookiesFor(context, shop)
        const { cookie } = await lured(visit, path, fields)
        assert.equal(cookie, undefined)
        assert.deepEqual(await cookiesFor(context, shop), before)
        assert.equal(await whoIs(context, shop), 'alice')
      }))
  }
})

/** The person looks at the attacker's page, which sends its form to the shop. Returns what crossed the wire with it. */
async function lured({ shop, page }: Visit, path: string, fields: Record<string, string>) {
  const attackers = await startAttackersPage(shop + path, fields)
  try {
    const answered = page.waitForResponse((response) => {
      const request = response.request()
      return request.method() === 'POST' && request.url() === shop + path
    })
    await page.goto(attackers.url).catch(() => {}) // its form may be sent before the page is done
    const response = await answered
    await page.waitForURL(`${shop}/**`)
    const { cookie, 'sec-fetch-site': site } = await response.request().allHeaders()
    assert.equal(site, 'cross-site')
    return { cookie, setCookie: await response.headerValue('set-cookie') }
  } finally {
    await attackers.close()
  }
}

/** As if the shop had said SameSite=Lax, as sites do today. */
async function sayLax(context: BrowserContext): Promise<void> {
  const cookies = await context.cookies()
  await context.addCookies(cookies.map((cookie) => ({ ...cookie, sameSite: 'Lax' as const })))
}
