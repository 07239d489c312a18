/**
 * The attacks on the seeds' own platform: a forms-authentication site on Mono, as it is and behind coatcheck. Both share
 * one running site, and no attack sees another's session.
 */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { requireServers } from '../test/servers/servers.ts'
import { attacks } from './all.ts'
import type { Attack, Report } from './attack.ts'
import { cachedCookie } from './f2-cached-cookie.ts'
import { apache } from './lib/real-caches/all.ts'
import { startRealCache } from './lib/real-caches/start.ts'
import type { Running } from './scenario.ts'
import { aspnetDirect, aspnetProtected, startAspnetProtected, startAspnetTarget } from './scenarios/aspnet.ts'
import { closeAspnetSites } from './scenarios/aspnet-sites.ts'
import type { Door } from './scenarios/behind-coatcheck.ts'

const { skip } = await requireServers('nginx', 'fastcgi-mono-server4')
const side = { skip, concurrency: 4, timeout: 180_000 }
const inapplicable = { direct: aspnetDirect.notApplicable!, behind: aspnetProtected.notApplicable! }

async function carryOut(attack: Attack, starting: Promise<Running>): Promise<Report> {
  const target = await starting
  try {
    return await attack.run(target)
  } finally {
    await target.close()
  }
}

after(closeAspnetSites)

describe('every attack that applies succeeds on ASP.NET', side, () => {
  for (const attack of attacks.filter(({ name }) => !(name in inapplicable.direct))) {
    test(attack.name, async () => {
      const { verdict, evidence } = await carryOut(attack, startAspnetTarget(attack))
      assert.equal(verdict, 'succeeded', evidence)
    })
  }
})

describe('what is said not to apply to ASP.NET fails there, or can not even be tried', side, () => {
  for (const attack of attacks.filter(({ name }) => name in inapplicable.direct)) {
    test(`${attack.name}: ${inapplicable.direct[attack.name]}`, async () => {
      const { verdict, evidence } = await carryOut(attack, startAspnetTarget(attack))
      const cannotBeTried = verdict === 'undecided' && /^the target names no /.test(evidence)
      assert.ok(verdict === 'failed' || cannotBeTried, `${verdict}: ${evidence}`)
    })
  }
})

describe('ASP.NET behind coatcheck', side, () => {
  const fails = async (attack: Attack, door?: Door) => {
    const { verdict, evidence } = await carryOut(attack, startAspnetProtected(attack, door))
    assert.equal(verdict, 'failed', evidence)
  }
  for (const attack of attacks.filter(({ name }) => !(name in inapplicable.behind)))
    test(`${attack.name}: fails`, () => fails(attack))

  const doors = attacks.filter(({ needs }) => needs.includes('doors'))
  for (const door of ['refuse', 'tiered'] as const) {
    for (const attack of doors)
      test(`R5: ${attack.name}, where plain http gets ${door}: fails`, () => fails(attack, door))
  }
})

const withApache = await requireServers('nginx', 'apache2', 'fastcgi-mono-server4')

describe('F2: ASP.NET through Apache mod_cache_disk', { ...side, skip: withApache.skip }, () => {
  const through = async (target: Running): Promise<Report> => {
    const cache = await startRealCache(apache, target.url)
    try {
      return await carryOut(cachedCookie, Promise.resolve({ ...target, front: cache.url }))
    } finally {
      await cache.close()
    }
  }
  for (const [sentence, verdict, start] of [
    ['the ticket that came with an image makes B of A', 'succeeded', startAspnetTarget],
    ['R3: behind coatcheck the image comes from the cache, and no ticket with it', 'failed', startAspnetProtected],
  ] as const) {
    test(sentence, async () => {
      const report = await through(await start(cachedCookie))
      assert.equal(report.verdict, verdict, report.evidence)
      assert.ok(report.notes?.includes('a public image is a cache hit'))
    })
  }
})

test('every attack that is said not to apply to ASP.NET is one that there is', () => {
  const names = new Set(attacks.map(({ name }) => name))
  const said = [...Object.keys(inapplicable.direct), ...Object.keys(inapplicable.behind)]
  assert.deepEqual(
    said.filter((name) => !names.has(name)),
    [],
  )
})
