/** Without any cookie: the page that greets A by name is handed to B. */
import { defineAttack } from './attack.ts'
import { Browser } from './lib/browser.ts'
import { settle } from './lib/people.ts'
import { browse, publicImageIsCached, throughCache, unasked } from './lib/shared-cache.ts'

export const cachedPage = defineAttack("F2 another user's page from a cache", [], (site) =>
  throughCache(site, async (target) => {
    const victim = await settle(target)
    const paths = [...target.content, target.secret.path]
    const urls = paths.map((path) => unasked(target, path))
    for (const url of urls) await browse(target, victim.browser, url)

    const leaked: string[] = []
    for (const [i, url] of urls.entries()) {
      const stranger = () => new Browser(target.address)
      const { body } = await browse(target, stranger(), url)
      // A page may name the user to everybody (a list of authors, a hint at the sign-in form): that is no leak.
      const own = await browse(target, stranger(), unasked(target, paths[i]!))
      const named = body.includes(victim.user.name) && !own.body.includes(victim.user.name)
      if (named || body.includes(victim.card)) leaked.push(paths[i]!)
    }
    const image = (await publicImageIsCached(target)) ? 'a public image is a cache hit' : 'a public image is not cached'
    const notes = [image]
    if (leaked.length > 0)
      return { got: true, evidence: `strangers get ${victim.user.name}'s ${leaked.join(', ')}`, notes }
    return { got: false, evidence: `strangers get nothing of ${victim.user.name}'s; ${image}`, notes }
  }),
)
