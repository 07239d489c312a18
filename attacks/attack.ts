/** What an attack is, and what it says afterwards. */
import type { Part, Target } from './target.ts'

export type Verdict = 'succeeded' | 'failed' | 'undecided'

export type Report = {
  attack: string
  verdict: Verdict
  /** What the attacker got, or what stood in his way. */
  evidence: string
  /** Things seen on the way that decide nothing. */
  notes?: string[]
}

export type Attack = {
  /** `F3 planted token, by cookie` */
  name: string
  /** The parts of a target without which it can not be tried. */
  needs: Part[]
  run(target: Target): Promise<Report>
}

/** What the attack's own steps say: did the attacker get what is not his? */
export type Outcome = { got: boolean; evidence: string; notes?: string[] }

/** The attack could not be carried out, so nothing is known: the victim was not signed in, the order did not come. */
export class Undecided extends Error {}

export function defineAttack(name: string, needs: Part[], steps: (target: Target) => Promise<Outcome>): Attack {
  return {
    name,
    needs,
    async run(target) {
      const missing = needs.filter((part) => target[part] === undefined)
      if (missing.length > 0) {
        return { attack: name, verdict: 'undecided', evidence: `the target names no ${missing.join(', ')}` }
      }
      try {
        const { got, ...rest } = await steps(target)
        return { attack: name, verdict: got ? 'succeeded' : 'failed', ...rest }
      } catch (error) {
        // A site that breaks off, or answers with nonsense, has not been shown to hold.
        return { attack: name, verdict: 'undecided', evidence: (error as Error).message }
      }
    },
  }
}
