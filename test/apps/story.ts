/**
 * A visit in Chromium, step by step, and what the browser holds after each: the evidence of what a product does by
 * itself, and of what it does behind the gateway.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { BrowserContext, Page, Response } from 'playwright-core'
import { scriptCookies } from '../../attacks/lib/chromium.ts'
import type { Pair } from '../../attacks/lib/jar.ts'
import { at, attackerGets } from '../../attacks/lib/people.ts'
import type { Product } from './product.ts'

export interface Step {
  readonly name: string
  /** All that the browser holds, of whatever path, HttpOnly or not. */
  readonly cookies: readonly Held[]
  /** Names in `document.cookie`. */
  readonly script: readonly string[]
  /** Whether the browser's cookies open the member's page. */
  readonly signedIn: boolean
}

export type Held = { name: string; value: string; guards: string; persistent: boolean }

export interface Story {
  readonly steps: readonly Step[]
  /** Whether what a stranger held opens the member's page after the sign-in that was made with it. */
  readonly strangersCookiesOpen: boolean
  /** Whether what the member held opens it after sign-out. */
  readonly oldCookiesOpen: boolean
  /** Names in every Set-Cookie line that crossed the wire to the browser. */
  readonly sent: readonly string[]
  /** Answers in whose address, redirect or text the product's id is (`idsOutside`). */
  readonly withIds: readonly string[]
  /** Requests that went wrong: `404 GET /favicon.ico`. */
  readonly failures: readonly string[]
}

/** @param after - is told of each step as soon as it is done */
export async function tellStory(
  product: Product,
  url: string,
  context: BrowserContext,
  after: (step: Step) => Promise<void> = async () => {},
): Promise<Story> {
  const { person, places } = product
  const { victim } = places.users
  const target = { ...places, url, address: '127.0.0.1' }
  const opens = async (pairs: Pair[]) =>
    (await attackerGets(target, at(target, places.whoami), pairs)).body.includes(victim.name)
  const page = await context.newPage()
  const wire = listen(page, url, product.idsOutside)
  const steps: Step[] = []

  // Of whatever path: the jar is one site's alone.
  const held = async () => (await context.cookies()).map(heldFrom)
  const take = async (name: string, does: () => Promise<unknown>) => {
    await does()
    await wire.read()
    const cookies = await held()
    const signedIn = await opens(pairsOf(cookies))
    const step: Step = { name, cookies, script: namesOf(await scriptCookies(page)), signedIn }
    steps.push(step)
    await after(step)
    return pairsOf(cookies)
  }

  const stranger = await take('looks at the sign-in page', async () => {
    await page.goto(`${url}/`)
    await wire.read()
    await page.goto(url + places.signIn(victim).page)
  })
  await take('signs in with a wrong password', () => person.signIn(page, url, { ...victim, password: 'not-it' }))
  const member = await take('signs in', () => person.signIn(page, url, victim))
  const strangersCookiesOpen = stranger.length > 0 && (await opens(stranger))
  const word = `entry-${randomUUID().slice(0, 8)}`
  await take('works', () => person.work(page, url, word))
  if (person.upload) await take('uploads a file', () => uploadsAndReads(product, page, url))
  const last = pairsOf(await held())
  await take('signs out', () => person.signOut(page, url))
  const oldCookiesOpen = (await opens(member)) || (await opens(last))
  await wire.read()
  await page.close()
  return { steps, strangersCookiesOpen, oldCookiesOpen, ...wire.seen() }
}

/** What comes back is what was sent, byte for byte. */
async function uploadsAndReads({ person }: Product, page: Page, url: string): Promise<void> {
  const file = { name: `upload-${randomUUID().slice(0, 8)}.png`, mimeType: 'image/png', buffer: pngOf(40_000) }
  const address = await person.upload!(page, url, file)
  const body = await page.evaluate(`fetch(${JSON.stringify(address)}).then((answer) => answer.arrayBuffer())
    .then((bytes) => Array.from(new Uint8Array(bytes)))`)
  assert.ok(Buffer.from(body as number[]).equals(file.buffer), `${address} is not the file that was uploaded`)
}

