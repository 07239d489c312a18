// A network in CIDR notation, or one address: who is trusted to say how a visitor reached us (R5).
//
// The network of everybody is refused: then any visitor could claim to have come by https, and from any address.

import { isIP } from 'node:net'
import { type Refused, refused } from './refused.ts'

/** In the form `address/prefix`, for a single address too. */
export function parseNetwork(text: string): string | Refused {
  const [address = '', prefixText, ...rest] = text.split('/')
  const version = address.includes('%') ? 0 : isIP(address)
  if (version === 0 || rest.length > 0) {
    return refused(
      'is not an address or network',
      'write for example 10.0.0.7, 10.0.0.0/8 or fd00::/8 (a name could be answered by anybody who controls its DNS)',
    )
  }
  const bits = version === 6 ? 128 : 32
  if (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) {
    return refused('has no prefix length after the slash', `write ${address}/${bits} for this one address`)
  }
  const prefix = prefixText === undefined ? bits : Number(prefixText)
  if (prefix > bits) {
    return refused(`has the prefix length ${prefix}`, `IPv${version} has ${bits} bits: write a number up to ${bits}`)
  }
  if (prefix === 0) {
    return refused(
      'is everybody: any visitor could then claim to have come by https',
      "name the proxy's own address or network, for example 10.0.0.0/8",
    )
  }
  return `${address}/${prefix}`
}
