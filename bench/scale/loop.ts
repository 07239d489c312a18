// How long the event loop was held up: by code that did not return, or by a system that ran something else.

/** What a loop went through while it was watched. */
export interface LoopReport {
  /** The longest delay of a timer, in milliseconds. */
  readonly longest: number
  /** The most processor time that this thread used between two timers: what no other program can have caused. */
  readonly busiest: number
  /** How many delays were longer than the bar. */
  readonly over: number
}

const EVERY = 1 // millisecond

export class LoopWatch {
  readonly #timer: NodeJS.Timeout
  readonly #bar: number
  #at = performance.now()
  #used = used()
  #longest = 0
  #busiest = 0
  #over = 0

  /** @param each - what is done at each beat of the watch */
  constructor(bar: number, each: () => void = () => {}) {
    this.#bar = bar
    this.#timer = setInterval(() => {
      this.#beat()
      each()
    }, EVERY)
  }

  #beat(): void {
    const at = performance.now()
    const now = used()
    const delay = at - this.#at - EVERY
    this.#longest = Math.max(this.#longest, delay)
    this.#busiest = Math.max(this.#busiest, now - this.#used)
    if (delay > this.#bar) this.#over++
    this.#at = at
    this.#used = now
  }

  /** What was until now does not count. */
  reset(): void {
    this.#at = performance.now()
    this.#used = used()
    this.#longest = 0
    this.#busiest = 0
    this.#over = 0
  }

  stop(): LoopReport {
    this.#beat()
    clearInterval(this.#timer)
    return { longest: this.#longest, busiest: this.#busiest, over: this.#over }
  }
}

/** Of this thread, in milliseconds. */
function used(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
