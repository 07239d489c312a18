// `restoreSqlite`, in the thread that does it.
//
// A backup knows nothing of the sign-outs that came after it: as it is, it would bring the sessions back that they
// ended (F4), and whoever kept a copy of such a cookie would be let in. So every session that was live in it is ended
// before it is put in place, and its token remembered as ended (E4). That is done to the copy: at no moment is there a
// file under the store's name in which they live.

import { lstatSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Restored } from '../../sqlite-upkeep.ts'
import { prepare } from '../schema.ts'
import { alone } from './alone.ts'
import { copy } from './copy.ts'
import { endSessions } from './end-sessions.ts'
import { assertApart, discard, exchange, giveTo, isTaken, PARTS, statOf, sync, unfinished, unusable } from './files.ts'
import { isAnothers } from './source.ts'
import type { Watch } from './watch.ts'

export async function restore(
  from: string,
  file: string,
  insecureKeepSessions: boolean,
  watch: Watch,
): Promise<Restored> {
  assertApart(from, file)
  if (statOf(file)?.isDirectory()) throw unusable(`${file} is a folder: name a file in it`)
  assertOurPlace(file)
  // Until it is done: a gateway that is started meanwhile waits, and then says why it does not start.
  const hold = alone(file)
  const staged = unfinished(file)
  try {
    const files = await copy(from, staged, 'backup', watch)
    const prepareAll = () => {
      for (const part of PARTS) prepare(part.of(staged), part.schema, 0)
    }
    prepareAll()
    const at = Date.now()
    const ended = insecureKeepSessions ? null : await endSessions(staged, at, watch)
    prepareAll() // in WAL mode again
    await watch.turn()
    const placed = PARTS.map((part) => part.of(staged))
    for (const path of placed) sync(path)
    giveTo(ownerOf(file), placed)
    const aside = isTaken(file) ? asideOf(file, at) : null
    exchange(staged, file, aside)
    const placedFiles = files.map(({ path: at, rows }) => {
      const path = file + at.slice(staged.length)
      return { path, bytes: statOf(path)?.size ?? 0, rows }
    })
    return { at, files: placedFiles, ended, aside }
  } finally {
    discard(staged)
    hold.release()
  }
}

/** Damaged it may be, that is what backups are for; but not somebody else's. */
function assertOurPlace(file: string): void {
  for (const part of PARTS) {
    const path = part.of(file)
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw unusable(`${path} is a link: a restore would take the link's place; name the file that it leads to`)
    }
  }
  if (isAnothers(file)) throw unusable(`${file} is a database of another application: name the store's file`)
}

/** Of what stands there, or else of the folder. */
function ownerOf(file: string): Stats {
  return statOf(file) ?? statSync(dirname(file))
}

function asideOf(file: string, at: number): string {
  return `${file}.before-restore-${new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')}`
}
