/** What F2's attacks share: both clients' way through one cache. */
import { randomUUID } from 'node:crypto'
import type { Outcome } from '../attack.ts'
import type { Target } from '../target.ts'
import { Browser, type Page } from './browser.ts'
import { startCache } from './cache.ts'
import { header } from './http.ts'
import { at, withQuery } from './people.ts'

/** Runs the steps through the target's own front, or else through a cache that is put before it. */
export async function throughCache(target: Target, steps: (target: Target) => Promise<Outcome>): Promise<Outcome> {
  if (target.front) return steps({ ...target, url: target.front })
  const cache = await startCache(target)
  try {
    return await steps({ ...target, url: cache.url, address: undefined })
  } finally {
    await cache.close()
  }
}

/** An address that nobody has asked for: what comes from a cache then was put there in this very run. */
export function unasked(target: Target, path: string): string {
  return withQuery(at(target, path), `fresh=${randomUUID()}`)
}

export function isHit(page: Page): boolean {
  const said = ['x-cache', 'x-cache-status', 'cache-status'].map((name) => header(page, name) ?? '').join(' ')
  return /\bhit\b/i.test(said) || Number(header(page, 'age')) > 0
}

/** Loads what a page, or an image on a page, of the site would be loaded as. */
export function browse(target: Target, browser: Browser, url: string): Promise<Page> {
  const isImage = /\.(svg|png|gif|jpe?g|webp)(\?|$)/.test(url)
  return browser.load(url, isImage ? { from: at(target, '/'), dest: 'image' } : { from: at(target, '/') })
}

/** Whether the cache still does what it is there for: the second stranger gets a public image from it. */
export async function publicImageIsCached(target: Target): Promise<boolean> {
  const url = unasked(target, target.image)
  await browse(target, new Browser(target.address), url)
  return isHit(await browse(target, new Browser(target.address), url))
}
