/** F4 in Chromium: what the browser still shows after sign-out, and what a thief's copy of the cookie does. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BrowserContext } from 'playwright-core'
import { orderBy, signInBy, signOutBy, textOf, whoIs } from '../lib/chromium.ts'
import { newCard } from '../lib/people.ts'
import { alice, behindCoatcheck, directly, newBrowser, side, useChromium, type Visit } from './visit.ts'

useChromium()

describe('F4, R3: the browser after sign-out', side, () => {
  test('directly a page that caches may keep greets the one who left', () =>
    directly({}, async (visit) => {
      await lookAroundAndLeave(visit)
      await visit.page.goto(`${visit.shop}/greeting`)
      assert.match(await textOf(visit.page), /you are here as alice/)
    }))

  test('behind coatcheck the back button does not show the card', () =>
    behindCoatcheck({}, async (visit) => {
      const card = await lookAroundAndLeave(visit)
      await visit.page.goBack()
      assert.match(visit.page.url(), /%2Fconfirmation/, 'the page was asked for again, and led to the sign-in form')
      await showsNothing(visit, card)
    }))

  // docs/threat-model.md: "out of history only no-store keeps them". The test that the one before it means something.
  test('history itself asks nobody: what the application had kept comes back, until it is loaded afresh', () =>
    behindCoatcheck({}, async (visit) => {
      const card = await lookAroundAndLeave(visit)
      await visit.page.goBack()
      await visit.page.goBack()
      await visit.page.goBack({ waitUntil: 'commit' }) // out of the back/forward cache a page comes without loading
      assert.match(await textOf(visit.page), /you are here as alice/)
      await visit.page.reload()
      await showsNothing(visit, card)
    }))

  test('behind coatcheck going there afresh shows neither the card nor the name', () =>
    behindCoatcheck({}, async (visit) => {
      const card = await lookAroundAndLeave(visit)
      for (const path of ['/confirmation', '/greeting', '/']) {
        await visit.page.goto(visit.shop + path)
        await showsNothing(visit, card)
      }
      assert.equal(await whoIs(visit.context, visit.shop), null)
    }))
})

describe("F4: KB 900111's mark on the user", side, () => {
  const marked = { signOutMark: 'user', persistent: false } as const

  test('the copied cookie fails while she is signed out, and revives when she signs in again', () =>
    directly(marked, async (visit) => {
      assert.deepEqual(await thiefBeforeAndAfterNextSignIn(visit), { signedOut: false, backAgain: true })
    }))

  test('E4: behind coatcheck it stays dead', () =>
    behindCoatcheck(marked, async (visit) => {
      assert.deepEqual(await thiefBeforeAndAfterNextSignIn(visit), { signedOut: false, backAgain: false })
    }))
})

/** Signs in, reads what is personal, the card last, and signs out. */
async function lookAroundAndLeave({ shop, page }: Visit): Promise<string> {
  const card = newCard()
  await signInBy(page, shop, alice)
  await page.goto(`${shop}/greeting`)
  assert.match(await textOf(page), /you are here as alice/)
  await orderBy(page, shop, card)
  assert.match(await textOf(page), new RegExp(card))
  await signOutBy(page)
  return card
}

async function showsNothing({ page }: Visit, card: string): Promise<void> {
  const text = await textOf(page)
  assert.doesNotMatch(text, new RegExp(card), page.url())
  // The sign-in page names her too, as an example of whom to try.
  assert.doesNotMatch(text, /you are here as alice|again, alice/, page.url())
}

async function thiefBeforeAndAfterNextSignIn({ shop, context, page }: Visit) {
  const card = newCard()
  await signInBy(page, shop, alice)
  await orderBy(page, shop, card)
  const copied = await context.cookies()
  assert.equal(await thiefReads(shop, copied, card), true, 'the copy is good at first')
  await page.goto(`${shop}/`)
  await signOutBy(page)
  const signedOut = await thiefReads(shop, copied, card)
  await signInBy(page, shop, alice)
  return { signedOut, backAgain: await thiefReads(shop, copied, card) }
}

/** In a browser of his own, with the copy as it was made. */
async function thiefReads(
  shop: string,
  copied: Parameters<BrowserContext['addCookies']>[0],
  card: string,
): Promise<boolean> {
  const thief = await newBrowser()
  try {
    await thief.addCookies(copied)
    const page = await thief.newPage()
    await page.goto(`${shop}/confirmation`)
    return (await textOf(page)).includes(card)
  } finally {
    await thief.close()
  }
}
