// What became of a write whose answer was lost (E2). The record tells: it keeps the nonces of its last 32 writes.

import type { SessionRecord } from './store.ts'

export const REMEMBERED_WRITES = 32

export interface Doubtful {
  readonly nonce: string
  /** The version that the write would have made. */
  readonly version: number
}

/** 'unknown' where so many writes came after it that its nonce would be forgotten by now. */
export function fateOf({ nonce, version }: Doubtful, record: SessionRecord): 'applied' | 'not applied' | 'unknown' {
  if (record.writes.includes(nonce)) return 'applied'
  return record.version - version < REMEMBERED_WRITES ? 'not applied' : 'unknown'
}
