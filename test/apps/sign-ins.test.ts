/**
 * The ways to sign in that the products have not, in Chromium: seen by fetch, by JSON, by 200 without a redirect, by a
 * multipart form, in two steps. Neither a wrong password nor the first of two steps is taken for success.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { cookiesFor, launchChromium } from '../../attacks/lib/chromium.ts'
import type { Pair } from '../../attacks/lib/jar.ts'
import { requireServers } from '../servers/servers.ts'
import { signedIn, startCoatcheck } from './coatcheck.ts'
import { alice, type Site, startSite } from './sign-ins/site.ts'

type Way = {
  name: string
  /** Absent: nobody says how people sign in there. */
  login?: string
  /** What is typed, and the page or the text that came of it. */
  signIn(page: Page, url: string, password: string): Promise<unknown>
  /** The second step. */
  enterCode?(page: Page, code: string): Promise<unknown>
}

const ways: Way[] = [
  {
    name: 'a fetch of JSON, answered with 200 either way',
    login: '{ path: /api/sign-in, user: { field: credentials.email }, success: { status: [200], setsCookie: ticket } }',
    signIn: (page, url, password) => send(page, url, '/api/sign-in', { credentials: { email: alice.name, password } }),
  },
  {
    name: 'a fetch of JSON, answered with 204 and no other cookie',
    login: '{ path: /api/session, user: { field: user }, success: { status: [204] } }',
    signIn: (page, url, password) => send(page, url, '/api/session', { user: alice.name, password }),
  },
  {
    name: 'a multipart form with a picture, answered with a page either way',
    login: '{ path: /members, user: { field: name }, success: { status: [200], setsCookie: ticket } }',
    async signIn(page, url, password) {
      await page.goto(`${url}/members`)
      await page.setInputFiles('input[type=file]', {
        name: 'me.png',
        mimeType: 'image/png',
        buffer: Buffer.alloc(9000),
      })
      await fill(page, { name: alice.name, password })
    },
  },
  {
    name: 'two forms, the second with a code',
    login: `[{ path: /password, user: { field: name }, success: { setsCookie: ticket },
        continues: { status: [302], location: /code } },
      { path: /code, user: { remembered: true }, success: { status: [302], setsCookie: ticket } }]`,
    async signIn(page, url, password) {
      await page.goto(`${url}/password`)
      await fill(page, { name: alice.name, password })
    },
    enterCode: (page, code) => fill(page, { code }),
  },
  {
    name: 'two fetches of JSON, the second with a code',
    login: `[{ path: /api/password, user: { field: user }, success: { setsCookie: ticket }, continues: { status: [202] } },
      { path: /api/code, user: { remembered: true }, success: { status: [200], setsCookie: ticket } }]`,
    signIn: (page, url, password) => send(page, url, '/api/password', { user: alice.name, password }),
    enterCode: (page, code) => send(page, new URL(page.url()).origin, '/api/code', { code }),
  },
]

const { skip, paths } = await requireServers('chromium')

