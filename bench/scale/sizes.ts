// What a session and a tombstone take in the file, indexes included.

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sqlite } from '../../packages/session/src/index.ts'
import { SessionToken, sessionKey } from '../../packages/session/src/token.ts'
import { fill, Tokens } from './fill.ts'
import { SITE } from './population.ts'

const TOMBSTONES = 20_000

/** Bytes of the file, and of the one beside it in which last-seen times are, for each of its sessions. */
export function sizeOfSession(file: string, sessions: number): number {
  return (statSync(file).size + statSync(`${file}-touches`).size) / sessions
}

/** Bytes for each tombstone of a file that has nothing else, packed. */
export async function sizeOfTombstone(folder: string, now: number): Promise<number> {
  const file = join(folder, 'tombstones.db')
  const tokensFile = join(folder, 'tombstones-tokens')
  const store = sqlite(file)
  await fill({ store, sessions: TOMBSTONES, now, tokens: tokensFile, progress: () => {} })
  const tokens = new Tokens(tokensFile)
  for (let n = 0; n < TOMBSTONES; ) {
    const ends: Promise<unknown>[] = []
    for (const until = n + 1000; n < until; n++) {
      const key = sessionKey(SITE, SessionToken.parse(tokens.of(n)) as SessionToken)
      ends.push(store.end(key, { reason: 'signed-out', at: now }))
    }
    await Promise.all(ends)
  }
  tokens.close()
  await store.close()
  const db = new DatabaseSync(file)
  db.exec('VACUUM')
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
  return statSync(file).size / TOMBSTONES
}
