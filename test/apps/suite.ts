/**
 * A product's tests: what it does by itself, in Chromium and under the attackers' programs; then the same through the
 * gateway with the preset and nothing else.
 *
 * A preset that is not held by such a test does not ship.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { attacks } from '../../attacks/all.ts'
import { launchChromium } from '../../attacks/lib/chromium.ts'
import { play, type Result } from '../../attacks/play.ts'
import type { Scenario } from '../../attacks/scenario.ts'
import { table } from '../../attacks/table.ts'
import { requireServers } from '../servers/servers.ts'
import { signedIn, startCoatcheck } from './coatcheck.ts'
import { countOf } from './matrix.ts'
import type { Product, StartedProduct } from './product.ts'
import { directly, protectedBy } from './scenarios.ts'
import { type Step, type Story, storyTable, tellStory } from './story.ts'

const OWN_COOKIE = '__Host-Http-sid'

export async function productSuite(product: Product): Promise<void> {
  const { skip, paths } = await requireServers('chromium', ...product.needs)
  const { victim } = product.places.users

  describe(product.name, { skip, timeout: 300_000 }, () => {
    let started: StartedProduct
    let scenarios: { direct: Scenario; behind: Scenario }
    let chromium: Browser
    let home: string

    before(async () => {
      home = await mkdtemp(join(tmpdir(), 'chromium-'))
      started = await product.start(paths)
      scenarios = { direct: directly(product, started), behind: protectedBy(product, started) }
      chromium = await launchChromium(paths.chromium, home)
    })
    after(async () => {
      await chromium?.close()
      await started?.close()
      await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    })

    const visit = async (url: string, step?: (step: Step) => Promise<void>): Promise<Story> => {
      const context = await chromium.newContext()
      context.setDefaultTimeout(20_000)
      try {
        return await tellStory(product, url, context, step)
      } finally {
        await context.close()
      }
    }
    let direct: Story

    test('by itself it does what is written of it', async (t) => {
      direct = await visit(started.url.replace('127.0.0.1', 'localhost'))
      t.diagnostic(`${started.version} by itself\n${storyTable(direct)}`)
      assert.deepEqual(
        direct.steps.map(({ signedIn }) => signedIn),
        courseOf(direct.steps),
      )
      assert.deepEqual(seenIn(direct, product), product.seen)
      assert.equal(direct.withIds.length > 0, product.idsOutside !== undefined, 'ids in addresses and pages')
    })

    test(`G2, G3: behind preset ${product.preset} all works, and no cookie of its own reaches the browser`, async (t) => {
      const coatcheck = await startCoatcheck(started.url, product)
      const allowed = new Set([OWN_COOKIE, ...product.exposed])
      const strange = (names: readonly string[]) => names.filter((name) => !allowed.has(name))
      try {
        const story = await visit(coatcheck.url, async ({ name, cookies, script, signedIn: isMember }) => {
          assert.deepEqual(strange(cookies.map((cookie) => cookie.name)), [], `in the browser, when she ${name}`)
          assert.deepEqual(strange(script), [], `document.cookie, when she ${name}`)
          assert.ok(!script.includes(OWN_COOKIE))
          const list = await coatcheck.sessionsOf(victim.name)
          assert.equal(/has no session/.test(list), !isMember, `coatcheck sessions list, when she ${name}: ${list}`)
          if (/wrong password/.test(name)) assert.deepEqual(signedIn(coatcheck.events), [])
        })
        t.diagnostic(`${started.version} behind coatcheck\n${storyTable(story)}`)
        assert.deepEqual(
          story.steps.map(({ signedIn }) => signedIn),
          courseOf(story.steps),
        )
        assert.deepEqual(signedIn(coatcheck.events), [victim.name])
        assert.deepEqual(strange(story.sent), [], 'Set-Cookie to the browser')
        assert.deepEqual(story.withIds, [], 'G2: answers with an id of the product')
        assert.equal(story.strangersCookiesOpen, false, "F3: a stranger's cookies, after sign-in")
        assert.equal(story.oldCookiesOpen, false, "F4: a member's cookies, after sign-out")
        assert.deepEqual(story.failures, direct.failures, 'what goes wrong goes wrong without coatcheck as well')
      } finally {
        await coatcheck.close()
      }
    })

    // What another test plays on this product is not played again.
    if (product.attackedIn !== undefined) return

    const results: Result[] = []
    const alone: Result[] = []
    for (const attack of attacks) {
      test(attack.name, async (t) => {
        const itself = await play(attack, scenarios.direct)
        const behind = await play(attack, scenarios.behind)
        alone.push(itself)
        results.push(asWritten(itself, product.holds[attack.name]), behind)
        if (behind.why !== undefined) return t.skip(behind.why)
        const wanted = attack.name in product.holds ? 'failed' : 'succeeded'
        if (itself.report) assert.equal(itself.report.verdict, wanted, `by itself: ${itself.report.evidence}`)
        assert.equal(behind.report.verdict, 'failed', `behind coatcheck: ${behind.report.evidence}`)
      })
    }
    test('the attacks as a table', (t) => t.diagnostic(`\n${table(results)}`))

    test('as many attacks were tried, and succeeded, as the table of docs/presets.md says', () => {
      for (const failure of ['F1', 'F2', 'F3', 'F4', 'F5']) {
        const tried = alone.flatMap(({ attack, report }) =>
          attack.name.startsWith(`${failure} `) ? (report?.verdict ?? []) : [],
        )
        const succeed = tried.filter((verdict) => verdict === 'succeeded').length
        assert.deepEqual({ tried: tried.length, succeed }, countOf(product, failure), failure)
      }
    })

    test('every attack of which something is written is one that there is', () => {
      const names = new Set(attacks.map(({ name }) => name))
      const written = [...Object.keys(product.holds), ...Object.keys(product.inapplicable ?? {})]
      assert.deepEqual(
        written.filter((name) => !names.has(name)),
        [],
      )
    })
  })
}

/** For the table: where the product holds by itself, why. */
function asWritten(result: Result, why: string | undefined): Result {
  if (result.report?.verdict !== 'failed' || why === undefined) return result
  const { attack, scenario } = result
  return { attack, scenario, asExpected: true, why: `${why} (tried: ${result.report.evidence})` }
}

/** Nobody until she signs in with the right password, and nobody after she signed out. */
function courseOf(steps: readonly Step[]): boolean[] {
  return steps.map(({ name }) => /^(signs in|works|uploads a file)$/.test(name))
}

function seenIn(story: Story, { seen }: Product): Product['seen'] {
  const patterns = [...new Set([...seen.strangerGets, ...seen.memberHas])]
  // The longest that fits: a pattern may cover another.
  const named = (name: string) =>
    patterns
      .filter((one) => one === name || (one.endsWith('*') && name.startsWith(one.slice(0, -1))))
      .sort((a, b) => b.length - a.length)[0] ?? name
  const step = (name: string) => story.steps.find((one) => one.name === name)!
  const [stranger, member, last] = [step('looks at the sign-in page'), step('signs in'), story.steps.at(-2)!]
  const same = member.cookies.filter((cookie) =>
    stranger.cookies.some(({ name, value }) => name === cookie.name && value === cookie.value),
  )
  const names = (list: readonly string[]) => [...new Set(list.map(named))].sort()
  return {
    strangerGets: names(stranger.cookies.map(({ name }) => name)),
    memberHas: names(last.cookies.map(({ name }) => name)),
    scriptReads: names(last.script),
    sameAfterSignIn: names(same.map(({ name }) => name)),
    oldCookiesOpen: story.oldCookiesOpen,
  }
}
