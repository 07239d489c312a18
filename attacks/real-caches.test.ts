/**
 * F2 through real shared caches, nginx, Apache httpd, Squid, Varnish and HAProxy: the seed's nine steps, and another user's page. In every run a
 * public image has to come from the cache, through the gateway as well: a cache that keeps nothing would prove nothing.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Attack, Report, Verdict } from './attack.ts'
import { cachedCookie } from './f2-cached-cookie.ts'
import { cachedPage } from './f2-cached-page.ts'
import {
  allCaches,
  apache,
  apacheKeepingPrivate,
  deaf,
  haproxy,
  nginx,
  nginxIgnoringSetCookie,
  nginxKeepingAll,
  squid,
  squidIgnoringPrivate,
  varnish,
  varnishIgnoringCookies,
  varnishIgnoringSetCookie,
  varnishKeepingSetCookie,
} from './lib/real-caches/all.ts'
import { type RealCache, realCacheServers, startRealCache } from './lib/real-caches/start.ts'
import type { Running } from './scenario.ts'
import { startLeakyProtected, startLeakyTarget } from './scenarios/leaky.ts'

const { skip } = await realCacheServers()
const side = { skip, concurrency: 4, timeout: 120_000 }

async function carryOut(attack: Attack, kind: RealCache, start: (attack: Attack) => Promise<Running>): Promise<Report> {
  const site = await start(attack)
  try {
    const cache = await startRealCache(kind, site.url)
    try {
      return await attack.run({ ...site, front: cache.url })
    } finally {
      await cache.close()
    }
  } finally {
    await site.close()
  }
}

function judge({ verdict, evidence, notes }: Report, expected: Verdict): void {
  assert.equal(verdict, expected, evidence)
  assert.ok(notes?.includes('a public image is a cache hit'), `${notes?.join('\n')}`)
}

describe('F2: the leaky shop behind a real cache', side, () => {
  const cases: [cache: RealCache, cookie: Verdict, page: Verdict][] = [
    // By default nginx keeps nothing that has Set-Cookie. The page goes to strangers all the same.
    [nginx, 'failed', 'succeeded'],
    [nginxIgnoringSetCookie, 'succeeded', 'succeeded'],
    [nginxKeepingAll, 'succeeded', 'succeeded'],
    [apache, 'succeeded', 'succeeded'],
    [apacheKeepingPrivate, 'succeeded', 'succeeded'],
    [squid, 'failed', 'succeeded'],
    [squidIgnoringPrivate, 'failed', 'succeeded'],
    [varnish, 'failed', 'failed'],
    [varnishIgnoringCookies, 'failed', 'succeeded'],
    [varnishIgnoringSetCookie, 'failed', 'succeeded'],
    [varnishKeepingSetCookie, 'succeeded', 'succeeded'],
    [haproxy, 'succeeded', 'succeeded'],
  ]
  for (const [cache, cookie, page] of cases) {
    const direct = (attack: Attack) => carryOut(attack, cache, startLeakyTarget)
    test(`${cache.name}: the seed's nine steps: ${cookie}`, async () => judge(await direct(cachedCookie), cookie))
    test(`${cache.name}: another user's page: ${page}`, async () => judge(await direct(cachedPage), page))
  }
})

describe('F2, R2, R3: the leaky shop behind coatcheck, and that behind a real cache', side, () => {
  for (const cache of allCaches) {
    for (const attack of [cachedCookie, cachedPage]) {
      const title = `${cache.name}: ${attack === cachedCookie ? "the seed's nine steps" : "another user's page"}: failed`
      test(title, async () => judge(await carryOut(attack, cache, startLeakyProtected), 'failed'))
    }
  }
})

describe('F2: a cache that is told not to listen hands out every page, whatever stands behind it', side, () => {
  for (const cache of deaf) {
    for (const start of [startLeakyTarget, startLeakyProtected]) {
      test(`${cache.name}, ${start === startLeakyTarget ? 'alone' : 'and coatcheck'}`, async () => {
        const { verdict, evidence } = await carryOut(cachedPage, cache, start)
        assert.equal(verdict, 'undecided')
        assert.match(evidence, /^the site shows it to anybody: /)
      })
    }
  }
})
