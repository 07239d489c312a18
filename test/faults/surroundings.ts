// Where faults are tried, and how their many processes start quickly.

import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Member } from './crew/crew.ts'

/** In memory: what is synced to a disk only the power cut asks, and it has that told by the kernel. */
export function place(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
}

/** Compiled once for all of the many processes: one that ends in order leaves what it has compiled. */
export async function compile(folder: string): Promise<void> {
  process.env.NODE_COMPILE_CACHE = join(folder, 'compiled')
  const first = new Member()
  await first.ready
  await first.ask({ do: 'fill with expired', site: { file: join(folder, 'first.db') }, count: 1 })
  await first.dismiss()
}
