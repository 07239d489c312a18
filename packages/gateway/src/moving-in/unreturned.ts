// Vaults that wait for their cookie to come back (G2).
//
// A health check, a robot or a script that keeps no cookies begins a new session with every answer that sets one. Such a
// session lives two minutes; how many of them one address may have at once is counted here, for all sites. IPv6 is counted
// by /64, which is what one customer has. Whoever returns the cookie is counted no more, in whichever process of the
// gateway he does. What several of them begin in one moment may be a few more than one address may have.

import { isIPv6 } from 'node:net'
import type { SessionId } from '@coatcheck/session'
import { ALONE, type Peers, type PeerWord } from '../peers.ts'

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
  readonly #peers: Peers

  /** @param max - how many one address may have */
  constructor(max: number, peers: Peers = ALONE) {
    this.#max = max
    this.#peers = peers
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
    this.#remember(place, { network, at: now })
    return place
  }

  /** The session that took the place. One that began nothing keeps it until its two minutes are over. */
  began(place: Place, id: SessionId): void {
    const birth = this.#births.get(place)
    if (birth === undefined) return
    this.#births.delete(place)
    this.#births.set(id, birth)
    this.#peers.tell({ type: 'vault-began', id, ...birth })
  }

  /** The cookie of a session came back. */
  returned(id: SessionId): void {
    if (this.#births.size > 0 && this.#forget(id)) this.#peers.tell({ type: 'vault-returned', id })
  }

  /** What another process of the gateway tells. */
  hear(word: PeerWord & { type: 'vault-began' | 'vault-returned' }): void {
    if (word.type === 'vault-returned') this.#forget(word.id)
    else this.#remember(word.id, { network: word.network, at: word.at })
  }

  #remember(key: SessionId | Place, birth: Birth): void {
    this.#births.set(key, birth)
    this.#counts.set(birth.network, (this.#counts.get(birth.network) ?? 0) + 1)
    if (this.#births.size > MAX_REMEMBERED) this.#forget(this.#births.keys().next().value as Place)
  }

  #forgetBefore(time: number): void {
    for (const [key, { at }] of this.#births) {
      if (at > time) return
      this.#forget(key)
    }
  }

  #forget(key: SessionId | Place): boolean {
    const birth = this.#births.get(key)
    if (birth === undefined) return false
    this.#births.delete(key)
    const left = (this.#counts.get(birth.network) as number) - 1
    if (left === 0) this.#counts.delete(birth.network)
    else this.#counts.set(birth.network, left)
    return true
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
