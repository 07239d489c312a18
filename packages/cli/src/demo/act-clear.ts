// F1, KB Q274149: from https back to http, the network trace, and the order confirmation page.

import { startTap } from '../../../../attacks/lib/tap.ts'
import { Attacker, Visitor } from './people.ts'
import type { Act } from './script.ts'
import { short } from './wire.ts'

export const clear: Act = {
  failure: 'F1',
  name: 'clear',
  source: 'KB Q274149, Microsoft IIS, 2002',
  about:
    'One session cookie serves https and http. Whoever goes "back to HTTP" sends it in clear, and whoever ' +
    'listens there has what is in the https session.',
  way: ['alice', 'http and https', 'shop'],

  async play(scene) {
    const site = await scene.open({ doors: true, faults: { fixed: false } })
    const alice = new Visitor(scene, site, 'alice')
    const attacker = new Attacker(scene, site)
    await using tap = await tapBefore(site.doors.http)

    await scene.step('alice signs in over https.', () => alice.signIn())
    await scene.step('She orders. The confirmation page reads her card from a session variable.', () => alice.order())
    await scene.step('She goes back to http: an old bookmark.', async () => {
      const page = await alice.get(`${tap.url}/`)
      const next = page.headers.find(([name]) => name.toLowerCase() === 'location')?.[1]
      if (next !== undefined) await alice.get(new URL(next, page.url).href)
    })
    const cookies = await scene.step('The attacker reads a network trace of http.', () => {
      const tapped = tap.cookies()
      const size = `${tap.text().length} bytes`
      scene.turn(
        tapped.length > 0,
        `${size}, and in them Cookie: ${tapped.map(short).join(', ')}`,
        `${size}, and no cookie in them.`,
      )
      return tapped[0] ?? []
    })
    return scene.step('He knows the page that made the output, and asks for it with what he has.', async () => {
      const got = await attacker.opens(cookies, alice)
      scene.turn(got, "The attacker reads alice's card.", 'He is nobody, and is shown nothing.')
      return got ? 'tapped cookie reads the card' : 'no cookie crosses the tap'
    })
  },
}

async function tapBefore(http: string) {
  const door = new URL(http)
  const tap = await startTap({ host: '127.0.0.1', port: Number(door.port) })
  return { ...tap, url: `http://${door.hostname}:${tap.port}`, [Symbol.asyncDispose]: () => tap.close() }
}
