// A store that is watched, and that fails or is slow where a test says so.

import { setTimeout as sleep } from 'node:timers/promises'
import { memory, type Store } from '@coatcheck/session'

export type Operation = keyof Store

export interface WatchedStore {
  readonly store: Store
  /** What it was asked, in order. */
  readonly asked: Operation[]
  /** Operations that reject; `stamp` among them vouches for nothing. */
  readonly failing: Set<Operation>
  /** Milliseconds that each answer takes. */
  slowness: number
}

/** A memory store to be watched. */
export function watchedStore(): WatchedStore {
  const watched: WatchedStore = { store: new Proxy(memory(), { get }), asked: [], failing: new Set(), slowness: 0 }
  return watched

  function get(target: Store, property: Operation): unknown {
    const value: unknown = target[property]
    if (typeof value !== 'function') return value
    return (...args: unknown[]) => {
      watched.asked.push(property)
      const { failing, slowness } = watched
      if (property === 'stamp') return failing.has(property) || slowness > 0 ? undefined : value.apply(target, args)
      if (failing.has(property)) return Promise.reject(new Error('the disk is gone'))
      return slowness === 0 ? value.apply(target, args) : sleep(slowness).then(() => value.apply(target, args))
    }
  }
}
