/** Seed 002: "the session ID 981249305 is followed by the session ID 981249306, and so on". */
import { defineAttack } from './attack.ts'
import type { Pair } from './lib/jar.ts'
import { at, brief, settle, spoils } from './lib/people.ts'
import { visitAsStranger } from './lib/plant.ts'
import { predictNext } from './lib/tokens.ts'

const SAMPLES = 5
/** How far ahead the attacker looks: others visit the site as well. */
const AHEAD = 20

export const guessed = defineAttack('F5 the next token is guessed', [], async (target) => {
  const samples = new Map<string, string[]>()
  for (let i = 0; i < SAMPLES; i++) {
    const stranger = await visitAsStranger(target)
    for (const [name, value] of stranger.jar.pairs(at(target, '/'))) {
      samples.set(name, [...(samples.get(name) ?? []), value])
    }
  }
  const victim = await settle(target)
  for (const [name, values] of samples) {
    const prediction = values.length === SAMPLES ? predictNext(values, AHEAD) : undefined
    for (const value of prediction?.next ?? []) {
      const guess: Pair[] = [[name, value]]
      const got = await spoils(target, victim, guess)
      if (got) return { got: true, evidence: `${got}, to a guess (${prediction!.how}): ${brief(guess)}` }
    }
  }
  const names = [...samples.keys()].join(', ')
  return { got: false, evidence: `no counter to be seen in ${SAMPLES} samples of ${names || 'no cookie'}` }
})
