// A disk that forgets what was not synced: files as a power cut would leave them. Pure.
//
// Synced is what a sync of the file covered; a new name also what a sync of its folder covered. Of all else anything may
// be left: nothing, all, what came first, or any part, torn at sectors of 512 bytes. What a sync promised is taken to
// hold; a disk that lies about it is not simulated.

import { dirname } from 'node:path'
import type { Random } from '../random.ts'
import type { DiskEvent } from './trace.ts'

const SECTOR = 512

export const LEFT = ['nothing', 'all', 'the first', 'some'] as const
/** Of what was written and not synced. */
export type Left = (typeof LEFT)[number]

type Indexed<E> = E extends { what: 'sync' | 'note' } ? never : E & { readonly index: number }
type Change = Indexed<DiskEvent>

export class Disk {
  readonly #synced = new Map<string, Content>()
  readonly #unsynced = new Map<string, Change[]>()
  #index = 0

  /** Writes and bytes that would be lost now. */
  get atRisk(): { writes: number; bytes: number } {
    const writes = [...this.#unsynced.values()].flat().filter((change) => change.what === 'write')
    return { writes: writes.length, bytes: writes.reduce((sum, { data }) => sum + data.length, 0) }
  }

  take(event: DiskEvent): void {
    const index = this.#index++
    if (event.what === 'note') return
    if (event.what === 'sync') this.#sync(event.path, event.begun)
    else if (event.what !== 'create' || !this.#exists(event.path)) this.#changes(event.path).push({ ...event, index })
  }

  /** The files as they would be found. */
  cut(left: Left, random: Random): Map<string, Buffer> {
    const files = new Map([...this.#synced].map(([path, content]) => [path, content.copy()]))
    const changes = [...this.#unsynced.values()].flat().sort((a, b) => a.index - b.index)
    for (const change of leftOf(changes, left, random)) apply(files, change)
    return new Map([...files].map(([path, { bytes }]) => [path, bytes]))
  }

  #sync(path: string, begun: number): void {
    for (const [name, changes] of this.#unsynced) {
      const names = dirname(name) === path // the folder: names, not what is in the files
      if (name !== path && !names) continue
      const covered = (change: Change) =>
        change.index < begun && (name === path || change.what === 'create' || change.what === 'unlink')
      for (const change of changes.filter(covered)) apply(this.#synced, change)
      this.#unsynced.set(
        name,
        changes.filter((change) => !covered(change)),
      )
    }
  }

  #exists(path: string): boolean {
    const last = this.#changes(path).findLast(({ what }) => what === 'create' || what === 'unlink')
    return last === undefined ? this.#synced.has(path) : last.what === 'create'
  }

  #changes(path: string): Change[] {
    const changes = this.#unsynced.get(path) ?? []
    this.#unsynced.set(path, changes)
    return changes
  }
}

function leftOf(changes: readonly Change[], left: Left, random: Random): Change[] {
  switch (left) {
    case 'nothing':
      return []
    case 'all':
      return [...changes]
    case 'the first': {
      const first = changes.slice(0, random.whole(0, changes.length))
      const last = first.pop()
      return last === undefined ? [] : [...first, ...torn(last, random)]
    }
    case 'some':
      return changes.filter(() => random.chance(0.5)).flatMap((change) => torn(change, random))
  }
}

/** Sectors of a write that reached the disk. */
function torn(change: Change, random: Random): Change[] {
  if (change.what !== 'write') return [change]
  const { offset, data } = change
  const parts: Change[] = []
  for (let from = 0; from < data.length; ) {
    const to = Math.min(data.length, from + SECTOR - ((offset + from) % SECTOR))
    if (random.chance(0.7)) parts.push({ ...change, offset: offset + from, data: data.subarray(from, to) })
    from = to
  }
  return parts
}

function apply(files: Map<string, Content>, change: Change): void {
  const { path } = change
  if (change.what === 'unlink') {
    files.delete(path)
    return
  }
  const content = files.get(path) ?? new Content()
  files.set(path, content)
  if (change.what === 'truncate') content.resize(change.size)
  else if (change.what === 'write') content.write(change.offset, change.data)
}

/** A file's bytes, which grow without being copied each time. */
class Content {
  #bytes = Buffer.alloc(1 << 14)
  #size = 0

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#size)
  }

  copy(): Content {
    const copy = new Content()
    copy.write(0, this.bytes)
    return copy
  }

  write(offset: number, data: Buffer): void {
    const end = offset + data.length
    if (end > this.#size) this.resize(end)
    data.copy(this.#bytes, offset)
  }

  resize(size: number): void {
    if (size > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(size * 2 - this.#bytes.length)])
    if (size < this.#size) this.#bytes.fill(0, size, this.#size)
    this.#size = size
  }
}
