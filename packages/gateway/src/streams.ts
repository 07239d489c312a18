// What is under way longer than its headers: answers that are still being sent, and WebSockets. Each is watched for two
// things: whether the token that opened it still counts (G6), and whether anything moves on it.
//
// A session that ends in this process is heard of at once, by the engine's events, and one that ends in another process of
// the gateway by its word; one that ends elsewhere, or by itself, is found by looking, every second. Nothing hangs on that
// second but silence: whoever sends or receives a part asks for himself before it passes (`stages/answer.ts`,
// `tunnel.ts`).

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SessionEvent, SessionId } from '@coatcheck/session'
import { ALONE, type Peers } from './peers.ts'

/** Why a stream is ended: its session is over, nothing moves on it, or the gateway stops. */
export type End = 'session' | 'silence' | 'closing'

export interface Stream {
  /** With whose rules it began. */
  readonly site: object
  /** Null where no session opened it. */
  readonly session: { readonly id: SessionId | null; isLive(): Promise<boolean> } | null
  /** Whether it stood still for longer than it may. `now` as `performance.now()` says it. */
  stalled(now: number): boolean
  end(why: End): void
}

/** An answer whose headers came. */
export interface Begun {
  /** The turn is over in which they came. Does nothing where the answer is complete. */
  runsOn(): void
}

/** Milliseconds for which it need not be asked again whether a session lives (E8). */
export const PROOF = 1

/** How many are looked at before others have their turn. */
const AT_ONCE = 100
const LOOK_EVERY = 1000

export class Streams {
  // Not sorted by session: nearly all are gone within the turn that brought them, and sessions end seldom.
  readonly #open = new Set<Stream>()
  #every: number
  readonly #peers: Peers
  #timer: NodeJS.Timeout | undefined
  #looking = false
  #begun: Begun[] = []
  /** The gateway stops: connections are closed behind the answers that they carry. */
  closing = false

  /** @param patience - the shortest time after which a stream is ended because nothing moves on it, in milliseconds */
  constructor(patience: number, peers: Peers = ALONE) {
    this.#peers = peers
    this.#every = interval(patience)
  }

  /** From now on, as the constructor takes it. Streams that began before keep their own. */
  expect(patience: number): void {
    this.#every = interval(patience)
    if (this.#timer !== undefined) this.#look()
  }

  get size(): number {
    return this.#open.size
  }

  /** Nearly all answers are complete in the turn in which they begin: only what is not is worth more than a line here. */
  began(answer: Begun): void {
    if (this.#begun.push(answer) === 1) setImmediate(() => this.#endTurn())
  }

  #endTurn(): void {
    const begun = this.#begun
    this.#begun = []
    for (const answer of begun) answer.runsOn()
  }

  add(stream: Stream): void {
    this.#open.add(stream)
    if (this.#timer === undefined) this.#look()
  }

  delete(stream: Stream): void {
    this.#open.delete(stream)
  }

  /** Something happened that may have ended the token of some: only the session itself can say. */
  hear(event: SessionEvent): void {
    switch (event.type) {
      case 'ended':
      case 'rotated':
      case 'signed-in':
      case 'exposed':
        if (event.id === null) return
        this.lookAt(event.id)
        this.#peers.tell({ type: 'session-changed', id: event.id })
    }
  }

  /** Ends those that a session opened, where it is over. */
  lookAt(id: SessionId): void {
    for (const stream of this.#open) if (stream.session?.id === id) void this.look(stream)
  }

  endAll(why: End): void {
    for (const stream of [...this.#open]) stream.end(why)
  }

  endOf(sites: ReadonlySet<object>, why: End): void {
    for (const stream of [...this.#open]) if (sites.has(stream.site)) stream.end(why)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.endAll('closing')
  }

  /** Ends it if its session is over. */
  async look(stream: Stream): Promise<void> {
    try {
      // Without a session, or with one that this very request has ended, it is a stranger's.
      if (stream.session === null || stream.session.id === null || (await stream.session.isLive())) return
    } catch {
      return // nobody can say just now, and until somebody can nothing passes
    }
    if (this.#open.has(stream)) stream.end('session')
  }

  #look(): void {
    clearInterval(this.#timer)
    this.#timer = setInterval(() => void this.#lookAtAll(), this.#every).unref()
  }

  async #lookAtAll(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    try {
      await this.#lookAtEach()
    } finally {
      this.#looking = false
    }
  }

  async #lookAtEach(): Promise<void> {
    const all = [...this.#open]
    for (let from = 0; from < all.length; from += AT_ONCE) {
      if (from > 0) await nextTurn()
      const now = performance.now()
      const looks: Promise<void>[] = []
      for (const stream of all.slice(from, from + AT_ONCE)) {
        if (!this.#open.has(stream)) continue
        if (stream.stalled(now)) stream.end('silence')
        else if (stream.session !== null) looks.push(this.look(stream))
      }
      await Promise.all(looks)
    }
  }
}

function interval(patience: number): number {
  return Math.max(10, Math.min(LOOK_EVERY, patience / 4))
}
