// Compares what was promised with what there is. Pure: journals and a look at the file in, broken promises out.
//
// - What was acknowledged as ended opens nothing: neither now nor to anybody who came after the acknowledgement.
// - What was acknowledged as written is there: sessions live, with each acknowledged change in them, each once.
// - What was answered with "it did not happen" did not.
// - What is in doubt is wholly one or the other: a token opens its session or is ended; a change is in it or is not.

import type { Looked, Seen } from '../crew/protocol.ts'
import { type Account, type Deed, FINAL, type Model } from './model.ts'

export interface Mercy {
  /** After a power cut: changes of data, and sessions in which nobody is signed in, may be lost, the youngest first. */
  readonly unsynced?: boolean
  /** As the process sees it that was asked: what it could not sign out for certain, it refuses (E2). */
  readonly inside?: boolean
  /** Nothing can be written: what `endAll` ended, or time, is refused with an error rather than told as ended (E9, E10). */
  readonly unwritable?: boolean
}

export function judge(model: Model, looked: Looked, mercy: Mercy = {}): string[] {
  const broken = [...model.surprises.map((what) => `surprise: ${what}`), ...sightings(model)]
  for (const account of model.accounts.values()) {
    const tokens = [...tokensOf(account)].filter((token) => looked.tokens[token] !== undefined)
    for (const token of tokens) broken.push(...tokenProblems(account, token, looked.tokens[token] as Seen, mercy))
    const live = tokens.filter((token) => looked.tokens[token]?.state === 'live')
    if (live.length > 1) broken.push(`${account.name}: ${live.length} of its tokens are live`)
    broken.push(...listProblems(account, looked))
  }
  return broken
}

/** All tokens that an acknowledged act brought. */
export function tokensOf({ deeds }: Account): Set<string> {
  return new Set(deeds.flatMap(({ brought }) => brought ?? []))
}

type Fate = 'live' | 'over' | 'either'

/** What was promised of a token, for one who came at a time. */
export function fateOf({ deeds }: Account, token: string, at = Number.POSITIVE_INFINITY): Fate {
  const born = deeds.find(({ brought }) => brought === token)
  const against = deeds.filter((deed) => concerns(deed, token, born))
  if (against.some(({ until }) => until < at)) return 'over'
  return against.some(({ from }) => from < at) ? 'either' : 'live'
}

/** Whether an act ends a token: by name, or with all of the session that it belongs to. */
function concerns(deed: Deed, token: string, born: Deed | undefined): boolean {
  if (FINAL.has(deed.act)) return true
  if (deed.act !== 'rotate' && deed.act !== 'sign-in-again') return false
  // Asked with an older token it may have found the younger one; what it brought lives on.
  return (
    deed.token === token || (deed.brought !== token && born !== undefined && deed.until > born.from && deed !== born)
  )
}

function tokenProblems(account: Account, token: string, seen: Seen, mercy: Mercy): string[] {
  const fate = fateOf(account, token)
  const name = `${account.name} (${token.slice(0, 6)}…)`
  switch (seen.state) {
    case 'error':
      if (mercy.unwritable && fate !== 'live' && seen.code === 'ERR_STORE_UNAVAILABLE') return []
      return [`${name}: cannot be read: ${seen.code} ${seen.message}`]
    case 'none':
      return mercy.unsynced && isAnonymous(account, token) ? [] : [`${name}: nobody knows its token any more`]
    case 'ended':
      if (mercy.inside && seen.reason === 'signed-out' && wasRefused(account)) return []
      return fate === 'live' ? [`${name}: was to live, and ended (${seen.reason})`] : []
    case 'live': {
      if (fate === 'over') return [`${name}: ended, and is honoured as ${seen.user}`]
      const problems = dataProblems(account, seen, mercy).map((problem) => `${name}: ${problem}`)
      if (account.id !== undefined && seen.id !== account.id) problems.push(`${name}: is another session (${seen.id})`)
      const anonymous = isAnonymous(account, token)
      if (!anonymous && seen.user !== account.user) problems.push(`${name}: is ${seen.user}'s, not ${account.user}'s`)
      return problems
    }
  }
}

function isAnonymous({ deeds }: Account, token: string): boolean {
  return deeds.find(({ brought }) => brought === token)?.act === 'begin'
}

function dataProblems({ deeds, undone }: Account, seen: Seen & { state: 'live' }, mercy: Mercy): string[] {
  const problems: string[] = []
  const { n, nonces } = seen
  const there = new Set(nonces)
  if (n !== nonces.length) problems.push(`a change is half there: the counter says ${n}, the list has ${nonces.length}`)
  if (there.size !== nonces.length) problems.push('a change was applied twice')
  const asked = deeds.filter(({ nonce }) => nonce !== undefined)
  const names = new Set(asked.map(({ nonce }) => nonce))
  const refused = new Set(undone.map(({ nonce }) => nonce))
  for (const nonce of there) {
    if (refused.has(nonce)) problems.push(`${nonce} was refused, and is there`)
    else if (!names.has(nonce)) problems.push(`${nonce} was never asked for`)
  }
  const lost = asked.filter(({ state, nonce }) => state === 'done' && !there.has(nonce as string))
  if (lost.length === 0) return problems
  if (!mercy.unsynced) return [...problems, `lost what was acknowledged: ${lost.map(({ nonce }) => nonce).join(', ')}`]
  // What is synced carries all that came before it.
  const synced = deeds.filter(({ act, state }) => state === 'done' && act !== 'update' && act !== 'begin')
  const present = asked.filter(({ nonce }) => there.has(nonce as string))
  for (const deed of lost) {
    const later = [...synced, ...present].find(({ from }) => from > deed.until)
    if (later !== undefined) problems.push(`lost ${deed.nonce}, which came before a ${later.act} that is there`)
  }
  return problems
}

function sightings({ owners, sights }: Model): string[] {
  return sights.flatMap(({ line, at, token, ended }) => {
    const account = owners.get(token)
    const fate =
      account === undefined ? 'either' : fateOf(account, token, line === 'live' ? at : Number.POSITIVE_INFINITY)
    if (line === 'live' && fate === 'over') return [`${account?.name}: ended, and was honoured afterwards`]
    // Whose sign-out could not be confirmed is refused by the process that was asked (E2).
    if (ended === 'signed-out' && account !== undefined && wasRefused(account)) return []
    if (line === 'over' && fate === 'live') return [`${account?.name}: was to live, and opened nothing (${ended})`]
    return []
  })
}

/** Whether a sign-out was answered with an error. */
export function wasRefused({ undone }: Account): boolean {
  return undone.some(({ act }) => act === 'sign-out')
}

function listProblems(account: Account, { users }: Looked): string[] {
  const { user, id, deeds, name } = account
  const ids = user === undefined ? undefined : users[user]
  if (ids === undefined || id === undefined) return []
  const final = deeds.filter(({ act }) => FINAL.has(act))
  const signedIn = deeds.some(({ act, state }) => state === 'done' && (act === 'sign-in' || act === 'sign-in-again'))
  if (final.some(({ state }) => state === 'done')) return ids.includes(id) ? [`${name}: ended, and is listed`] : []
  return final.length === 0 && signedIn && !ids.includes(id) ? [`${name}: lives, and is not listed`] : []
}
