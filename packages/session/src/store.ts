// The contract between the engine and whatever keeps the records.
//
// There is no `set`. A record is created where no key exists, replaced only in the version that was read, rotated or
// ended in one atomic step, and what has ended stays ended: a tombstone takes the key's place until the session's
// absolute end (E1, E4). Every write is idempotent: sent again unchanged, because the answer to the first attempt was
// lost, it answers as the first would have and applies nothing twice (E2).
//
// A store rejects with an ordinary error where it does not know whether a write took effect; with `NotApplied` where
// it is certain that it did not. It never answers 'none' for a key because it could not look (E9).
//
// All times are milliseconds since 1970 on the store's clock (`skew`), and come in as arguments.

import type { SessionId, SessionKey } from './token.ts'

/** The form of the records that this release writes (E11). */
export const FORMAT = 1

/** Why a session, or one of its tokens, ended. */
export type EndReason =
  | 'signed-out'
  | 'rotated' // by a sign-in or another change of privilege
  | 'renewed' // the renewed token was presented, and the old one's ten seconds are over
  | 'revoked' // from elsewhere: `end`, `endAll`
  | 'limit' // a newer session of the same user took its place
  | 'exposed' // the token arrived over plain http
  | 'idle'
  | 'absolute'

/** Where a session was begun, for the user's own list of sessions. */
export interface Client {
  readonly address: string | null
  readonly userAgent: string | null
}

/** One live session. Everything but its sealed data can be read by whoever reads the store. */
export interface SessionRecord {
  readonly format: number
  readonly key: SessionKey
  readonly id: SessionId
  readonly site: string
  readonly user: string | null
  /** Counts replacements. 1 at creation. */
  readonly version: number
  /** Which of the user's epochs (`endAll`) it belongs to; stamped by the store. */
  readonly epoch: number
  readonly createdAt: number
  readonly authenticatedAt: number | null
  /** When this token was minted. Renewal counts from here. */
  readonly issuedAt: number
  /** Nothing moves it but an authentication (E5). */
  readonly absoluteEnd: number
  /** Milliseconds without a request after which it ends; null: never. */
  readonly idle: number | null
  /** Ends two minutes after its creation unless the browser has returned its cookie by then (robots, health checks). */
  readonly brief: boolean
  /** *Remember me*: the cookie outlives the browser. */
  readonly remembered: boolean
  /** How the user proved who he is: `pwd`, `otp`, … (RFC 8176 names). */
  readonly methods: readonly string[]
  readonly client: Client
  /** Nonces of the last 32 writes, by which a repeated write is recognised. */
  readonly writes: readonly string[]
  /** Keys of renewed tokens that still lead here. */
  readonly links: readonly SessionKey[]
  /** The renewed token has not been presented yet. */
  readonly unconfirmed: boolean
  readonly wrappedKey: Uint8Array
  readonly sealed: Uint8Array
}

/** A renewed token's key: it still opens the session that `to` names, until `endsAt`. */
export interface Link {
  readonly to: SessionKey
  readonly id: SessionId
  /** The session's data key, wrapped for the old token. */
  readonly wrappedKey: Uint8Array
  /** Ten seconds after the new token was first presented; null: not presented yet. */
  readonly endsAt: number | null
  readonly absoluteEnd: number
  /** Whether someone is signed in under it. */
  readonly signedIn: boolean
}

/** What stays of a token that ended, until the session's absolute end. */
export interface Tombstone {
  readonly id: SessionId
  readonly reason: EndReason
  /** Whether someone was signed in under it. */
  readonly signedIn: boolean
  readonly endedAt: number
  readonly absoluteEnd: number
}

/** "All sessions of this user that were begun before now are over, but that one" (E12). */
export interface Cutoff {
  /** Grows with every `endAll` and is never used twice. */
  readonly epoch: number
  readonly at: number
  readonly except: SessionId | null
}

/** What a store knows of a key. */
export type Lookup =
  | { readonly state: 'none' }
  | { readonly state: 'ended'; readonly tombstone: Tombstone }
  | {
      readonly state: 'live'
      readonly record: SessionRecord
      readonly lastSeen: number
      readonly cutoff: Cutoff | null
      /** Where the key is a renewed token's. */
      readonly link: Link | null
    }

