// What the processes of one gateway tell each other, where it has several.
//
// Sessions are in the store, which they share, and no process believes another one's word about them. What is told is
// what no store holds: counts that are meant for the whole gateway, and that it is worth looking at a silent stream now.
// A word that is lost, or late, makes a count too small for a moment or a silent connection a second older; nothing
// passes because of it.

import type { SessionId } from '@coatcheck/session'

export type PeerWord =
  /** Something happened that may have ended the token of a session (G6). */
  | { readonly type: 'session-changed'; readonly id: SessionId }
  /** A vault waits for its cookie to come back, and it did (`moving-in/unreturned.ts`). */
  | { readonly type: 'vault-began'; readonly id: SessionId; readonly network: string; readonly at: number }
  | { readonly type: 'vault-returned'; readonly id: SessionId }
  /** A form is kept for a callback, and is kept no more (`callbacks/allowance.ts`). */
  | {
      readonly type: 'form-kept'
      readonly site: string
      readonly name: string
      readonly address: string | null
      readonly bytes: number
      readonly until: number
    }
  | { readonly type: 'form-taken'; readonly site: string; readonly name: string }

/** The other processes of the gateway. */
export interface Peers {
  /** Tells all of them. Nobody waits for it. */
  tell(word: PeerWord): void
  /** Hears what each of them tells. */
  hear(listener: (word: PeerWord) => void): void
}

/** A gateway of one process. */
export const ALONE: Peers = { tell: () => {}, hear: () => {} }