/** An image of one pixel with a long tail, since products look at what they are given. */
function pngOf(size: number): Buffer {
  const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  return Buffer.concat([Buffer.from(pixel, 'base64'), Buffer.from(Array.from({ length: size }, (_, i) => i % 256))])
}

interface Wire {
  /** Resolves when all that came was read: a browser forgets what it was sent when it goes on. */
  read(): Promise<void>
  seen(): Pick<Story, 'sent' | 'withIds' | 'failures'>
}

/** Notes what goes wrong, which cookies are set, and where an id is written. */
function listen(page: Page, url: string, ids: RegExp | undefined): Wire {
  const sent = new Set<string>()
  const failures = new Set<string>()
  const withIds = new Set<string>()
  const reading: Promise<void>[] = []
  const read = async (response: Response) => {
    const { pathname } = new URL(response.url())
    if (response.status() >= 400) failures.add(`${response.status()} ${response.request().method()} ${pathname}`)
    for (const { name, value } of await response.headersArray().catch(() => [])) {
      if (name.toLowerCase() !== 'set-cookie') continue
      for (const line of value.split('\n')) sent.add(line.slice(0, line.indexOf('=')))
    }
    if (ids === undefined) return
    // A redirect has no body that could be read.
    const text = await response.text().catch(() => '')
    const place = (await response.headerValue('location').catch(() => null)) ?? ''
    if ([response.url(), place, text].some((where) => ids.test(where))) withIds.add(pathname)
  }
  page.on('response', (response) => {
    if (response.url().startsWith(url)) reading.push(read(response))
  })
  page.on('pageerror', (error) => failures.add(`script: ${error.message}`))
  return {
    read: async () => {
      await Promise.all(reading)
    },
    seen: () => ({ sent: [...sent].sort(), withIds: [...withIds].sort(), failures: [...failures].sort() }),
  }
}

type BrowserCookie = Awaited<ReturnType<BrowserContext['cookies']>>[number]

function heldFrom({ name, value, httpOnly, secure, sameSite, expires, domain, path }: BrowserCookie): Held {
  const guards = [httpOnly && 'HttpOnly', secure && 'Secure', sameSite !== 'None' && `SameSite=${sameSite}`]
  if (domain.startsWith('.')) guards.push(`Domain=${domain}`)
  if (path !== '/') guards.push(`Path=${path}`)
  return { name, value, guards: guards.filter(Boolean).join(' '), persistent: expires !== -1 }
}

function pairsOf(cookies: readonly Held[]): Pair[] {
  return cookies.map(({ name, value }): Pair => [name, value])
}

function namesOf(cookieString: string): string[] {
  return cookieString
    .split('; ')
    .filter(Boolean)
    .map((pair) => pair.slice(0, pair.indexOf('=')))
}

/** The steps as lines of a table; a value is told apart from others by its beginning. */
export function storyTable(story: Story): string {
  const lines = story.steps.map(({ name, cookies, script, signedIn }) => {
    const jar = cookies.map((cookie) => `${cookie.name}=${cookie.value.slice(0, 6)}… ${cookie.guards}`)
    return [
      `${name.padEnd(32)} ${signedIn ? 'member' : 'nobody'}  script: ${script.join(', ') || 'nothing'}`,
      ...jar.map((line) => `${' '.repeat(34)}${line}`),
    ].join('\n')
  })
  const verdicts = [
    `a stranger's cookies open the product after sign-in: ${story.strangersCookiesOpen ? 'yes' : 'no'}`,
    `a member's cookies open it after sign-out: ${story.oldCookiesOpen ? 'yes' : 'no'}`,
    `the product's id is in: ${story.withIds.join(', ') || 'nothing'}`,
    `went wrong: ${story.failures.join(', ') || 'nothing'}`,
  ]
  return [...lines, ...verdicts].join('\n')
}
