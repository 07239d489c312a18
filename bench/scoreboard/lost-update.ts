// So many requests at the same time that each add one. Each waits between reading and writing, as for a database.

import { defineAttack, Undecided } from '../../attacks/attack.ts'
import type { Browser } from '../../attacks/lib/browser.ts'
import { at, settle } from '../../attacks/lib/people.ts'
import type { Target } from '../../attacks/target.ts'

const AT_ONCE = 20
const ONE_BY_ONE = 3
const WAITS = 60 // milliseconds

export const lostUpdate = defineAttack('Lost update', [], async (target) => {
  const { browser } = await settle(target)
  const from = at(target, '/account')
  const increment = () =>
    browser.load(at(target, '/increment'), { method: 'POST', fields: [['ms', String(WAITS)]], from, follow: false })
  const begun = await counter(target, browser)
  for (let i = 0; i < ONE_BY_ONE; i++) await increment()
  const before = await counter(target, browser)
  if (before - begun !== ONE_BY_ONE) throw new Undecided(`${ONE_BY_ONE} increments one by one made ${before - begun}`)
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, increment))
  const done = answers.filter(({ status }) => status === 200).length
  const counted = (await counter(target, browser)) - before
  const evidence = `${AT_ONCE} increments at once, ${done} answered with 200, and the counter went up by ${counted}`
  return { got: counted < done, evidence }
})

async function counter(target: Target, browser: Browser): Promise<number> {
  const { body } = await browser.load(at(target, target.whoami))
  const [, number] = /Counter: (\d+)/.exec(body) ?? []
  if (number === undefined) throw new Undecided(`${target.whoami} shows no counter`)
  return Number(number)
}
