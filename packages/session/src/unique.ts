// Random bytes that are no secret: nonces, which must only never come twice.
//
// They are fetched in portions, since asking for them costs as much as sealing a session. What is secret (tokens, keys)
// is asked for by itself, so that no copy of it lies about in a portion.

import { randomBytes } from 'node:crypto'

const PORTION = 4096

let portion = Buffer.alloc(0)
let taken = 0

/** So many bytes (far fewer than a portion) that nobody has seen before. They must not be written to. */
export function uniqueBytes(count: number): Buffer {
  if (taken + count > portion.length) {
    portion = randomBytes(PORTION)
    taken = 0
  }
  const from = taken
  taken += count
  return portion.subarray(from, taken)
}
