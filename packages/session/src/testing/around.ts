// A store with something happening around one of its calls: what makes an interleaving the same every time.

import type { Store } from '../store.ts'

type Call = Exclude<
  { [K in keyof Store]-?: NonNullable<Store[K]> extends (...args: never) => unknown ? K : never }[keyof Store],
  'stamp' | 'skew'
>

/** Given the real call; its result is what the caller gets. */
export type Around = (call: () => Promise<unknown>) => Promise<unknown>

export interface Watched {
  readonly store: Store
  /** Runs `around` in the place of the next call of that name, and only of that one. */
  next(name: Call, around: Around): void
  /** How often each call was made. */
  readonly calls: ReadonlyMap<string, number>
}

/** Makes the calls of a store observable and delayable, one by one. */
export function watched(inner: Store): Watched {
  const waiting = new Map<string, Around[]>()
  const calls = new Map<string, number>()
  const store = new Proxy(inner, {
    get(target, name: string) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        calls.set(name, (calls.get(name) ?? 0) + 1)
        const call = () => value.apply(target, args)
        const around = waiting.get(name)?.shift()
        return around === undefined ? call() : around(async () => call())
      }
    },
  })
  const next = (name: Call, around: Around) => {
    waiting.set(name, [...(waiting.get(name) ?? []), around])
  }
  return { store, next, calls }
}

/** The call took effect, and its answer got lost. */
export const loseAnswer: Around = async (call) => {
  await call()
  throw new Error('the connection was closed before the answer came')
}

/** The call never reached the store, and its caller cannot know. */
export const loseRequest: Around = async () => {
  throw new Error('the connection was closed before the answer came')
}

/** Something else happens, from begin to end, while the call is under way to the store. */
export function meanwhile(happens: () => unknown): Around {
  return async (call) => {
    await happens()
    return call()
  }
}

/** Something else happens, from begin to end, after the call took effect and before its caller hears of it. */
export function afterwards(happens: () => unknown): Around {
  return async (call) => {
    const result = await call()
    await happens()
    return result
  }
}
