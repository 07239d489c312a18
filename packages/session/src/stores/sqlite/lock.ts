// Waiting for another process's lock, by stopping this thread: in the writer thread, and once at the start.
//
// SQLite's own busy handler sleeps up to 100 ms between attempts. Short, uneven naps find the gaps between another
// process's commits sooner: beside one that writes without pause, the slowest ends took about half as long.

import { isBusy } from './failures.ts'

const SHORTEST = 0.2
const LONGEST = 5

const never = new Int32Array(new SharedArrayBuffer(4))

/** Runs `attempt` until it does not find the file locked, for at most `timeout` milliseconds. */
export function whileBusy<T>(timeout: number, attempt: () => T): T {
  const deadline = performance.now() + timeout
  for (let nap = SHORTEST; ; nap = Math.min(nap * 2, LONGEST)) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error
    }
    Atomics.wait(never, 0, 0, nap * (0.5 + Math.random()))
  }
}
