// F4, KB 900111: SignOut deletes the cookie in the browser alone; and the remedy, the mark in the Comment property.

import type { Pair } from '../../../../attacks/lib/jar.ts'
import { Attacker, Visitor } from './people.ts'
import type { Act, Scene } from './script.ts'
import { short } from './wire.ts'

export const replayed: Act = {
  failure: 'F4',
  name: 'replayed',
  source: 'KB 900111, FormsAuthentication.SignOut, 2007',
  about:
    'SignOut removes the cookie from the browser, and keeps no "persistent representation on the server". Whoever ' +
    'has a copy stays signed in.',
  way: ['alice and attacker', 'shop'],

  async play(scene) {
    const plain = await scene.open({ faults: { fixed: false } })
    const attacker = new Attacker(scene, plain)
    const alice = new Visitor(scene, plain, 'alice')
    const frozen = await signInAndFreeze(scene, alice)
    await scene.step('alice signs out.', () => alice.signOut())
    const stayed = await scene.step('The attacker sends his copy.', async () => {
      const got = await attacker.opens(frozen, alice)
      scene.turn(got, 'alice has left. The attacker is still alice.', 'The cookie ended with her session.')
      return got
    })
    const revived = await playRemedy(scene)
    if (stayed && revived) return 'old cookie outlives sign-out'
    return stayed || revived ? 'old cookie works now and then' : 'old cookie ended at sign-out'
  },
}

/** The article's remedy: Comment says who signed out, is looked at on every request, and cleared at the next sign-in. */
async function playRemedy(scene: Scene): Promise<boolean> {
  const marking = await scene.open({ faults: { fixed: false, signOutMark: 'user' } })
  const attacker = new Attacker(scene, marking)
  const alice = new Visitor(scene, marking, 'alice')
  scene.part('The remedy of the article: "signed out" is kept in the Comment of the user.')
  const frozen = await signInAndFreeze(scene, alice)
  await scene.step('alice signs out, and the attacker sends his copy.', async () => {
    await alice.signOut()
    scene.must(!(await attacker.opens(frozen, alice)), 'as long as she is away, the mark keeps the cookie out')
    scene.note('While she is away, the copy opens nothing.')
  })
  await scene.step('alice signs in again; the mark has to be cleared.', () => alice.signIn())
  return scene.step('The attacker sends the same old copy once more.', async () => {
    const got = await attacker.opens(frozen, alice)
    scene.turn(got, 'The remedy revived the copy: he is alice again.', 'The copy stays dead.')
    return got
  })
}

function signInAndFreeze(scene: Scene, alice: Visitor): Promise<Pair[]> {
  return scene.step('alice signs in and orders. The attacker copies the cookie off her machine.', async () => {
    await alice.signIn()
    await alice.order()
    const frozen = alice.cookies()
    scene.note(`copied: ${short(frozen)}`)
    return frozen
  })
}
