// What the processes of one gateway tell each other counts in each of them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionId } from '@coatcheck/session'
import { Allowance } from './callbacks/allowance.ts'
import { UnreturnedVaults } from './moving-in/unreturned.ts'
import type { Peers, PeerWord } from './peers.ts'
import { type End, Streams } from './streams.ts'

/** Processes that hear each other at once. */
function processes<T extends { hear(word: never): void }>(count: number, make: (peers: Peers) => T): T[] {
  const all: T[] = []
  for (let i = 0; i < count; i++) {
    const tell = (word: PeerWord) => {
      for (const other of all) if (other !== all[i]) other.hear(word as never)
    }
    all.push(make({ tell, hear: () => {} }))
  }
  return all
}

const ADDRESS = '192.0.2.1'
const [ONE, TWO] = ['one', 'two'] as unknown as [SessionId, SessionId]

function begin(vaults: UnreturnedVaults, id: SessionId, now: number): boolean {
  const place = vaults.take(ADDRESS, now)
  if (place !== null) vaults.began(place, id)
  return place !== null
}

test('G2: what one address may have it may have in all processes together', () => {
  const [a, b] = processes(2, (peers) => new UnreturnedVaults(2, peers)) as [UnreturnedVaults, UnreturnedVaults]
  assert.ok(begin(a, ONE, 0))
  assert.ok(begin(b, TWO, 0))
  assert.equal(a.take(ADDRESS, 1), null)
  assert.equal(b.take(ADDRESS, 1), null)
  a.returned(TWO)
  assert.ok(b.take(ADDRESS, 1), 'returned where it did not begin')
  assert.equal(b.take(ADDRESS, 1), null)
  assert.ok(a.take(ADDRESS, 120_001), 'two minutes are two minutes everywhere')
})

test('R8: what may be kept for callbacks may be kept in all processes together', () => {
  const [a, b] = processes(2, (peers) => new Allowance('shop', peers)) as [Allowance, Allowance]
  const half = 2 * 1024 * 1024
  assert.ok(a.take('one', ADDRESS, half, 0, 60_000))
  assert.ok(b.take('two', ADDRESS, half, 0, 60_000))
  assert.equal(a.take('three', ADDRESS, 1, 0, 60_000), false)
  b.giveBack('one')
  assert.ok(a.take('three', ADDRESS, half, 0, 60_000))
  assert.equal(b.take('four', ADDRESS, 1, 59_999, 120_000), false)
  assert.ok(b.take('four', ADDRESS, 1, 60_000, 120_000))
})

type Changed = PeerWord & { type: 'session-changed' }
type Process = { streams: Streams; hear(word: Changed): void }

test('G6: a silent stream is looked at when its session ends in another process', async (t) => {
  const [a, b] = processes<Process>(2, (peers) => {
    const streams = new Streams(60_000, peers)
    t.after(() => streams.close())
    return { streams, hear: (word: Changed) => streams.lookAt(word.id) }
  }) as [Process, Process]
  const ends: [SessionId, End][] = []
  for (const id of [ONE, TWO]) {
    const end = (why: End) => void ends.push([id, why])
    b.streams.add({ session: { id, isLive: async () => id !== ONE }, site: {}, stalled: () => false, end })
  }
  const ended = { type: 'ended', reason: 'signed-out', user: 'alice' } as const
  a.streams.hear({ ...ended, id: ONE })
  a.streams.hear({ ...ended, id: TWO })
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(ends, [[ONE, 'session']], 'a word alone ends nothing: the session is asked')
})
