/**
 * F3 and G2 in Chromium, on the servers that take an id from an address: Tomcat, PHP, Mono. The victim follows a link on the
 * attacker's page, which has his id in it, and signs in on what she sees there. Directly his id is hers from then on; behind
 * coatcheck it opens nothing, neither at the gateway nor at the application itself.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { startAspnet } from '../../examples/aspnet/start.ts'
import { requireServers } from '../../test/servers/servers.ts'
import { idsOf, opens, plantedLink } from '../f3-planted-at-sign-in.ts'
import { startAttackersLink } from '../lib/chromium.ts'
import { invent } from '../lib/plant.ts'
import type { Running } from '../scenario.ts'
import { finchRecords } from '../scenarios/aspnet.ts'
import { behindCoatcheck } from '../scenarios/behind-coatcheck.ts'
import { startDirect, startProtected } from '../scenarios/rewriting.ts'
import { newBrowser, useChromium } from './visit.ts'

useChromium()

type Kind = {
  name: string
  needs: Parameters<typeof requireServers>
  start(paths: Record<string, string>): Promise<Running>
  protect(direct: Running): Promise<Running>
  /** Whether the server takes an id that it never gave out. */
  adopts: boolean
}

const kinds: Kind[] = [
  {
    name: 'Tomcat, ;jsessionid=',
    needs: ['chromium', 'tomcat'],
    start: () => startDirect('tomcat'),
    protect: (direct) => startProtected('tomcat', direct, plantedLink),
    adopts: false,
  },
  {
    name: 'PHP, ?PHPSESSID=',
    needs: ['chromium', 'php'],
    start: () => startDirect('php'),
    protect: (direct) => startProtected('php', direct, plantedLink),
    adopts: true,
  },
]

for (const { name, needs, start, protect, adopts } of kinds) {
  const { skip, paths } = await requireServers(...needs)
  describe(`a planted link in Chromium: ${name}`, { skip, timeout: 180_000 }, () => {
    let direct: Running
    let behind: Running
    before(async () => {
      direct = await start(paths)
      behind = await protect(direct)
    })
    after(async () => {
      await behind?.close()
      await direct?.close()
    })

    /** By the first of the links that go to the sign-in. */
    const plant = async (site: Running, id: string): Promise<string | undefined> => {
      const target = onLocalhost(site)
      const [link] = target.plantedLinks!(target.signIn(target.users.victim).page, id)
      await signInBy(target, link!)
      return (await opens(target, target, id)) ?? (await opens(direct, target, id))
    }

    for (const invented of adopts ? [false, true] : [false]) {
      const what = invented ? 'an id that the attacker made up' : 'an id that was given to the attacker'
      const given = async () => (await idsOf(direct))[0]!

      test(`F3: directly ${what} is the victim’s after her sign-in`, async () => {
        assert.match(
          (await plant(direct, invented ? invent(await given()) : await given())) ?? 'nothing opens',
          /names alice$/,
        )
      })

      test(`F3, G2: behind coatcheck ${what} opens nothing after her sign-in`, async () => {
        const id = invented ? `${invent(await given()).slice(1)}2` : await given()
        assert.equal(await plant(behind, id), undefined)
      })
    }
  })
}

const { skip, paths } = await requireServers('chromium', 'nginx', 'fastcgi-mono-server4')

describe('a planted link in Chromium: Mono, (S(…))', { skip, timeout: 180_000 }, () => {
  const ID = '0123456789ABCDEF01234567'
  const places = {
    ...finchRecords,
    plantedLinks: (path: string, id: string) => [`/(${id})${path}`, `/(S(${id}))${path}`],
  }
  const rules = { preset: 'aspnet', login: '{ path: /Login.aspx, user: { field: User } }' }
  let cookieless: Running
  let usual: Running

  before(async () => {
    const programs = { nginx: paths.nginx, monoFastcgi: paths['fastcgi-mono-server4'] }
    const [one, other] = await Promise.all([startAspnet({ ...programs, cookieless: true }), startAspnet(programs)])
    cookieless = { ...places, url: one.url, address: '127.0.0.1', close: one.close }
    usual = { ...places, url: other.url, address: '127.0.0.1', close: other.close }
  })
  after(async () => {
    await cookieless?.close()
    await usual?.close()
  })

  // So directly nothing can be played to its end: in Mono's form the id is lost, and with it the sign-in.
  test('a site that has ids in addresses alone signs nobody in on Mono, behind no gateway either', async () => {
    const target = onLocalhost(cookieless)
    const first = await fetch(`${target.url}/Login.aspx`, { redirect: 'manual' })
    const link = first.headers.get('location')!
    assert.match(link, /^\/\([0-9A-F]{24}\)\/Login\.aspx$/)
    await follow(target, link, async (page) => {
      await page.fill('input[name=User]', target.users.victim.name)
      await page.fill('input[name=Password]', target.users.victim.password)
      await Promise.all([page.waitForEvent('load'), page.click('input[type=submit]')])
      assert.equal(await page.locator('input[name=User]').count(), 1, 'the form again')
    })
    assert.equal(await opens(target, target, /[0-9A-F]{24}/.exec(link)![0]), undefined)
  })

  test('F3, G2: behind coatcheck a site that has ids in addresses alone shows her nothing, and the id opens nothing', async () => {
    const id = ID.replace('0', 'F')
    const site = await behindCoatcheck({ ...cookieless, close: async () => {} }, rules, plantedLink)
    try {
      const target = onLocalhost(site)
      await follow(target, `/(${id})/Login.aspx`, async (page) => {
        assert.equal(await page.locator('input[name=User]').count(), 0)
      })
      assert.equal((await opens(target, target, id)) ?? (await opens(cookieless, target, id)), undefined)
    } finally {
      await site.close()
    }
  })

  for (const [sentence, link] of [
    ['of ASP.NET', `/(S(${ID.toLowerCase()}))/Login.aspx`],
    ['of Mono', `/(${ID})/Login.aspx`],
  ] as const) {
    test(`F3, G2: behind coatcheck a link ${sentence} leads to the usual site’s sign-in, and its id opens nothing`, async () => {
      const site = await behindCoatcheck({ ...usual, close: async () => {} }, rules, plantedLink)
      try {
        const target = onLocalhost(site)
        await signInBy(target, link)
        assert.equal((await opens(target, target, ID)) ?? (await opens(usual, target, ID)), undefined)
      } finally {
        await site.close()
      }
    })
  }
})

/** A name that browsers trust as they trust https. */
function onLocalhost(site: Running): Running {
  return { ...site, url: site.url.replace('127.0.0.1', 'localhost') }
}

async function follow(target: Running, link: string, then: (page: Page) => Promise<void>): Promise<void> {
  const attackers = await startAttackersLink(target.url + link)
  const context = await newBrowser()
  context.setDefaultTimeout(20_000)
  try {
    const page = await context.newPage()
    await page.goto(attackers.url)
    await Promise.all([page.waitForURL(`${target.url}/**`), page.click('a')])
    await then(page)
  } finally {
    await context.close()
    await attackers.close()
  }
}

/** Where the link leads to, she signs in; she is who she is there. */
function signInBy(target: Running, link: string): Promise<void> {
  const { victim } = target.users
  return follow(target, link, async (page) => {
    for (const [name, value] of Object.entries(target.signIn(victim).fields)) {
      await page.fill(`input[name=${name}]`, value)
    }
    await Promise.all([page.waitForEvent('load'), page.click('input[type=submit]')])
    assert.match(await page.locator('body').innerText(), new RegExp(victim.name), 'she is signed in')
  })
}
