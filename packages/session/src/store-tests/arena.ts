import type { TestContext } from 'node:test'
import type { SessionsOptions } from '../options.ts'
import type { Store } from '../store.ts'
import { type Watched, watched } from '../testing/around.ts'
import { FakeBrowser } from '../testing/fake-exchange.ts'
import { type Basket, FakeClock, type Site, siteOn } from '../testing/site.ts'
import { type OpenStore, openedTwice } from './under-test.ts'

/** One site in two processes: what they do in between each other's calls is what these tests are about. */
export interface Arena {
  readonly clock: FakeClock
  readonly here: Site
  readonly there: Site
  /** The calls of `here` to its store. */
  readonly watch: Watched
  /** The store of `here`, not watched. */
  readonly store: Store
  settled(): Promise<void>
}

export async function arena(
  t: TestContext,
  open: OpenStore,
  options: Partial<SessionsOptions<Basket>> = {},
): Promise<Arena> {
  const sites: Site[] = []
  t.after(() => Promise.all(sites.map((site) => site.close({ keepStore: true }))))
  const { store, other, settled } = await openedTwice(t, open)
  const clock = new FakeClock()
  const watch = watched(store)
  const here = siteOn(watch.store, clock, options)
  const there = siteOn(other, clock, options)
  sites.push(here, there)
  return { clock, here, there, watch, store, settled }
}

/** A browser in which a user is signed in, with one item counted. */
export async function signedIn(site: Site, user = 'alice'): Promise<FakeBrowser> {
  const browser = new FakeBrowser()
  await browser.visit(site, async (session) => {
    await session.signIn(user)
    await session.update((data) => void data.n++)
  })
  return browser
}