describe('sign-ins of every kind, in Chromium', { skip, timeout: 120_000 }, () => {
  let site: Site
  let chromium: Browser
  let home: string

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'chromium-'))
    site = await startSite()
    chromium = await launchChromium(paths.chromium, home)
  })
  after(async () => {
    await chromium?.close()
    await site?.close()
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  })

  const visit = async (steps: (context: BrowserContext, page: Page) => Promise<void>) => {
    const context = await chromium.newContext()
    context.setDefaultTimeout(20_000)
    try {
      await steps(context, await context.newPage())
    } finally {
      await context.close()
    }
  }

  for (const { name, login, signIn, enterCode } of ways) {
    test(`F3: directly, by ${name}: what a stranger's cookies were, alice's are`, () =>
      visit(async (context, page) => {
        await page.goto(site.url)
        const planted = await cookiesFor(context, site.url)
        await signIn(page, site.url, alice.password)
        await enterCode?.(page, alice.code)
        assert.equal(await whoIs(context, site.url), 'alice')
        assert.equal(await opens(site.url, planted), 'alice')
      }))

    test(`G2, G3: behind coatcheck, by ${name}`, () =>
      visit(async (context, page) => {
        const upstream = site.url.replace('localhost', '127.0.0.1')
        const coatcheck = await startCoatcheck(upstream, {
          preset: 'generic',
          login: login!,
          logout: '{ path: /sign-out }',
        })
        const { url, events } = coatcheck
        /** Nobody, and nobody's session is listed. */
        const isNobody = async (when: string) => {
          assert.deepEqual(signedIn(events), [], when)
          assert.equal(await whoIs(context, url), 'nobody', when)
          assert.equal(await coatcheck.countOf(alice.name), 0, when)
          assert.deepEqual(await namesHeld(context, url), ['__Host-Http-sid'], when)
        }
        try {
          await page.goto(url)
          const planted = await cookiesFor(context, url)
          await isNobody('as a stranger')
          await signIn(page, url, 'not-it')
          await isNobody('after a wrong password')
          await signIn(page, url, alice.password)
          if (enterCode) {
            await isNobody('between the steps')
            await enterCode(page, '000000')
            await isNobody('after a wrong code')
            await enterCode(page, alice.code)
          }
          assert.deepEqual(signedIn(events), ['alice'])
          assert.equal(await whoIs(context, url), 'alice')
          assert.equal(await coatcheck.countOf(alice.name), 1)
          assert.deepEqual(await namesHeld(context, url), ['__Host-Http-sid'])
          assert.equal(await opens(url, planted), 'nobody', 'F3: the token from before the sign-in')
          const frozen = await cookiesFor(context, url)
          assert.equal(await opens(url, frozen), 'alice')
          await page.goto(`${url}/sign-out`)
          assert.equal(await opens(url, frozen), 'nobody', 'F4: the token from before the sign-out')
          assert.equal(await whoIs(context, url), 'nobody')
          assert.deepEqual(signedIn(events), ['alice'])
        } finally {
          await coatcheck.close()
        }
      }))
  }

  // What G3 promises where no rule is given: at the answer that brings a new cookie the token changes.
  test('G3: behind coatcheck, by a fetch of JSON that no rule describes: the token changes with its answer', () =>
    visit(async (context, page) => {
      const coatcheck = await startCoatcheck(site.url.replace('localhost', '127.0.0.1'), { preset: 'generic' })
      const { url } = coatcheck
      try {
        await page.goto(url)
        const planted = await cookiesFor(context, url)
        await ways[0]!.signIn(page, url, alice.password)
        assert.equal(await whoIs(context, url), 'alice')
        assert.equal(await opens(url, planted), 'nobody')
        assert.deepEqual(await namesHeld(context, url), ['__Host-Http-sid'])
      } finally {
        await coatcheck.close()
      }
    }))
})

/** By the page's own script, as such pages do it. */
async function send(page: Page, url: string, path: string, body: unknown): Promise<void> {
  if (!page.url().endsWith('/script')) await page.goto(`${url}/script`)
  await page.evaluate(`fetch(${JSON.stringify(path)}, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: ${JSON.stringify(JSON.stringify(body))}
  }).then((answer) => answer.text())`)
}

async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.fill(`input[name=${name}]`, value)
  await Promise.all([page.waitForEvent('load'), page.click('button')])
}

async function whoIs(context: BrowserContext, url: string): Promise<string> {
  const page = await context.newPage()
  await page.goto(url)
  const who = namedIn(await page.content())
  await page.close()
  return who
}

/** To somebody else who sends these cookies. */
async function opens(url: string, cookies: readonly Pair[]): Promise<string> {
  const headers = { Cookie: cookies.map(([name, value]) => `${name}=${value}`).join('; '), 'Sec-Fetch-Site': 'none' }
  return namedIn(await (await fetch(url, { headers })).text())
}

function namedIn(html: string): string {
  return /This is (\w+)/.exec(html)?.[1] ?? 'nobody'
}

async function namesHeld(context: BrowserContext, url: string): Promise<string[]> {
  return (await cookiesFor(context, url)).map(([name]) => name)
}
