// What a power cut leaves of files, and how it is read from the kernel's account.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../random.ts'
import { Disk } from './replay.ts'
import { type DiskEvent, readTrace } from './trace.ts'

const write = (path: string, offset: number, text: string): DiskEvent => {
  return { what: 'write', path, offset, data: Buffer.from(text) }
}

function diskAfter(...events: DiskEvent[]): Disk {
  const disk = new Disk()
  for (const event of events) disk.take(event)
  return disk
}

function left(disk: Disk, how: 'nothing' | 'all', path = '/d/f'): string | undefined {
  return disk.cut(how, new Random(1)).get(path)?.toString()
}

test('what was synced stays, what was written since is lost or not', () => {
  const disk = diskAfter(
    { what: 'create', path: '/d/f' },
    write('/d/f', 0, 'one'),
    { what: 'sync', path: '/d/f', begun: 2 },
    write('/d/f', 3, 'two'),
    { what: 'truncate', path: '/d/f', size: 5 },
  )
  assert.equal(left(disk, 'nothing'), 'one')
  assert.equal(left(disk, 'all'), 'onetw')
  assert.deepEqual(disk.atRisk, { writes: 1, bytes: 3 })
})

test('a sync covers what was written before it began, not what came while it lasted', () => {
  const disk = diskAfter(write('/d/f', 0, 'one'), write('/d/f', 3, 'two'), { what: 'sync', path: '/d/f', begun: 1 })
  assert.equal(left(disk, 'nothing'), 'one')
})

test('a sync of one file says nothing of another; one of the folder keeps names', () => {
  const disk = diskAfter({ what: 'create', path: '/d/g' }, write('/d/g', 0, 'x'), {
    what: 'sync',
    path: '/d/f',
    begun: 2,
  })
  assert.equal(left(disk, 'nothing', '/d/g'), undefined)
  disk.take({ what: 'sync', path: '/d', begun: 3 })
  assert.equal(left(disk, 'nothing', '/d/g'), '')
})

test('a file that was removed and made again begins empty', () => {
  const disk = diskAfter(
    write('/d/f', 0, 'old'),
    { what: 'unlink', path: '/d/f' },
    { what: 'create', path: '/d/f' },
    write('/d/f', 0, 'n'),
  )
  assert.equal(left(disk, 'all'), 'n')
})

test('of what was not synced any part may be left, torn at sectors', () => {
  const disk = diskAfter({ what: 'create', path: '/d/f' }, write('/d/f', 0, 'x'.repeat(4096)))
  const found = new Set(
    Array.from({ length: 50 }, (_, i) => disk.cut('some', new Random(i)).get('/d/f')?.toString().replaceAll('\0', '')),
  )
  assert.ok(found.size > 4)
  for (const text of found) assert.equal((text?.length ?? 0) % 512, 0)
})

test('a trace is read: writes when they began, syncs when they ended, notes as they are', () => {
  const hex = (text: string) =>
    [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
  const trace = [
    `7 openat(AT_FDCWD<${hex('/')}>, "${hex('/d/f')}", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = 21<${hex('/d/f')}>`,
    `7 openat(AT_FDCWD<${hex('/')}>, "${hex('/d/none')}", O_RDWR|O_CREAT) = -1 EACCES (Permission denied)`,
    `7 pwrite64(21<${hex('/d/f')}>, "${hex('ab')}", 2, 4096) = 2`,
    `7 fdatasync(21<${hex('/d/f')}> <unfinished ...>`,
    `8 write(22<${hex('/n/log')}>, "${hex('{}\n')}", 3) = 3`,
    `8 pwrite64(23<${hex('/d/f')}>, "${hex('c')}", 1, 0 <unfinished ...>`,
    '7 <... fdatasync resumed>) = 0',
    '8 <... pwrite64 resumed>) = 1',
    `7 unlink("${hex('/d/f')}") = 0`,
    '7 +++ exited with 0 +++',
  ].join('\n')
  assert.deepEqual(readTrace(trace, '/d', '/n'), [
    { what: 'create', path: '/d/f' },
    { what: 'write', path: '/d/f', offset: 4096, data: Buffer.from('ab') },
    { what: 'note', path: '/n/log', text: '{}\n' },
    { what: 'write', path: '/d/f', offset: 0, data: Buffer.from('c') },
    { what: 'sync', path: '/d/f', begun: 2 },
    { what: 'unlink', path: '/d/f' },
  ])
})
