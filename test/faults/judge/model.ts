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
  for (const { attempt, told } of inOrder(journals)) {
    const outcome = told?.line === 'ok' && told.at > doubtAfter ? undefined : told
    const deed = deedOf(attempt, outcome)
    const account = accountOf(accounts, owners, attempt, outcome)
    if (outcome !== undefined && outcome.line !== 'ok' && outcome.line !== 'unknown') {
      account.undone.push(deed)
      counts.refusals++
      continue
    }
    for (const concerned of deed.act === 'end-all' ? allOf(accounts, attempt.user) : [account])
      concerned.deeds.push(deed)
    if (deed.state === 'doubt') counts.doubts++
    else if (ENDINGS.has(deed.act)) counts.ends++
    else counts.writes++
    if (outcome?.token !== undefined) owners.set(outcome.token, account)
    account.id ??= outcome?.id
  }
  const lines = journals.flat()
  const sights = lines.filter((line): line is Sight => line.line === 'live' || line.line === 'over')
  const surprises = lines.flatMap((line) => (line.line === 'surprise' ? [line.what] : []))
  return { accounts, owners, sights, surprises, counts }
}

function isOutcome(line: Line): line is Outcome {
  return line.line === 'ok' || line.line === 'no' || line.line === 'unknown' || line.line === 'gone'
}

interface Asked {
  readonly attempt: Attempt
  readonly told: Outcome | undefined
}

/** What was tried by all, in the order in which it was. */
function inOrder(journals: readonly (readonly Line[])[]): Asked[] {
  const asked = journals.flatMap((journal) => {
    const outcomes = new Map(journal.filter(isOutcome).map((line) => [line.n, line]))
    return journal.flatMap((line) => (line.line === 'try' ? { attempt: line, told: outcomes.get(line.n) } : []))
  })
  return asked.sort((a, b) => a.attempt.at - b.attempt.at)
}

/**
 * The session that an act concerns: the one that its token belongs to. Who signs in again with a token that somebody else
 * has just rotated gets another session, beside the one that goes on under the other's token.
 */
function accountOf(
  accounts: Map<string, Account>,
  owners: ReadonlyMap<string, Account>,
  { session, user, token }: Attempt,
  outcome: Outcome | undefined,
): Account {
  const known = (token === undefined ? undefined : owners.get(token)) ?? accounts.get(session)
  const another = known?.id !== undefined && outcome?.id !== undefined && known.id !== outcome.id
  if (known !== undefined && !another) {
    known.user ??= user
    return known
  }
  const name = another ? `${session} (${outcome.id})` : session
  const account: Account = accounts.get(name) ?? { name, user, id: undefined, deeds: [], undone: [] }
  accounts.set(name, account)
  return account
}

function allOf(accounts: ReadonlyMap<string, Account>, user: string | undefined): Account[] {
  return [...accounts.values()].filter((account) => account.user === user)
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
