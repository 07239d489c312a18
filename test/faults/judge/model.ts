// The journals of all processes, as one account of what was promised of each session. Pure.

import type { Act, Attempt, Line, Outcome, Sight } from '../journal.ts'

export interface Deed {
  readonly act: Act
  readonly from: number
  /** When it was acknowledged; Infinity where it is in doubt. */
  readonly until: number
  readonly state: 'done' | 'doubt'
  readonly token: string | undefined
  readonly nonce: string | undefined
  /** The token that it brought. */
  readonly brought: string | undefined
}

export interface Account {
  readonly name: string
  user: string | undefined
  id: string | undefined
  readonly deeds: Deed[]
  /** What was answered with "it did not happen". */
  readonly undone: Deed[]
}

export interface Model {
  readonly accounts: ReadonlyMap<string, Account>
  /** Whose a token is. */
  readonly owners: ReadonlyMap<string, Account>
  readonly sights: readonly Sight[]
  readonly surprises: readonly string[]
  readonly counts: Counts
}

export interface Counts {
  /** Acknowledged: what ended a session or a token; what was written. */
  readonly ends: number
  readonly writes: number
  readonly doubts: number
  /** Refused for certain. */
  readonly refusals: number
}

const ENDINGS: ReadonlySet<Act> = new Set(['sign-out', 'end', 'end-all', 'rotate', 'sign-in-again'])
/** What ends the session, under whatever token it goes. */
export const FINAL: ReadonlySet<Act> = new Set(['sign-out', 'end', 'end-all'])

/** @param doubtAfter - what was acknowledged later than that is in doubt, since the disk itself was */
export function modelOf(journals: readonly (readonly Line[])[], doubtAfter = Number.POSITIVE_INFINITY): Model {
  const accounts = new Map<string, Account>()
  const owners = new Map<string, Account>()
  const counts = { ends: 0, writes: 0, doubts: 0, refusals: 0 }
  for (const journal of journals) {
    const outcomes = new Map(journal.filter(isOutcome).map((line) => [line.n, line]))
    for (const attempt of journal.filter((line) => line.line === 'try')) {
      const account = accountOf(accounts, attempt)
      const told = outcomes.get(attempt.n)
      const outcome = told?.line === 'ok' && told.at > doubtAfter ? undefined : told
      const deed = deedOf(attempt, outcome)
      if (outcome !== undefined && outcome.line !== 'ok' && outcome.line !== 'unknown') {
        account.undone.push(deed)
        counts.refusals++
        continue
      }
      account.deeds.push(deed)
      if (deed.state === 'doubt') counts.doubts++
      else if (ENDINGS.has(deed.act)) counts.ends++
      else counts.writes++
      if (outcome?.token !== undefined) owners.set(outcome.token, account)
      account.id = outcome?.id ?? account.id
    }
  }
  const lines = journals.flat()
  const sights = lines.filter((line): line is Sight => line.line === 'live' || line.line === 'over')
  const surprises = lines.flatMap((line) => (line.line === 'surprise' ? [line.what] : []))
  return { accounts, owners, sights, surprises, counts }
}

function isOutcome(line: Line): line is Outcome {
  return line.line === 'ok' || line.line === 'no' || line.line === 'unknown' || line.line === 'gone'
}

function accountOf(accounts: Map<string, Account>, { session, user }: Attempt): Account {
  let account = accounts.get(session)
  if (account === undefined) {
    account = { name: session, user: undefined, id: undefined, deeds: [], undone: [] }
    accounts.set(session, account)
  }
  account.user ??= user
  return account
}

function deedOf({ act, at, token, nonce }: Attempt, outcome: Outcome | undefined): Deed {
  const done = outcome?.line === 'ok'
  const state = done ? 'done' : 'doubt'
  return {
    act,
    from: at,
    until: done ? outcome.at : Number.POSITIVE_INFINITY,
    state,
    token,
    nonce,
    brought: outcome?.token,
  }
}
