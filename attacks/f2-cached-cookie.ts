/** Q263730, seed 001, its nine steps in its order: client B becomes client A by way of a cache that both use. */
import { setTimeout as sleep } from 'node:timers/promises'
import { defineAttack, Undecided } from './attack.ts'
import { Browser } from './lib/browser.ts'
import { at, brief, settle } from './lib/people.ts'
import { browse, isHit, publicImageIsCached, throughCache, unasked } from './lib/shared-cache.ts'

export const cachedCookie = defineAttack("F2 cookie from a cache, the seed's nine steps", [], (site) =>
  throughCache(site, async (target) => {
    // 1 and 2: A requests a page that requires authentication, and is led to the sign-in page.
    const a = new Browser(target.address)
    const asked = await a.load(unasked(target, target.secret.path))
    // 3 and 4: A signs in; the server sets the cookie.
    const victim = await settle(target, a)
    // 5 and 6: A browses; the cookie is issued again with content, and the cache keeps it.
    const pages = target.content.map((path) => unasked(target, path))
    const reissuedOn: string[] = []
    for (const [i, url] of pages.entries()) {
      await sleep((target.reissue ?? 0) * 1000)
      const before = a.setCookies.length
      await browse(target, a, url)
      if (a.setCookies.length > before) reissuedOn.push(target.content[i]!)
    }
    // 7 and 8: B asks the same cache for the same content, and takes what comes.
    const b = new Browser(target.address)
    const hits: string[] = []
    for (const [i, url] of pages.entries()) if (isHit(await browse(target, b, url))) hits.push(target.content[i]!)
    // 9: B makes requests of his own, and presents what he was given.
    const got = b.jar.pairs(at(target, '/'))
    const secret = await b.load(unasked(target, target.secret.path))
    const who = await b.load(unasked(target, target.whoami))
    if (isHit(secret) || isHit(who)) throw new Undecided('the cache keeps the page that the verdict is read from')

    const cached = await publicImageIsCached(target)
    const notes = [
      `step 2: ${new URL(asked.url).pathname}`,
      `step 5: Set-Cookie came again with ${reissuedOn.join(', ') || 'nothing'}`,
      `step 7: B had from the cache ${hits.join(', ') || 'nothing'}`,
      `a public image is ${cached ? 'a cache hit' : 'not cached'}`,
    ]
    if (secret.body.includes(victim.card) || who.body.includes(victim.user.name)) {
      return { got: true, evidence: `B never signed in, and is ${victim.user.name} with ${brief(got)}`, notes }
    }
    return { got: false, evidence: `B is nobody; ${notes.at(-1)}`, notes }
  }),
)
