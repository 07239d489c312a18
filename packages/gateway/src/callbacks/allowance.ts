// How much may be kept at once: anybody can send a form to a callback, and nobody has to come back for it. Of one site, in
// all processes of the gateway: each counts what the others tell it.

import { ALONE, type Peers, type PeerWord } from '../peers.ts'

const PER_ADDRESS = 4 * 1024 * 1024
const TOTAL = 32 * 1024 * 1024
/** What the smallest thing costs to keep. */
const AT_LEAST = 4 * 1024

interface Entry {
  readonly address: string | null
  readonly bytes: number
  readonly until: number
}

export class Allowance {
  /** In the order in which they lapse. */
  readonly #entries = new Map<string, Entry>()
  readonly #addresses = new Map<string | null, number>()
  readonly #site: string
  readonly #peers: Peers
  #bytes = 0

  constructor(site = '', peers: Peers = ALONE) {
    this.#site = site
    this.#peers = peers
  }

  /** Counts something in under a name of its own, until a time; false where that would be too much. */
  take(name: string, address: string | null, size: number, now: number, until: number): boolean {
    for (const [other, entry] of this.#entries) {
      if (now < entry.until) break
      this.#countOut(other)
    }
    const bytes = Math.max(size, AT_LEAST)
    if (this.#of(address) + bytes > PER_ADDRESS || this.#bytes + bytes > TOTAL) return false
    this.#countIn(name, { address, bytes, until })
    this.#peers.tell({ type: 'form-kept', site: this.#site, name, address, bytes, until })
    return true
  }

  /** Counts it out. What a process counted in that is gone since is counted out in time. */
  giveBack(name: string): void {
    this.#countOut(name)
    this.#peers.tell({ type: 'form-taken', site: this.#site, name })
  }

  /** What another process of the gateway tells. */
  hear(word: PeerWord & { type: 'form-kept' | 'form-taken' }): void {
    if (word.type === 'form-taken') this.#countOut(word.name)
    else this.#countIn(word.name, word)
  }

  #of(address: string | null): number {
    return this.#addresses.get(address) ?? 0
  }

  #countIn(name: string, { address, bytes, until }: Entry): void {
    this.#entries.set(name, { address, bytes, until })
    this.#addresses.set(address, this.#of(address) + bytes)
    this.#bytes += bytes
  }

  #countOut(name: string): void {
    const entry = this.#entries.get(name)
    if (entry === undefined) return
    this.#entries.delete(name)
    this.#bytes -= entry.bytes
    const left = this.#of(entry.address) - entry.bytes
    if (left > 0) this.#addresses.set(entry.address, left)
    else this.#addresses.delete(entry.address)
  }
}
