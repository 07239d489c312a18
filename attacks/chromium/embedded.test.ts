/**
 * R1 in Chromium: a site that another one shows in a frame. Its cookie is partitioned: the session in the frame is one of
 * the embedding site's, and none of the site by itself.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Frame, Page } from 'playwright-core'
import { whoIs } from '../lib/chromium.ts'
import { type Meeting, meet, type Pages, sentForm, side, useHttpsChromium } from './two-sites.ts'

useHttpsChromium()

const RULES = 'embedded: [OTHER], callbacks: [/acs]'

/** `/` shows the shop in a frame, `/launch` sends a form into it, `/image` asks for the page that names the user. */
const pages: Pages = (url, shop) => {
  const { state = '', back = '', at = '/login', of = shop } = Object.fromEntries(url.searchParams)
  switch (url.pathname) {
    case '/authorize':
      return sentForm(back, { state, user: 'alice' })
    case '/launch':
      return `<iframe name="tool"></iframe>${sentForm(`${shop}/acs`, { state: 'made-up', user: 'alice' }, 'tool')}`
    case '/image':
      return `<img src="${shop}/whoami">`
    case '/order':
      return `<iframe name="tool"></iframe>${sentForm(`${shop}/login`, { user: 'mallory' }, 'tool')}`
    default:
      return `<iframe name="tool" src="${of}${at}"></iframe>`
  }
}

/** The frame, once it shows this. */
async function frameWith(page: Page, words: RegExp): Promise<Frame> {
  const body = page.frameLocator('iframe').locator('body')
  await body.filter({ hasText: words }).waitFor()
  return page.frames().find((frame) => frame.parentFrame() === page.mainFrame()) as Frame
}

async function signInInFrame({ other, page }: Meeting): Promise<void> {
  await page.goto(other.origin)
  await (await frameWith(page, /Sign in/)).click('button')
  await frameWith(page, /"user":"alice"/)
}

describe('R1: a site in a frame of another', side, () => {
  test('signs in there, stays signed in over a reload, and is nobody by itself: the partitions are apart', () =>
    meet(RULES, pages, async (meeting) => {
      const { shop, other, context, page } = meeting
      await signInInFrame(meeting)
      await page.goto(`${other.origin}/?at=/whoami`)
      await frameWith(page, /"user":"alice"/)
      await page.reload()
      await frameWith(page, /"user":"alice"/)
      assert.equal(await whoIs(context, shop.origin), null)
      assert.equal((await shop.idsOf('alice')).length, 1)
    }))

  test('who is signed in by itself is nobody in the frame', () =>
    meet(RULES, pages, async ({ shop, other, context, page }) => {
      await page.goto(`${shop.origin}/login`)
      await page.click('button')
      await page.waitForURL(/whoami/)
      assert.equal(await whoIs(context, shop.origin), 'alice')
      await page.goto(`${other.origin}/?at=/whoami`)
      await frameWith(page, /"user":null/)
    }))

  test('a form of an identity provider comes back into the frame with its session (form_post, LTI)', () =>
    meet(RULES, pages, async (meeting) => {
      const { shop, other, page } = meeting
      const provider = encodeURIComponent(other.origin)
      await page.goto(`${other.origin}/?at=${encodeURIComponent(`/begin?provider=${provider}`)}`)
      await frameWith(page, /"user":"alice"/)
      assert.match(shop.arrived[0]?.cookies ?? '', /visitor=/)
      assert.equal(shop.arrived[0]?.site, 'cross-site')
    }))

  test('a launch into the frame arrives once, though nobody there has a session yet', () =>
    meet(RULES, pages, async ({ shop, other, page }) => {
      await page.goto(`${other.origin}/launch`)
      await frameWith(page, /Nobody asked for this/)
      assert.equal(shop.arrived.length, 1)
    }))

  test('a site that is not named shows nothing', () =>
    meet(RULES, pages, async ({ shop, third, page }) => {
      const refused = page.waitForEvent('console', (message) => /frame-ancestors/.test(message.text()))
      await page.goto(`${third.origin}/?at=/whoami`)
      assert.match((await refused).text(), /frame-ancestors 'self'/)
      const [, frame] = page.frames()
      assert.doesNotMatch(await (frame as Frame).content(), /"user"/)
      assert.match(shop.origin, /example/)
    }))

  test('R6: a form that the embedding page sends with the frame’s cookie is refused', () =>
    meet(RULES, pages, async (meeting) => {
      const { other, page } = meeting
      await signInInFrame(meeting)
      await page.goto(`${other.origin}/order`)
      await frameWith(page, /came from another site/)
      await page.goto(`${other.origin}/?at=/whoami`)
      await frameWith(page, /"user":"alice"/)
    }))

  // Chromium sends the frame's cookie with both: without the rule the application was seen to get its ticket.
  test('R1: an image is answered as to a stranger, on the embedding page and in a frame beside it', () =>
    meet(RULES, pages, async (meeting) => {
      const { shop, other, third, page } = meeting
      await signInInFrame(meeting)
      for (const url of [`${other.origin}/image`, `${other.origin}/?of=${third.origin}&at=/image`]) {
        shop.asked.length = 0
        await page.goto(url)
        assert.deepEqual(shop.asked, [{ path: '/whoami', cookies: undefined }], url)
      }
    }))

  test('not embedded, it gets no cookie in a frame', () =>
    meet('callbacks: [/acs]', pages, async (meeting) => {
      const { other, context, page } = meeting
      await page.goto(other.origin)
      await (await frameWith(page, /Sign in/)).click('button')
      await frameWith(page, /"user":null/)
      assert.deepEqual(await context.cookies(), [])
    }))
})
