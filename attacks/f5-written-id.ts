/** The id in links and hidden fields goes wherever a page goes: into logs, histories, mails, a neighbour's copy. */
import { defineAttack } from './attack.ts'
import { writtenValues } from './lib/form.ts'
import { at, settle } from './lib/people.ts'
import { cookieNames, tryDoors } from './lib/plant.ts'

export const writtenId = defineAttack('F5 the id is in a link or a field', [], async (target) => {
  const victim = await settle(target)
  const { browser } = victim
  const paths = [...target.content, target.secret.path, target.secret.enter('').page]
  const written = new Map<string, string>()
  for (const path of paths) {
    const page = await browser.load(at(target, path), { from: at(target, '/') })
    // The address bar is part of it: redirects may have written the id there.
    const query = [...new URL(page.url).searchParams].map(([name, value]) => ({ name, value }))
    for (const { name, value } of [...writtenValues(page.body), ...query]) {
      if (/^[\w.~+/=-]{8,512}$/.test(value)) written.set(value, `${name} on ${path}`)
    }
  }
  const names = cookieNames(target, browser.jar.pairs(at(target, '/')))
  for (const [value, where] of written) {
    const got = await tryDoors(target, victim, value, names)
    if (got) return { got: true, evidence: `the value of ${where}: ${got}` }
  }
  return { got: false, evidence: `${written.size} values in links and fields, and none opens anything` }
})
