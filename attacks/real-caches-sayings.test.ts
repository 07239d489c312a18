/**
 * What applications say of caching, and what real caches make of it: each of these was seen to hand one user's page to a
 * stranger. Behind coatcheck it may say any of them (R3).
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type Gateway, parseConfig, startGateway } from '@coatcheck/gateway'
import { Browser } from './lib/browser.ts'
import type { Cache } from './lib/cache.ts'
import { type CarelessSite, PERSONAL, startCarelessSite } from './lib/careless.ts'
import { type Header, headerLines } from './lib/http.ts'
import {
  apache,
  haproxy,
  nginxKeepingAll,
  squidIgnoringPrivate,
  varnishIgnoringCookies,
} from './lib/real-caches/all.ts'
import { realCacheServers, startRealCache } from './lib/real-caches/start.ts'
import { isHit } from './lib/shared-cache.ts'

const { skip } = await realCacheServers()
const hourAgo = new Date(Date.now() - 3600_000).toUTCString()
const inAnHour = new Date(Date.now() + 3600_000).toUTCString()

const kinds = {
  nginx: nginxKeepingAll,
  Apache: apache,
  Squid: squidIgnoringPrivate,
  Varnish: varnishIgnoringCookies,
  HAProxy: haproxy,
}

type Leak = keyof typeof kinds

const sayings: [sentence: string, leaks: Leak[], headers: Header[]][] = [
  ['nothing at all', ['nginx', 'Squid', 'Varnish'], []],
  ['public', ['nginx', 'Squid', 'Varnish'], [['Cache-Control', 'public']]],
  ['a bare max-age', ['nginx', 'Apache', 'Squid', 'Varnish', 'HAProxy'], [['Cache-Control', 'max-age=60']]],
  ['must-revalidate', ['nginx', 'Squid', 'Varnish'], [['Cache-Control', 'must-revalidate']]],
  ['Expires', ['nginx', 'Apache', 'Squid', 'Varnish', 'HAProxy'], [['Expires', inAnHour]]],
  ['only Last-Modified', ['nginx', 'Apache', 'Squid', 'Varnish', 'HAProxy'], [['Last-Modified', hourAgo]]],
  ['only ETag', ['nginx', 'Apache', 'Squid', 'Varnish', 'HAProxy'], [['ETag', '"1"']]],
  ['private with a field name', ['Apache', 'HAProxy'], [['Cache-Control', 'private="set-cookie", max-age=60']]],
  ['no-store with a field name', ['Apache', 'Squid', 'HAProxy'], [['Cache-Control', 'no-store="x", max-age=60']]],
  [
    'X-Accel-Expires beside private, no-store',
    ['nginx'],
    [
      ['X-Accel-Expires', '60'],
      ['Cache-Control', 'private, no-store'],
    ],
  ],
  [
    'Set-Cookie with max-age',
    ['nginx', 'Apache', 'Squid', 'HAProxy'],
    [
      ['Cache-Control', 'max-age=60'],
      ['Set-Cookie', 'seen=1; Path=/'],
    ],
  ],
]

describe('what an application says of caching, through real caches', { skip, timeout: 60_000 }, () => {
  let site: CarelessSite
  let gateway: Gateway
  let alone: Record<Leak, Cache>
  let behind: Record<Leak, Cache>

  before(async () => {
    site = await startCarelessSite(sayings.map(([, , headers]) => headers))
    const text = `listen: [http://127.0.0.1:0]\nstore: 'memory:'\nsites: [{ upstream: ${site.url}, public: [/images/*] }]\n`
    gateway = await startGateway(parseConfig(text, 'the careless site', import.meta.dirname))
    const guarded = `http://127.0.0.1:${gateway.listeners[0]!.port}`
    const all = async (url: string): Promise<Record<Leak, Cache>> => {
      const started = Object.entries(kinds).map(
        async ([name, kind]) => [name, await startRealCache(kind, url)] as const,
      )
      return Object.fromEntries(await Promise.all(started)) as Record<Leak, Cache>
    }
    ;[alone, behind] = await Promise.all([all(site.url), all(guarded)])
  })

  after(async () => {
    for (const cache of [alone, behind].flatMap((caches) => Object.values(caches ?? {}))) await cache.close()
    await gateway?.close()
    await site?.close()
  })

  test('R3: a public image is a cache hit, behind coatcheck as well', async () => {
    for (const { url } of [...Object.values(alone), ...Object.values(behind)]) assert.ok(await isCached(url), url)
  })

  // The administrator's Squid ignores no-store, and was seen to keep such a page while it said no more than that.
  test('R2: the page that comes with the cookie is nobody else’s', async () => {
    const got: string[] = []
    for (const [name, { url }] of Object.entries(behind)) {
      const address = `${url}/link/${randomUUID()}`
      assert.equal((await new Browser().load(address)).body, PERSONAL)
      if (isHit(await new Browser().load(address))) got.push(name)
    }
    assert.deepEqual(got, [])
  })

  for (const [i, [sentence, leaks]] of sayings.entries()) {
    const path = `/page/${i}`

    test(`${sentence}: a stranger gets the page from ${listed(leaks)}`, async () => {
      const got: string[] = []
      for (const [name, { url }] of Object.entries(alone)) if (await strangerGets(url, path)) got.push(name)
      assert.deepEqual(got, leaks)
    })

    test(`R3: ${sentence}: behind coatcheck nobody else gets it`, async () => {
      for (const { url } of Object.values(behind)) assert.equal(await strangerGets(url, path), false, url)
    })
  }
})

function listed(names: readonly string[]): string {
  return names.join(', ').replace(/, (?=[^,]*$)/, ' and ')
}

async function isCached(url: string): Promise<boolean> {
  const address = `${url}/images/${randomUUID()}`
  await new Browser().load(address)
  return isHit(await new Browser().load(address))
}

/** The victim first, at an address nobody has asked for; then a stranger, who gets neither her page nor a cookie. */
async function strangerGets(url: string, path: string): Promise<boolean> {
  const address = `${url}${path}/${randomUUID()}`
  const victim = new Browser()
  await victim.load(`${url}/enter/${randomUUID()}`)
  assert.equal((await victim.load(address)).body, PERSONAL)
  const page = await new Browser().load(address)
  return page.body === PERSONAL || headerLines(page, 'set-cookie').length > 0
}