/** How many live sessions a user may have, and what happens at one more. */
export interface Limit {
  readonly max: number
  readonly policy: 'end-oldest' | 'refuse'
}

/** What a write that begins or re-begins a user's session is subject to. */
export interface SignInConditions {
  /** When the request was opened: an `endAll` at or after it defeats the sign-in (E12). */
  readonly openedAt: number
  readonly limit: Limit | null
}

export interface Creation {
  readonly record: SessionRecord
  readonly at: number
  /** Null where no one signs in. */
  readonly signIn: SignInConditions | null
}

export interface Rotation extends Creation {
  /** The key that ends, in the version that was read. */
  readonly from: SessionKey
  readonly version: number
  /** A tombstone ends the old token now; a link lets it live on briefly (renewal). */
  readonly leave: 'tombstone' | 'link'
}

export type Began =
  | { readonly state: 'done'; readonly record: SessionRecord; readonly ended: readonly SessionId[] }
  | { readonly state: 'exists' } // the key is taken: never by this very write
  | { readonly state: 'limit' }
  | { readonly state: 'cutoff' }

export type Rotated = Began | { readonly state: 'conflict' } | { readonly state: 'gone' }

export type Replaced = 'done' | 'conflict' | 'gone'

export interface Ending {
  readonly reason: EndReason
  readonly at: number
}

/** One row of a user's list of sessions. */
export interface Listed {
  readonly record: SessionRecord
  readonly lastSeen: number
}

export interface Store {
  /** For messages and events: `memory`, `sqlite`, … */
  readonly name: string

  /** What is known of a key. Rejects where it cannot be known. */
  read(key: SessionKey): Lookup | Promise<Lookup>

  /**
   * Proof of freshness (E8): a value that stays identical (`===`) for as long as nothing that `read(key)` says of
   * record, link and cutoff can have changed, and never comes back; `undefined` where that can't be vouched for right
   * now. What was changed through this very store shows before the write's promise settles, also where it rejects;
   * what was changed elsewhere, within the bound that the store states. Touches do not change it. It must be cheap:
   * it is asked at every read. Without this method nothing is cached.
   */
  stamp?(key: SessionKey): unknown

  /** Milliseconds to add to this machine's clock to get the store's. Default 0. */
  skew?(): number

  create(creation: Creation): Promise<Began>

  /**
   * Takes the place of version `record.version - 1`. `nonce` is the last of `record.writes`. Epoch, links and
   * confirmation are the store's own, and stay. A key that became a link is a conflict: read again, through the link.
   */
  replace(record: SessionRecord, nonce: string, at: number): Promise<Replaced>

  /** Ends one key and begins another in one step: never both usable, never neither. */
  rotate(rotation: Rotation): Promise<Rotated>

  /** The renewed token was presented: links to it get their end, unless they have one. */
  confirm(key: SessionKey, linksEndAt: number): Promise<void>

  /** To tombstone, links too. Answers the tombstone, also where it stood already; null for a key that never was. */
  end(key: SessionKey, ending: Ending): Promise<Tombstone | null>

  /** As `end`, by the session's public id; null also where it has ended already. */
  endById(site: string, id: SessionId, ending: Ending): Promise<Tombstone | null>

  /**
   * Ends all of a user's sessions but one, those in the middle of signing in included. Answers whose it ended. The
   * exception brings nothing back that has ended; sent again (same time, same exception), it spares what began since;
   * with an earlier time than the last one, it leaves that time standing.
   */
  endAll(site: string, user: string, at: number, except: SessionId | null): Promise<readonly SessionId[]>

  /**
   * Last seen, by id. Never moves back, never brings anything to life, changes no version and no stamp. Once it
   * resolved, every later write knows of it.
   */
  touch(seen: ReadonlyMap<SessionId, number>): Promise<void>

  /** Live sessions of a user, most recently seen first. */
  list(site: string, user: string, at: number): Promise<readonly Listed[]>

  /**
   * Ends what has expired and forgets tombstones past their absolute end: at most `max` rows, and fewer where more would
   * keep other writes waiting. Answers how many it looked at; 0 where none is left.
   */
  sweep(at: number, max: number): Promise<number>

  close(): Promise<void>
}

/** A store throws this where it is certain that a write did not take effect. */
export class NotApplied extends Error {
  override readonly name = 'NotApplied'
}
