// When rows must be looked at again, by the minute: what is due is found without looking at what is not.

const MINUTE = 60_000
/** How many keys of the running minute are asked for each that may be taken: most of them are not due yet. */
const LOOKS = 20

export class DueTimes<Key> {
  readonly #minutes = new Map<number, Set<Key>>()

  /** @returns the minute, by which `remove` finds it */
  add(key: Key, at: number): number {
    const minute = Math.floor(at / MINUTE)
    const keys = this.#minutes.get(minute)
    if (keys === undefined) this.#minutes.set(minute, new Set([key]))
    else keys.add(key)
    return minute
  }

  remove(key: Key, minute: number): void {
    const keys = this.#minutes.get(minute)
    keys?.delete(key)
    if (keys?.size === 0) this.#minutes.delete(minute)
  }

  /** At most `max` keys of the minutes before `at`, and of the running one those that `isDue`. They stay in. */
  until(at: number, max: number, isDue: (key: Key) => boolean): Key[] {
    const due: Key[] = []
    const running = Math.floor(at / MINUTE)
    for (const minute of [...this.#minutes.keys()].filter((key) => key <= running).sort((a, b) => a - b)) {
      let looked = 0
      for (const key of this.#minutes.get(minute) ?? []) {
        if (minute < running || isDue(key)) due.push(key)
        if (due.length === max) return due
        if (++looked === max * LOOKS) break
      }
    }
    return due
  }
}
