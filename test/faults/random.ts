// Chance that can be had again: the same seed makes the same choices (not the same interleavings).

export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 up to, but not including, 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from `from` up to and including `to`. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.next() * from.length)]
  }

  /** Names with their weights: `{ update: 5, rotate: 1 }`. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries(weights) as [Name, number][]
    let rest = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [name, weight] of entries) {
      rest -= weight
      if (rest < 0) return name
    }
    return (entries.at(-1) as [Name, number])[0]
  }

  /** A random part of a list, in its order, with at least `min` of it. */
  some<T>(from: readonly T[], min = 0): T[] {
    const rest = from.map((_, i) => i)
    const chosen = new Set<number>()
    const size = this.whole(Math.min(min, from.length), from.length)
    while (chosen.size < size) chosen.add(rest.splice(this.whole(0, rest.length - 1), 1)[0] as number)
    return from.filter((_, i) => chosen.has(i))
  }

  /** A seed for someone else's choices. */
  seed(): number {
    return Math.floor(this.next() * 2 ** 32)
  }
}
