/**
 * What applications say of caching, and what real caches make of it: each of these was seen to hand one user's page to a
 * stranger. Behind coatcheck it may say any of them (R3).
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type Gateway, parseConfig, startGateway } from '@coatcheck/gateway'
import { requireServers } from '../test/servers/servers.ts'
import { Browser } from './lib/browser.ts'
import type { Cache } from './lib/cache.ts'
import { type CarelessSite, PERSONAL, startCarelessSite } from './lib/careless.ts'
import { type Header, headerLines } from './lib/http.ts'
import { apache, nginxKeepingAll } from './lib/real-caches/all.ts'
import { startRealCache } from './lib/real-caches/start.ts'
import { isHit } from './lib/shared-cache.ts'

const { skip } = await requireServers('nginx', 'apache2')
const hourAgo = new Date(Date.now() - 3600_000).toUTCString()
const inAnHour = new Date(Date.now() + 3600_000).toUTCString()

type Leak = 'nginx' | 'Apache'

const sayings: [sentence: string, leaks: Leak[], headers: Header[]][] = [
  ['nothing at all', ['nginx'], []],
  ['public', ['nginx'], [['Cache-Control', 'public']]],
  ['a bare max-age', ['nginx', 'Apache'], [['Cache-Control', 'max-age=60']]],
  ['must-revalidate', ['nginx'], [['Cache-Control', 'must-revalidate']]],
  ['Expires', ['nginx', 'Apache'], [['Expires', inAnHour]]],
  ['only Last-Modified', ['nginx', 'Apache'], [['Last-Modified', hourAgo]]],
  ['only ETag', ['nginx', 'Apache'], [['ETag', '"1"']]],
  ['private with a field name', ['Apache'], [['Cache-Control', 'private="set-cookie", max-age=60']]],
  ['no-store with a field name', ['Apache'], [['Cache-Control', 'no-store="x", max-age=60']]],
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
    ['nginx', 'Apache'],
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
    const pair = async (url: string): Promise<Record<Leak, Cache>> => {
      const [first, second] = await Promise.all([startRealCache(nginxKeepingAll, url), startRealCache(apache, url)])
      return { nginx: first, Apache: second }
    }
    ;[alone, behind] = await Promise.all([pair(site.url), pair(guarded)])
  })

  after(async () => {
    for (const cache of [alone, behind].flatMap((pair) => Object.values(pair ?? {}))) await cache.close()
    await gateway?.close()
    await site?.close()
  })

  test('R3: a public image is a cache hit, behind coatcheck as well', async () => {
    for (const { url } of [...Object.values(alone), ...Object.values(behind)]) assert.ok(await isCached(url), url)
  })

  for (const [i, [sentence, leaks]] of sayings.entries()) {
    const path = `/page/${i}`

    test(`${sentence}: a stranger gets the page from ${leaks.join(' and ')}`, async () => {
      for (const name of ['nginx', 'Apache'] as const) {
        assert.equal(await strangerGets(alone[name].url, path), leaks.includes(name), name)
      }
    })

    test(`R3: ${sentence}: behind coatcheck nobody else gets it`, async () => {
      for (const { url } of Object.values(behind)) assert.equal(await strangerGets(url, path), false, url)
    })
  }
})

async function isCached(url: string): Promise<boolean> {
  const address = `${url}/images/${randomUUID()}`
  await new Browser().load(address)
  return isHit(await new Browser().load(address))
}

/** The victim first, at an address nobody has asked for; then a stranger, who gets neither her page nor a cookie. */
async function strangerGets(url: string, path: string): Promise<boolean> {
  const address = `${url}${path}/${randomUUID()}`
  const victim = new Browser()
  await victim.load(`${url}/enter`)
  assert.equal((await victim.load(address)).body, PERSONAL)
  const page = await new Browser().load(address)
  return page.body === PERSONAL || headerLines(page, 'set-cookie').length > 0
}
