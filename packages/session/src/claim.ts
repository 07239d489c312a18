// Things that may happen once: whoever claims one first has it, in all processes that share the store.
//
// A store can create where nothing is, and says so where something is (E1). That is all a claim needs: it is a record
// under a key that no token leads to, without user, id or data that anybody could open.

import { hash } from 'node:crypto'
import { SessionError } from './errors.ts'
import { FORMAT, type SessionRecord, type Store } from './store.ts'
import { newNonce, newSessionId, type SessionKey } from './token.ts'

export interface Claiming {
  readonly site: string
  /** What is claimed; only its hash is stored. */
  readonly what: string
  /** Now, in milliseconds since 1970. */
  readonly at: number
  /** Until when it stays claimed. */
  readonly until: number
}

export interface Claim {
  /** Whether it was free until now. */
  readonly taken: boolean
  /** When it was claimed first. */
  readonly at: number
}

/**
 * Claims something, for once.
 *
 * @throws ERR_STORE_UNAVAILABLE where nobody can say whether it was claimed before
 * @example
 * import { claim, memory } from '@coatcheck/session'
 * const store = memory()
 * const code = { site: 'shop', what: 'code 123', until: Date.now() + 30_000 }
 * const first = await claim(store, { ...code, at: Date.now() })
 * const second = await claim(store, { ...code, at: Date.now() })
 * first.taken && !second.taken // true
 */
export async function claim(store: Store, { site, what, at, until }: Claiming): Promise<Claim> {
  const record: SessionRecord = {
    format: FORMAT,
    key: hash('sha256', `coatcheck/claim\0${site}\0${what}`, 'base64url') as SessionKey,
    id: newSessionId(),
    site,
    user: null,
    version: 1,
    epoch: 0,
    createdAt: at,
    authenticatedAt: null,
    issuedAt: at,
    absoluteEnd: until,
    idle: null,
    brief: false,
    remembered: false,
    methods: [],
    client: { address: null, userAgent: null },
    writes: [newNonce()],
    links: [],
    unconfirmed: false,
    wrappedKey: new Uint8Array(),
    sealed: new Uint8Array(),
  }
  try {
    const { state } = await store.create({ record, at, signIn: null })
    if (state === 'done') return { taken: true, at }
    const found = await store.read(record.key)
    if (found.state === 'live') return { taken: false, at: found.record.createdAt }
    // Its end has come, or came just now: it was claimed all the same.
    return { taken: false, at: found.state === 'ended' ? found.tombstone.endedAt : at }
  } catch (error) {
    throw new SessionError('ERR_STORE_UNAVAILABLE', 'nobody can say whether this was claimed before', { cause: error })
  }
}
