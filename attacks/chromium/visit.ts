/** A visit to the leaky shop in Chromium: the shop alone or behind coatcheck, and a browser without a past. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { LeakyOptions } from '../../examples/leaky/options.ts'
import { requireServers } from '../../test/servers/servers.ts'
import type { Attack } from '../attack.ts'
import { launchChromium } from '../lib/chromium.ts'
import type { Running } from '../scenario.ts'
import { leakyShop, startLeakyProtected, startLeakyTarget } from '../scenarios/leaky.ts'

export type Visit = {
  /** `http://localhost:8080`, a name that browsers trust as they trust https. */
  shop: string
  /** The same, for programs of the attacker. */
  site: Running
  context: BrowserContext
  page: Page
}

export const { victim: alice, other: bob } = leakyShop.users

const { skip, paths } = await requireServers('chromium')

/** What to give to `describe`. */
export const side = { skip, timeout: 60_000 }

const noAttack: Attack = { name: 'none', needs: [], run: () => assert.fail('not an attack') }
let chromium: Browser
let home: string

/** One browser for all tests of a file. */
export function useChromium(): void {
  if (skip) return
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'chromium-'))
    chromium = await launchChromium(paths.chromium, home)
  })
  after(async () => {
    await chromium?.close()
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  })
}

export function newBrowser(): Promise<BrowserContext> {
  return chromium.newContext()
}

/** @param changes - of the shop's faults */
export async function directly(changes: Partial<LeakyOptions>, steps: (visit: Visit) => Promise<void>): Promise<void> {
  await visit(await startLeakyTarget(noAttack, changes), steps)
}

/** @param changes - of the shop's faults */
export async function behindCoatcheck(
  changes: Partial<LeakyOptions>,
  steps: (visit: Visit) => Promise<void>,
): Promise<void> {
  await visit(await startLeakyProtected(noAttack, 'redirect', changes), steps)
}

async function visit(site: Running, steps: (visit: Visit) => Promise<void>): Promise<void> {
  const context = await newBrowser()
  try {
    const shop = site.url.replace('127.0.0.1', 'localhost')
    await steps({ shop, site: { ...site, url: shop, address: '127.0.0.1' }, context, page: await context.newPage() })
  } finally {
    await context.close()
    await site.close()
  }
}
