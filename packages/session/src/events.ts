// What an operator wants to know, as one closed union. Events carry session ids, never tokens, keys or data.

import type { EndReason } from './store.ts'
import type { SessionId } from './token.ts'

export type SessionEvent =
  | { readonly type: 'created'; readonly id: SessionId }
  | { readonly type: 'signed-in'; readonly id: SessionId; readonly user: string }
  | { readonly type: 'rotated'; readonly id: SessionId }
  | { readonly type: 'renewed'; readonly id: SessionId }
  /** A session ended; `user` where it was signed in. */
  | { readonly type: 'ended'; readonly id: SessionId; readonly reason: EndReason; readonly user: string | null }
  /** All sessions of a user were ended. */
  | { readonly type: 'ended-all'; readonly user: string; readonly except: SessionId | null; readonly count: number }
  /** A token came within a minute of its end: most likely a request that was under way. */
  | { readonly type: 'late'; readonly id: SessionId; readonly reason: EndReason }
  /** A token came more than a minute after it was signed out, rotated or revoked: somebody kept a copy. */
  | { readonly type: 'replay'; readonly id: SessionId; readonly reason: EndReason; readonly address: string | null }
  | { readonly type: 'expired'; readonly id: SessionId; readonly reason: 'idle' | 'absolute' }
  /** A token arrived over plain http; if it was a live one it has been ended. */
  | { readonly type: 'exposed'; readonly id: SessionId | null; readonly address: string | null }
  /** More than one cookie of our name arrived; none was used. */
  | { readonly type: 'duplicate-cookie'; readonly count: number; readonly address: string | null }
  | { readonly type: 'cross-origin'; readonly id: SessionId; readonly origin: string | null }
  /** Caching directives of the application were taken from a personal answer. */
  | { readonly type: 'caching-removed'; readonly directives: readonly string[] }
  /** Work off the request path (touch, sweep, renewal, confirmation) failed. It is tried again. */
  | { readonly type: 'store-error'; readonly doing: string; readonly error: unknown }

export type EventType = SessionEvent['type']
export type Listener<T extends EventType = EventType> = (event: Extract<SessionEvent, { type: T }>) => void

/** Hands events to whoever asked. A listener that throws harms nobody: its error surfaces as an uncaught exception. */
export class Events {
  readonly #listeners = new Map<EventType | '*', Set<(event: never) => void>>()

  /** @returns a function that ends the subscription */
  on<T extends EventType>(type: T | '*', listener: Listener<T>): () => void {
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners)
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  emit(event: SessionEvent): void {
    if (this.#listeners.size === 0) return
    for (const type of [event.type, '*'] as const) {
      for (const listener of this.#listeners.get(type) ?? []) {
        try {
          listener(event as never)
        } catch (error) {
          // The request is innocent of a broken listener, and swallowing the error would hide it.
          queueMicrotask(() => {
            throw error
          })
        }
      }
    }
  }
}
