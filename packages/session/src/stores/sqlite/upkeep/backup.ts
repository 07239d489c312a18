// `backupSqlite`, in the thread that does it.

import type { Backup } from '../../sqlite-upkeep.ts'
import { SESSIONS } from '../versions.ts'
import { alone } from './alone.ts'
import { copy } from './copy.ts'
import { assertApart, discard, exchange, isTaken, statOf, unfinished, unusable } from './files.ts'
import { openSource } from './source.ts'
import type { Watch } from './watch.ts'

export async function backup(file: string, to: string, force: boolean, watch: Watch): Promise<Backup> {
  assertApart(file, to)
  if (statOf(to)?.isDirectory()) throw unusable(`${to} is a folder: name a file in it`)
  assertFree(to, force)
  const staged = unfinished(to)
  try {
    const at = Date.now()
    const files = await copy(file, staged, 'store', watch)
    await watch.turn()
    assertFree(to, force) // what came to stand there meanwhile is not overwritten either
    exchange(staged, to, null)
    return { at, files: files.map((one) => ({ ...one, path: to + one.path.slice(staged.length) })) }
  } finally {
    discard(staged)
  }
}

function assertFree(to: string, force: boolean): void {
  if (!isTaken(to)) return
  if (!force) throw unusable(`${to} is there already: name another file, or overwrite it with --force`)
  // Even then, only what is a backup of ours, or nothing; and no store that somebody works with.
  if ((statOf(to)?.size ?? 0) > 0) openSource(to, SESSIONS, true).close()
  alone(to).release()
}
