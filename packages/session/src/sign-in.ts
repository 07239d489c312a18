// Signing in (E3): always a new token, the old one ended in the same step; whose data comes along depends on who was
// there before.

import { begin } from './begin.ts'
import { draftOf } from './data.ts'
import { SessionError } from './errors.ts'
import type { Hold } from './hold.ts'
import type { Held } from './read-cache.ts'
import { assertUser } from './user.ts'

export interface SignInOptions<Data> {
  /** How the user proved who he is, in RFC 8176's names: `['pwd']`, `['pwd', 'otp']`. Default none. */
  readonly methods?: readonly string[]
  /** *Remember me*: the cookie outlives the browser, with the lifetimes of the option `remember`. Default false. */
  readonly remember?: boolean
  /** As the option of `createSessions`, for this sign-in. */
  readonly carry?: boolean | readonly (keyof Data & string)[]
}

/**
 * What `session.signIn` does, and throws.
 *
 * @param openedAt - when the request came: an `endAll` since then defeats the sign-in (E12)
 */
export async function signIn<Data>(
  hold: Hold<Data>,
  user: string,
  options: SignInOptions<Data>,
  openedAt: number,
): Promise<void> {
  assertUser(user)
  const { engine, exchange } = hold
  const { store, codec, limit, tier, carry } = engine.settings
  if (tier === 'plain') {
    throw new SessionError('ERR_INSECURE_TRANSPORT', 'nobody signs in over plain http: send the visitor to https first')
  }
  hold.assertMayIssue()
  await hold.act(async () => {
    const old = hold.held
    const sameUser = old?.record.user === user
    const kept = old !== null && (sameUser || old.record.user === null) ? old : null
    const next = begin(engine, {
      continues: kept?.record ?? null,
      identity: { user, methods: options.methods ?? [], remembered: options.remember ?? false },
      authenticates: true,
      data: await codec.write(carried(hold, kept, sameUser ? true : (options.carry ?? carry))),
      client: exchange.client,
      brief: false,
    })
    const { record } = next.held
    const creation = { record, at: engine.now(), signIn: { openedAt, limit } }
    if (old !== null) await engine.housekeeping.settle(old.record.id)
    const outcome = await engine.apply('sign a user in', () =>
      old === null
        ? store.create(creation)
        : store.rotate({ ...creation, from: old.record.key, version: old.record.version, leave: 'tombstone' }),
    )
    if (old !== null) engine.forget(old.record.key)
    if (outcome.state === 'conflict' || outcome.state === 'gone') return false // the next attempt finds out which
    hold.issue(next, outcome)
    if (old !== null && kept === null) {
      engine.events.emit({ type: 'ended', id: old.record.id, reason: 'rotated', user: old.record.user })
    }
    engine.events.emit({ type: 'signed-in', id: record.id, user })
    return true
  })
}

function carried<Data>({ engine }: Hold<Data>, kept: Held<Data> | null, carry: boolean | readonly string[]): unknown {
  const { codec } = engine.settings
  if (kept === null || carry === false) return codec.initial()
  if (carry === true) return draftOf(kept.data)
  const named = Object.entries(kept.data as object).filter(([key]) => carry.includes(key))
  return { ...codec.initial(), ...Object.fromEntries(named) }
}
