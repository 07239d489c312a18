// A disk of a few megabytes, in memory, that can be filled and made read-only; for root on Linux.

import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Why there can be none here; null where there can. */
export function smallDiskMissing(): string | null {
  if (process.platform !== 'linux') return 'it takes a tmpfs: Linux'
  return process.geteuid?.() === 0 ? null : 'it takes a mount: run it as root'
}

export class SmallDisk {
  readonly path: string
  readonly #ballast: string

  constructor(path: string, megabytes: number) {
    mkdirSync(path, { recursive: true })
    run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0777`, 'coatcheck-faults', path])
    this.path = path
    this.#ballast = join(path, 'ballast')
  }

  /** To the last byte, or but for some pages. */
  fill(pagesLeft = 0): void {
    const fd = openSync(this.#ballast, 'a')
    try {
      const { bfree, bsize } = statfsSync(this.path)
      const room = Math.max(0, bfree - pagesLeft)
      for (let page = 0; page < room; page++) writeSync(fd, Buffer.alloc(bsize, 1))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    } finally {
      closeSync(fd)
    }
  }

  makeRoom(): void {
    rmSync(this.#ballast, { force: true })
  }

  remove(): void {
    run('umount', ['--lazy', this.path])
  }
}

/** @throws with what the program said */
export function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`)
}
