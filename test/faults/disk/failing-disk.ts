// A disk that can be made to fail: ext4 in a file, which the kernel makes read-only at an error, whoever has files open.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { run, smallDiskMissing } from './small-disk.ts'

export function failingDiskMissing(): string | null {
  const problem = smallDiskMissing()
  if (problem !== null) return problem
  if (!existsSync('/dev/loop-control')) return 'this kernel has no loop devices'
  return spawnSync('mkfs.ext4', ['-V']).status === 0 ? null : 'there is no mkfs.ext4: apt-get install e2fsprogs'
}

export class FailingDisk {
  readonly path: string
  readonly #image: string

  constructor(path: string, megabytes: number) {
    this.path = path
    this.#image = `${path}.img`
    mkdirSync(path)
    run('truncate', ['-s', `${megabytes}M`, this.#image])
    run('mkfs.ext4', ['-q', '-F', this.#image])
    this.mount()
  }

  mount(): void {
    run('mount', ['-o', 'loop,errors=remount-ro', this.#image, this.path])
  }

  /** As at an error of the disk: from now on nothing is written to it. */
  fail(): void {
    const { stdout } = spawnSync('findmnt', ['-no', 'SOURCE', this.path], { encoding: 'utf8' })
    writeFileSync(`/sys/fs/ext4/${basename(stdout.trim())}/trigger_fs_error`, '1')
  }

  /** Once nobody has a file open on it. */
  unmount(): void {
    run('umount', [this.path])
  }

  remove(): void {
    spawnSync('umount', ['--lazy', this.path])
  }
}
