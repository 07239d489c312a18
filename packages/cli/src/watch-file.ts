// Whether a file holds something else than before. It is read, not subscribed to: that sees every way in which editors and
// deployments write (in place, in two steps, by a rename, by another link in place of the folder) on every file system,
// and what was written without a change is no change.

import { readFile } from 'node:fs/promises'

const LOOK_EVERY = 1000

/** @returns a function that ends the watch */
export function watchFile(file: string, changed: () => void): () => void {
  const look = watcher(file, changed)
  void look()
  const timer = setInterval(() => void look(), LOOK_EVERY).unref()
  return () => clearInterval(timer)
}

/**
 * A look at a file. It calls `changed` each time the file holds something else, once two looks have found the same: what
 * is still being written is left to the next look. A file that is gone has changed too.
 */
export function watcher(file: string, changed: () => void): () => Promise<void> {
  /** Undefined before the first look; null where there is no file. */
  let known: string | null | undefined
  let seen: string | null | undefined
  let looking = false
  return async () => {
    if (looking) return // the file system takes its time
    looking = true
    const now = await readFile(file, 'latin1').catch(() => null)
    looking = false
    if (known === undefined) known = now
    else if (now !== known && now === seen) {
      known = now
      changed()
    }
    seen = now
  }
}
