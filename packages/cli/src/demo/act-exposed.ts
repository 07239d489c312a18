// F5, the OWASP code review guide: an id that can be guessed, that a script can read, that lies in the store.

import type { Pair } from '../../../../attacks/lib/jar.ts'
import { cookieNames, invent } from '../../../../attacks/lib/plant.ts'
import { predictNext } from '../../../../attacks/lib/tokens.ts'
import { Attacker, Visitor } from './people.ts'
import type { Act, Scene } from './script.ts'
import type { Site } from './stage.ts'
import { short } from './wire.ts'

const SAMPLES = 5
/** So much of a value is shown. */
const SHOWN = 24

export const exposed: Act = {
  failure: 'F5',
  name: 'exposed',
  source: 'OWASP code review, cookies and sessions',
  about:
    'An id should have "at least 128 bits" and be "sufficiently random"; ASP assigned ids "in a sequential manner" ' +
    '(Paladion 2007). No script should read it, and no store should hold it as it is.',
  way: ['alice and attacker', 'shop'],

  async play(scene) {
    const site = await scene.open({ filed: true, faults: { fixed: false } })
    const attacker = new Attacker(scene, site)
    const samples = await scene.step(`The attacker visits ${SAMPLES} times, and looks at the cookies he gets.`, () =>
      visits(scene, site),
    )
    const alice = new Visitor(scene, site, 'alice')
    await scene.step('alice comes, signs in and orders.', async () => {
      await alice.signIn()
      await alice.order()
    })
    const guessed = await guess(scene, attacker, alice, samples)
    const read = await script(scene, attacker, alice, site)
    const stolen = await store(scene, attacker, alice, site)
    const ways = [guessed && 'by guess', read && 'by script', stolen && 'by copy'].filter(Boolean)
    return ways.length > 0 ? ways.join(', ') : 'no guess, no script, no copy'
  },
}

async function visits(scene: Scene, site: Site): Promise<Pair[]> {
  const samples: Pair[] = []
  scene.request('attacker', { method: `${SAMPLES} × GET`, url: site.url, cookies: [] })
  for (let i = 0; i < SAMPLES; i++) {
    const stranger = new Visitor(scene, site, 'attacker')
    await stranger.look('/')
    samples.push(...stranger.cookies())
  }
  scene.must(samples.length === SAMPLES, 'every visitor gets a cookie')
  for (const [, value] of samples)
    scene.note(`${value.slice(0, SHOWN)}${value.length > SHOWN ? '…' : ''}${disguised(value)}`)
  return samples
}

/** What a value is in base64, where that is a text. */
function disguised(value: string): string {
  const text = Buffer.from(value, 'base64').toString('latin1')
  return /^[\x20-\x7e]+$/.test(text) ? `, which is ${text} in base64` : ''
}

async function guess(scene: Scene, attacker: Attacker, alice: Visitor, samples: readonly Pair[]): Promise<boolean> {
  return scene.step('He guesses the cookies that come next.', async () => {
    const [[name, sample]] = samples as [Pair]
    const prediction = predictNext(
      samples.map(([, value]) => value),
      3,
    )
    scene.note(prediction ? `He sees ${prediction.how}.` : 'He sees no row, and makes one up.')
    for (const value of prediction?.next ?? [invent(sample)]) {
      if (!(await attacker.opens([[name, value]], alice))) continue
      scene.turn(true, "This one is alice's.", '')
      return true
    }
    scene.turn(false, '', 'No guess opens anything.')
    return false
  })
}

function script(scene: Scene, attacker: Attacker, alice: Visitor, site: Site): Promise<boolean> {
  return scene.step('A script in the page sends him what document.cookie says.', async () => {
    const readable = alice.browser.jar.forScript(site.url)
    scene.note(`document.cookie is "${short(readable)}".`)
    const got = await attacker.opens(readable, alice)
    scene.turn(got, "The attacker reads alice's card.", 'There was nothing to read.')
    return got
  })
}

function store(scene: Scene, attacker: Attacker, alice: Visitor, site: Site): Promise<boolean> {
  return scene.step('He has a copy of the store (a backup), and tries every string in it.', async () => {
    const copy = await site.copyStore()
    const strings = [...new Set(copy.toString('latin1').match(/[\w.~+/=%-]{8,512}/g))]
    scene.note(`${copy.length} bytes, ${strings.length} strings.`)
    const names = cookieNames(site, alice.cookies())
    for (const name of names) {
      for (const value of strings) {
        if (!(await attacker.quietlyOpens([[name, value]], alice))) continue
        await attacker.opens([[name, value]], alice)
        scene.turn(true, "One of them is alice's cookie.", '')
        return true
      }
    }
    const readable = copy.includes(alice.card)
    scene.turn(readable, 'The card can be read in it.', 'None opens anything, and the card is not in it in clear.')
    return readable
  })
}
