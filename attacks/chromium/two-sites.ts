/** A site behind coatcheck and others on https, in one Chromium. */
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { requireServers } from '../../test/servers/servers.ts'
import { type HttpsBrowser, type HttpsSite, launchForHttps, startHttpsSite } from '../lib/https-sites.ts'
import { type Members, startMembers } from '../scenarios/members-behind-coatcheck.ts'

/** Sites of their own to a browser: each has another registrable domain. */
const SHOP = 'shop.example.test'
const OTHER = 'www.partner.test'
const THIRD = 'www.stranger.test'

const { skip, paths } = await requireServers('chromium', 'certutil')

/** What to give to `describe`. */
export const side = { skip, timeout: 60_000 }

let started: HttpsBrowser
let home: string

/** One browser for all tests of a file. */
export function useHttpsChromium(): void {
  if (skip) return
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'chromium-'))
    started = await launchForHttps(paths.chromium, paths.certutil, home, [SHOP, OTHER, THIRD])
  })
  after(async () => {
    await started?.browser.close()
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  })
}

export type Meeting = {
  shop: Members
  /** Another site, whose pages the test writes. */
  other: HttpsSite
  third: HttpsSite
  context: BrowserContext
  page: Page
}

/** A page of another site; `shop` is the shop's origin. */
export type Pages = (url: URL, shop: string, req: IncomingMessage) => string

/** @param rules - of the shop; `OTHER` in them stands for the other site's origin */
export async function meet(rules: string, pages: Pages, steps: (meeting: Meeting) => Promise<void>): Promise<void> {
  const { browser, certificate } = started
  await using stack = new AsyncDisposableStack()
  let shopsOrigin = ''
  const start = async (host: string) => {
    const site = await startHttpsSite(host, certificate, (req, res) => {
      const html = pages(new URL(req.url ?? '/', `https://${host}`), shopsOrigin, req)
      res.writeHead(200, { 'Content-Type': 'text/html' }).end(`<!doctype html><title>${host}</title><body>${html}`)
    })
    stack.defer(() => site.close())
    return site
  }
  const other = await start(OTHER)
  const third = await start(THIRD)
  const shop = await startMembers(SHOP, certificate, rules.replaceAll('OTHER', other.origin))
  stack.defer(() => shop.close())
  shopsOrigin = shop.origin
  const context = await browser.newContext()
  stack.defer(() => context.close())
  await steps({ shop, other, third, context, page: await context.newPage() })
}

/** A form that is sent as soon as the page is there. */
export function sentForm(action: string, fields: Record<string, string>, target = ''): string {
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`)
  return `<form method="post" action="${action}" target="${target}">${inputs.join('')}</form>
<script>document.forms[0].submit()</script>`
}
