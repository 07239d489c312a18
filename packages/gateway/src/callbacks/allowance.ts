// How much may be kept at once: anybody can send a form to a callback, and nobody has to come back for it. Of one site, in
// this process.

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
  #bytes = 0

  /** Counts something in under a name of its own, until a time; false where that would be too much. */
  take(name: string, address: string | null, size: number, now: number, until: number): boolean {
    for (const [other, entry] of this.#entries) {
      if (now < entry.until) break
      this.giveBack(other)
    }
    const bytes = Math.max(size, AT_LEAST)
    const others = this.#addresses.get(address) ?? 0
    if (others + bytes > PER_ADDRESS || this.#bytes + bytes > TOTAL) return false
    this.#entries.set(name, { address, bytes, until })
    this.#addresses.set(address, others + bytes)
    this.#bytes += bytes
    return true
  }

  /** Counts it out. What another process counted in, that one counts out in time. */
  giveBack(name: string): void {
    const entry = this.#entries.get(name)
    if (entry === undefined) return
    this.#entries.delete(name)
    this.#bytes -= entry.bytes
    const left = (this.#addresses.get(entry.address) ?? 0) - entry.bytes
    if (left > 0) this.#addresses.set(entry.address, left)
    else this.#addresses.delete(entry.address)
  }
}
