// Vaults that wait for their cookie to come back (G2).
//
// A health check, a robot or a script that keeps no cookies begins a new session with every answer that sets one. Such a
// session lives two minutes; how many of them one address may have at once is counted here, in this process, for all
// sites. IPv6 is counted by /64, which is what one customer has. Whoever returns the cookie is counted no more.

import { isIPv6 } from 'node:net'
import type { SessionId } from '@coatcheck/session'

/** As long as the engine lets a session live whose cookie never came back. */
const BRIEF = 120_000
/**
 * How many are remembered in all. Beyond, the oldest is forgotten, and its address has room again: memory has to end
 * somewhere, and to refuse everybody because of some would be what they want.
 */
const MAX_REMEMBERED = 100_000

interface Birth {
  readonly network: string
  readonly at: number
}

/** A place that is taken for a session which is about to begin. */
export type Place = symbol

export class UnreturnedVaults {
  #max: number
  /** In the order in which they began. */
  readonly #births = new Map<SessionId | Place, Birth>()
  readonly #counts = new Map<string, number>()

  /** @param max - how many one address may have */
  constructor(max: number) {
    this.#max = max
  }

  /** From now on. */
  allow(max: number): void {
    this.#max = max
  }

  /** Takes a place before the session begins, so that no two take the last one; null where there is none. */
  take(address: string | null, now: number): Place | null {
    this.#forgetBefore(now - BRIEF)
    const network = networkOf(address)
    const count = this.#counts.get(network) ?? 0
    if (count >= this.#max) return null
    const place: Place = Symbol('vault')
    this.#births.set(place, { network, at: now })
    this.#counts.set(network, count + 1)
    if (this.#births.size > MAX_REMEMBERED) this.#forget(this.#births.keys().next().value as Place)
    return place
  }

  /** The session that took the place. One that began nothing keeps it until its two minutes are over. */
  began(place: Place, id: SessionId): void {
    const birth = this.#births.get(place)
    if (birth === undefined) return
    this.#births.delete(place)
    this.#births.set(id, birth)
  }

  /** The cookie of a session came back. */
  returned(id: SessionId): void {
    if (this.#births.size > 0) this.#forget(id)
  }

  #forgetBefore(time: number): void {
    for (const [key, { at }] of this.#births) {
      if (at > time) return
      this.#forget(key)
    }
  }

  #forget(key: SessionId | Place): void {
    const birth = this.#births.get(key)
    if (birth === undefined) return
    this.#births.delete(key)
    const left = (this.#counts.get(birth.network) as number) - 1
    if (left === 0) this.#counts.delete(birth.network)
    else this.#counts.set(birth.network, left)
  }
}

/**
 * What counts as one address.
 *
 * @example
 * networkOf('2001:db8::1') // '2001:db8:0:0'
 */
export function networkOf(address: string | null): string {
  if (address === null) return ''
  const [bare = ''] = address.split('%')
  if (!isIPv6(bare)) return bare
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)
  if (mapped !== null) return mapped[1] as string
  const [head = '', tail = ''] = bare.toLowerCase().split('::')
  const groups = head === '' ? [] : head.split(':')
  if (bare.includes('::')) {
    const behind = tail === '' ? 0 : tail.split(':').length + (tail.includes('.') ? 1 : 0)
    while (groups.length < 8 - behind) groups.push('0')
    if (tail !== '') groups.push(...tail.split(':'))
  }
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
