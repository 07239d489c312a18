/**
 * The real browser: Debian's Chromium, driven by playwright-core. And what a person does in it on the leaky shop.
 *
 * Names below `.localhost` lead to the own machine, are sites of their own, and are trusted as https is (Secure cookies,
 * Sec-Fetch headers). So one machine can be the shop, the attacker and the victim.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { User } from '../target.ts'
import type { Pair } from './jar.ts'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * With the back/forward cache, which playwright turns off and people have.
 *
 * @param home - a folder for what it keeps beside its profile, which is a temporary one anyway
 * @param more - further flags
 */
export function launchChromium(executablePath: string, home: string, more: string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [...FLAGS, ...more],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: home },
  })
}

export async function signInBy(page: Page, shop: string, user: User): Promise<void> {
  await page.goto(`${shop}/login`)
  await sendSignIn(page, user)
}

/** On the sign-in page, as it stands. */
export async function sendSignIn(page: Page, { name, password }: User): Promise<void> {
  await page.fill('input[name=user]', name)
  await page.fill('input[name=password]', password)
  await send(page, 'form.panel button')
}

export async function orderBy(page: Page, shop: string, card: string): Promise<void> {
  await page.goto(`${shop}/checkout`)
  await page.fill('input[name=card]', card)
  await send(page, 'form.panel button')
}

export async function signOutBy(page: Page): Promise<void> {
  await send(page, 'nav form[action="/logout"] button')
}

/** Presses the button, and waits for the page that comes of it. */
async function send(page: Page, button: string): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.click(button)])
}

/** What can be read on a page. */
export function textOf(page: Page): Promise<string> {
  return page.locator('body').innerText()
}

/** What the shop calls the one who asks, in a tab of its own. */
export async function whoIs(context: BrowserContext, shop: string): Promise<string | null> {
  const page = await context.newPage()
  await page.goto(`${shop}/whoami`)
  const { user } = JSON.parse(await textOf(page)) as { user: string | null }
  await page.close()
  return user
}

export function scriptCookies(page: Page): Promise<string> {
  return page.evaluate('document.cookie')
}

/** All that the browser would send there, HttpOnly or not. */
export async function cookiesFor(context: BrowserContext, url: string): Promise<Pair[]> {
  return (await context.cookies(url)).map(({ name, value }): Pair => [name, value])
}

export function pairsOf(cookieString: string): Pair[] {
  return cookieString
    .split('; ')
    .filter(Boolean)
    .map((pair): Pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])
}

export type AttackersPage = { url: string; close(): Promise<void> }

/** A page on another site that sends a form as soon as somebody looks at it. */
export async function startAttackersPage(action: string, fields: Record<string, string>): Promise<AttackersPage> {
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`)
  return startAttackersSite(`<form method="post" action="${action}">${inputs.join('')}</form>
<script>document.forms[0].submit()</script>`)
}

/** A page on another site with a link. */
export async function startAttackersLink(href: string): Promise<AttackersPage> {
  return startAttackersSite(`<a href="${href}">Click here</a>`)
}

async function startAttackersSite(body: string): Promise<AttackersPage> {
  const html = `<!doctype html><title>You win</title>${body}`
  const server = createServer((_req, res) => res.writeHead(200, { 'Content-Type': 'text/html' }).end(html))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://attacker.localhost:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
