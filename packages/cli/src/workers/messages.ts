// What the primary process and its workers say to each other.

import type { Changes, Config, Gateway, PeerWord } from '@coatcheck/gateway'

export type Addresses = Gateway['listeners']

export type ToWorker =
  /** The first word. The configuration was read once, by the primary, so that all serve the same. */
  | { readonly type: 'start'; readonly config: Config; readonly number: number }
  | { readonly type: 'reload'; readonly config: Config }
  /** Said again, it counts from then on. */
  | { readonly type: 'stop'; readonly within: number }
  | { readonly type: 'peer'; readonly word: PeerWord }

export type FromWorker =
  | { readonly type: 'serving'; readonly listeners: Addresses }
  /** It cannot start, and ends. */
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'reloaded'; readonly changes: Changes; readonly listeners: Addresses }
  /** It goes on as before. */
  | { readonly type: 'kept'; readonly reason: string }
  | { readonly type: 'stopping'; readonly openStreams: number }
  | { readonly type: 'peer'; readonly word: PeerWord }

/** Each worker has its part of what a listener may take in all. */
export function partOf(config: Config): Config {
  const { limits, workers } = config
  return { ...config, limits: { ...limits, connections: Math.ceil(limits.connections / workers) } }
}

/** A plain copy, which can be sent. */
export function addressesOf({ listeners }: Pick<Gateway, 'listeners'>): Addresses {
  return listeners.map(({ protocol, address, port }) => ({ protocol, address, port }))
}
