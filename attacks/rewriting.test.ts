/**
 * F3 with ids in addresses and forms, on the servers that take them from there: real Tomcat, real PHP. Directly every attack
 * succeeds; behind coatcheck it fails, and what is planted is not good at the application itself either.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Attack, Report } from './attack.ts'
import { plantedForm, plantedLink, plantedMultipart } from './f3-planted-at-sign-in.ts'
import { Browser } from './lib/browser.ts'
import { at, settle } from './lib/people.ts'
import type { Running } from './scenario.ts'
import { type Site, serversOf, startDirect, startProtected } from './scenarios/rewriting.ts'

const attacks: Record<Site, readonly Attack[]> = {
  tomcat: [plantedLink],
  php: [plantedLink, plantedForm, plantedMultipart],
}
const marks: Record<Site, RegExp> = { tomcat: /jsessionid/i, php: /PHPSESSID/i }

for (const site of ['tomcat', 'php'] as const) {
  const { skip } = await serversOf(site)
  describe(`ids in addresses: ${site}`, { skip, timeout: 180_000 }, () => {
    let direct: Running
    before(async () => {
      direct = await startDirect(site)
    })
    after(() => direct?.close())

    const protectedRun = async <T>(attack: Attack, run: (target: Running) => Promise<T>): Promise<T> => {
      const target = await startProtected(site, direct, attack)
      try {
        return await run(target)
      } finally {
        await target.close()
      }
    }

    for (const attack of attacks[site]) {
      test(`${attack.name}: succeeds on the site itself`, async () => {
        const { verdict, evidence }: Report = await attack.run(direct)
        assert.equal(verdict, 'succeeded', evidence)
      })

      test(`G2: ${attack.name}: fails behind coatcheck`, async () => {
        const { verdict, evidence } = await protectedRun(attack, (target) => attack.run(target))
        assert.equal(verdict, 'failed', evidence)
      })
    }

    test('G2: the first page has ids in its links, and none behind coatcheck', async () => {
      const path = direct.content[0]!
      const itself = await new Browser().load(at(direct, path))
      assert.match(itself.body, marks[site])
      await protectedRun(plantedLink, async (target) => {
        const browser = new Browser()
        const page = await browser.load(at(target, path))
        assert.equal(page.status, 200)
        assert.doesNotMatch(page.body, marks[site])
        const longer = itself.body
          .replace(/(?:;jsessionid=|[?&]PHPSESSID=)\w+/g, '')
          .replace(/<input type="hidden"[^>]*>/g, '')
        assert.equal(page.body, longer.replace('whoami.jsp&', 'whoami.jsp?'))
      })
    })

    test('G2: a member signs in, works and signs out, and never meets an id', async () => {
      await protectedRun(plantedLink, async (target) => {
        const { browser, user } = await settle(target)
        const page = await browser.load(at(target, target.content[0]!))
        assert.match(page.body, new RegExp(`Hello ${user.name}`))
        assert.doesNotMatch(page.url + page.body, marks[site])
        await browser.load(at(target, target.signOut.path))
        assert.match((await browser.load(at(target, target.whoami))).body, /^nobody\s*$/)
      })
    })
  })
}
