// What a process asked the kernel to write, sync, truncate and remove, in its order, as strace tells it. Pure.
//
// A write counts from when it began; a sync is done when it has ended, and syncs what was written before it began. So
// whatever order the kernel chose in between, nothing is taken for synced that may not be.

export type DiskEvent =
  | { readonly what: 'create' | 'unlink'; readonly path: string }
  | { readonly what: 'write'; readonly path: string; readonly offset: number; readonly data: Buffer }
  | { readonly what: 'truncate'; readonly path: string; readonly size: number }
  /** Ended now. `begun`: how many events there were when it began. */
  | { readonly what: 'sync'; readonly path: string; readonly begun: number }
  /** Text that was appended to a file that is not on the disk that fails. */
  | { readonly what: 'note'; readonly path: string; readonly text: string }

export const STRACE = [
  '-f',
  '--seccomp-bpf',
  '-y',
  '-xx',
  '-s',
  '70000',
  '-e',
  'trace=openat,pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename',
]

/**
 * @param disk - the folder that fails
 * @param notes - the folder whose files are not on it
 */
export function readTrace(text: string, disk: string, notes: string): DiskEvent[] {
  const events: DiskEvent[] = []
  /** Of calls that were interrupted by another thread's: their beginning, and how many events there were then. */
  const unfinished = new Map<string, { readonly head: string; readonly begun: number }>()
  for (const line of text.split('\n')) {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    if (rest.startsWith('<... ')) {
      const begin = unfinished.get(pid)
      unfinished.delete(pid)
      const tail = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1]
      if (begin === undefined || tail === undefined || !isSync(begin.head) || !succeeded(tail)) continue
      const path = descriptorPath(begin.head)
      if (path.startsWith(disk)) events.push({ what: 'sync', path, begun: begin.begun })
      continue
    }
    if (rest.endsWith('<unfinished ...>')) {
      unfinished.set(pid, { head: rest, begun: events.length })
      if (!isSync(rest)) read(rest, events, disk, notes)
      continue
    }
    if (!succeeded(rest)) continue
    if (isSync(rest)) {
      const path = descriptorPath(rest)
      if (path.startsWith(disk)) events.push({ what: 'sync', path, begun: events.length })
    } else read(rest, events, disk, notes)
  }
  return events
}

function read(call: string, events: DiskEvent[], disk: string, notes: string): void {
  const name = call.slice(0, call.indexOf('('))
  if (name === 'openat') {
    const path = decode(/, "((?:\\x..)*)"/.exec(call)?.[1]).toString()
    if (path.startsWith(disk) && call.includes('O_CREAT')) events.push({ what: 'create', path })
  } else if (name === 'unlink') {
    const path = decode(/\("((?:\\x..)*)"/.exec(call)?.[1]).toString()
    if (path.startsWith(disk)) events.push({ what: 'unlink', path })
  } else if (name === 'pwrite64' || name === 'write') {
    const path = descriptorPath(call)
    if (path.startsWith(notes)) events.push({ what: 'note', path, text: written(call).toString() })
    else if (path.startsWith(disk)) {
      const offset =
        name === 'write'
          ? Number.NaN
          : Number(/, (\d+)(?:\)| <unf)/.exec(call.slice(call.lastIndexOf('"')).replace(/^", \d+/, ''))?.[1])
      if (Number.isNaN(offset)) throw new Error(`a write that is not understood: ${call.slice(0, 200)}`)
      events.push({ what: 'write', path, offset, data: written(call) })
    }
  } else if (name === 'ftruncate') {
    const path = descriptorPath(call)
    const size = Number(/>, (\d+)/.exec(call)?.[1])
    if (path.startsWith(disk)) events.push({ what: 'truncate', path, size })
  } else if (name === 'rename') throw new Error('a file was renamed, which the simulation does not know')
}

function isSync(call: string): boolean {
  return call.startsWith('fsync(') || call.startsWith('fdatasync(')
}

function succeeded(call: string): boolean {
  return /\) += \d+/.test(call.slice(-400))
}

function written(call: string): Buffer {
  const from = call.indexOf('"') + 1
  const data = decode(call.slice(from, call.indexOf('"', from)))
  if (call.startsWith('"...', call.indexOf('"', from))) throw new Error('strace has cut a write short')
  return data
}

function descriptorPath(call: string): string {
  return decode(/^\w+\(\d+<([^>]*)>/.exec(call)?.[1]).toString()
}

function decode(hex = ''): Buffer {
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex')
}
