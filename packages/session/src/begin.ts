// A session as it begins, or begins anew under another token: the record, the token that opens it, the key of its data.

import type { Engine } from './engine.ts'
import type { Held } from './read-cache.ts'
import { newDataKey, sealData, wrapDataKey } from './seal.ts'
import { type Client, FORMAT, type SessionRecord } from './store.ts'
import { newSessionId, SessionToken } from './token.ts'

/** A session that is not in the store yet. */
export interface Begun<Data> {
  readonly token: SessionToken
  readonly held: Held<Data>
}

export interface Beginning<Data> {
  /** The record that it continues, keeping its id; null for a session of its own. */
  readonly continues: SessionRecord | null
  readonly identity: Pick<SessionRecord, 'user' | 'methods' | 'remembered'>
  /** Whether the user proved now who he is: then the absolute lifetime starts anew (E5). */
  readonly authenticates: boolean
  readonly data: { readonly json: string; readonly data: Data }
  readonly client: Client
  readonly brief: boolean
}

/** Always a new token and a new data key (E3, E7). */
export function begin<Data>(engine: Engine<Data>, beginning: Beginning<Data>): Begun<Data> {
  const { continues, identity, authenticates, data, client, brief } = beginning
  const { site, sealer } = engine.settings
  const { idle, absolute } = engine.lifetimes(identity.remembered)
  const now = engine.now()
  const token = SessionToken.mint()
  const dataKey = newDataKey()
  const id = continues?.id ?? newSessionId()
  const clear: Omit<SessionRecord, 'sealed'> = {
    format: FORMAT,
    key: engine.key(token),
    id,
    site,
    ...identity,
    version: 1,
    epoch: 0,
    createdAt: continues?.createdAt ?? now,
    authenticatedAt: authenticates ? now : (continues?.authenticatedAt ?? null),
    issuedAt: now,
    absoluteEnd: authenticates || continues === null ? now + absolute : continues.absoluteEnd,
    idle,
    brief,
    client,
    writes: [],
    links: [],
    unconfirmed: false,
    wrappedKey: wrapDataKey(sealer, token, id, dataKey),
  }
  const record = { ...clear, sealed: sealData(dataKey, data.json, clear) }
  return { token, held: { record, dataKey, data: data.data, lastSeen: now, linked: false } }
}

/** The same session under a new token, changing no privilege: data and data key stay (E3). */
export function renewed<Data>(engine: Engine<Data>, held: Held<Data>): Begun<Data> {
  const token = SessionToken.mint()
  const clear: SessionRecord = {
    ...held.record,
    key: engine.key(token),
    issuedAt: engine.now(),
    unconfirmed: true,
    wrappedKey: wrapDataKey(engine.settings.sealer, token, held.record.id, held.dataKey),
  }
  // Sealed anew: the lifetimes that were sealed with it may have been shortened since.
  const record = { ...clear, sealed: sealData(held.dataKey, JSON.stringify(held.data), clear) }
  return { token, held: { ...held, record, linked: false } }
}
