/**
 * Pages for strangers, kept by real caches in front of coatcheck (`anonymousCaching`). The seed's nine steps fail all the
 * same, a stranger's page comes from the cache, and whoever is signed in gets his own.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { type Gateway, parseConfig, startGateway } from '@coatcheck/gateway'
import { cachedCookie } from './f2-cached-cookie.ts'
import { cachedPage } from './f2-cached-page.ts'
import { Browser } from './lib/browser.ts'
import type { Cache } from './lib/cache.ts'
import { headerLines } from './lib/http.ts'
import { allCaches as caches, haproxy } from './lib/real-caches/all.ts'
import { realCacheServers, startRealCache } from './lib/real-caches/start.ts'
import { isHit } from './lib/shared-cache.ts'
import { startLeakyProtected } from './scenarios/leaky.ts'

const { skip } = await realCacheServers()
const STRANGERS = 'Come in, whoever you are.'
const PERSONAL = 'These are the letters of alice.'

describe('F2: strangers’ pages may be cached, and the attacks fail', { skip, concurrency: 4, timeout: 120_000 }, () => {
  for (const cache of caches) {
    for (const attack of [cachedCookie, cachedPage]) {
      test(`F2, R3: ${cache.name}: ${attack.name}`, async () => {
        const site = await startLeakyProtected(attack, undefined, {}, { anonymousCaching: 'true' })
        try {
          const front = await startRealCache(cache, site.url)
          try {
            const { verdict, evidence, notes } = await attack.run({ ...site, front: front.url })
            assert.equal(verdict, 'failed', evidence)
            assert.ok(notes?.includes('a public image is a cache hit'), `${notes?.join('\n')}`)
          } finally {
            await front.close()
          }
        } finally {
          await site.close()
        }
      })
    }
  }
})

describe('F2: an address that is a stranger’s page and a personal one', { skip, timeout: 120_000 }, () => {
  let gateway: Gateway
  let close: () => void
  let fronts: Cache[] = []

  before(async () => {
    // It says public to everybody, alice included: as careless as a site can be.
    const site = createServer((req, res) => {
      if (req.url === '/enter') {
        res.writeHead(200, { 'Set-Cookie': 'member=alice; Path=/', 'Cache-Control': 'public' }).end('Welcome.')
        return
      }
      res.writeHead(200, { 'Cache-Control': 'public, max-age=600', 'Last-Modified': new Date(0).toUTCString() })
      res.end(/\bmember=alice\b/.test(req.headers.cookie ?? '') ? PERSONAL : STRANGERS)
    })
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    close = () => {
      site.close()
      site.closeAllConnections()
    }
    const upstream = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
    const text = `listen: [http://127.0.0.1:0]\nsites: [{ upstream: ${upstream}, anonymousCaching: true }]\n`
    gateway = await startGateway(parseConfig(text, 'the site', import.meta.dirname))
    const guarded = `http://127.0.0.1:${gateway.listeners[0]!.port}`
    fronts = await Promise.all(caches.map((cache) => startRealCache(cache, guarded)))
  })

  after(async () => {
    for (const front of fronts) await front.close()
    await gateway?.close()
    close?.()
  })

  for (const [i, { name }] of caches.entries()) {
    test(`F2, R3: ${name}: strangers share theirs, and nobody gets another’s`, async () => {
      const { url } = fronts[i]!
      const stranger = () => new Browser()
      const alice = new Browser()
      await alice.load(`${url}/enter`)
      for (const aliceFirst of [true, false]) {
        const page = `${url}/${randomUUID()}`
        if (aliceFirst) assert.equal((await alice.load(page)).body, PERSONAL)
        assert.equal((await stranger().load(page)).body, STRANGERS)
        const second = await stranger().load(page)
        // HAProxy keeps nothing that varies by cookie.
        assert.deepEqual([second.body, isHit(second)], [STRANGERS, name !== haproxy.name], 'from the cache')
        assert.equal((await alice.load(page)).body, PERSONAL, 'hers, beside what is kept for strangers')
        const third = await stranger().load(page)
        assert.equal(third.body, STRANGERS)
        assert.deepEqual(headerLines(third, 'set-cookie'), [])
      }
    })
  }
})
