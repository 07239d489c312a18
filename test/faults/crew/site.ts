// The site that all processes of the crew serve: real sessions in a real file, by the library's public surface.

import { type Clock, Sessions, sqlite } from '@coatcheck/session'
import { FakeBrowser, FakeExchange } from '../../../packages/session/src/testing/fake-exchange.ts'

/** What a visitor keeps: a counter, and who raised it. */
export interface Kept {
  n: number
  nonces: string[]
}

export type Site = Sessions<Kept, [FakeExchange]>

export interface SiteOptions {
  readonly file: string
  /** Milliseconds by which this process's clock is off. Default 0. */
  readonly clockOff?: number
  /** Milliseconds, all of them. Defaults: those of the library. */
  readonly idle?: number
  readonly absolute?: number
  /** Milliseconds. Default: tokens are not renewed. */
  readonly renew?: number
  /** Default: the library's. */
  readonly lockTimeout?: number
}

export function openSite(options: SiteOptions, clock?: Clock): Site {
  const { file, clockOff = 0, idle, absolute, renew, lockTimeout } = options
  const off = clockOff === 0 ? undefined : () => Date.now() + clockOff
  const chosen = clock ?? off
  return new Sessions<Kept, [FakeExchange]>(
    {
      store: sqlite(file, lockTimeout === undefined ? {} : { lockTimeout: lockTimeout / 1000 }),
      initial: () => ({ n: 0, nonces: [] }),
      renew: renew === undefined ? 'off' : renew / 1000,
      ...(idle === undefined ? {} : { idle: idle / 1000 }),
      ...(absolute === undefined ? {} : { absolute: absolute / 1000 }),
      ...(chosen === undefined ? {} : { clock: chosen }),
    },
    (exchange) => exchange,
  )
}

export const COOKIE = '__Host-Http-sid'

/** A request that comes with a token. */
export function withToken(token: string): FakeExchange {
  return new FakeExchange(`${COOKIE}=${token}`)
}

export { FakeBrowser, FakeExchange }
