// What is under way longer than its headers: answers that are still being sent, and WebSockets. Each is watched for two
// things: whether the token that opened it still counts (G6), and whether anything moves on it.
//
// A session that ends in this process is heard of at once, by the engine's events; one that ends in another process, or
// by itself, is found by looking, every second. Nothing hangs on that second but silence: whoever sends or receives a
// part asks for himself before it passes (`stages/forward.ts`, `tunnel.ts`).

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SessionEvent, SessionId } from '@coatcheck/session'

/** Why a stream is ended: its session is over, nothing moves on it, or the gateway stops. */
export type End = 'session' | 'silence' | 'closing'

export interface Stream {
  /** Null where no session opened it. */
  readonly session: { readonly id: SessionId | null; isLive(): Promise<boolean> } | null
  /** Whether it stood still for longer than it may. `now` as `performance.now()` says it. */
  stalled(now: number): boolean
  end(why: End): void
}

/** How many are looked at before others have their turn. */
const AT_ONCE = 100
const LOOK_EVERY = 1000

export class Streams {
  readonly #open = new Map<Stream, SessionId | null>()
  readonly #bySession = new Map<SessionId, Set<Stream>>()
  readonly #every: number
  #timer: NodeJS.Timeout | undefined
  #looking = false
  /** The gateway stops: connections are closed behind the answers that they carry. */
  closing = false

  /** @param patience - the shortest time after which a stream is ended because nothing moves on it, in milliseconds */
  constructor(patience: number) {
    this.#every = Math.max(10, Math.min(LOOK_EVERY, patience / 4))
  }

  get size(): number {
    return this.#open.size
  }

  add(stream: Stream): void {
    const id = stream.session?.id ?? null
    this.#open.set(stream, id)
    this.#timer ??= setInterval(() => void this.#lookAtAll(), this.#every).unref()
    if (id === null) return
    const others = this.#bySession.get(id)
    if (others === undefined) this.#bySession.set(id, new Set([stream]))
    else others.add(stream)
    void this.#look(stream) // it may have ended since its headers were decided
  }

  delete(stream: Stream): void {
    const id = this.#open.get(stream)
    if (id === undefined || !this.#open.delete(stream) || id === null) return
    const all = this.#bySession.get(id)
    all?.delete(stream)
    if (all?.size === 0) this.#bySession.delete(id)
  }

  /** Something happened that may have ended the token of some: only the session itself can say. */
  hear(event: SessionEvent): void {
    if (this.#open.size === 0) return
    switch (event.type) {
      case 'ended':
      case 'rotated':
      case 'signed-in':
      case 'exposed':
        for (const stream of (event.id && this.#bySession.get(event.id)) || []) void this.#look(stream)
    }
  }

  endAll(why: End): void {
    for (const stream of [...this.#open.keys()]) stream.end(why)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.endAll('closing')
  }

  async #look(stream: Stream): Promise<void> {
    try {
      if (stream.session === null || (await stream.session.isLive())) return
    } catch {
      return // nobody can say just now, and until somebody can nothing passes
    }
    if (this.#open.has(stream)) stream.end('session')
  }

  async #lookAtAll(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    const all = [...this.#open]
    for (let from = 0; from < all.length; from += AT_ONCE) {
      if (from > 0) await nextTurn()
      const now = performance.now()
      const looks: Promise<void>[] = []
      for (const [stream, id] of all.slice(from, from + AT_ONCE)) {
        if (!this.#open.has(stream)) continue
        if (stream.stalled(now)) stream.end('silence')
        else if (id !== null) looks.push(this.#look(stream))
      }
      await Promise.all(looks)
    }
    this.#looking = false
  }
}
