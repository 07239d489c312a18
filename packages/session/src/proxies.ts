// Which peers are believed, from the options `trustedProxies`, `loopback` and `insecureLoopback` (R5). The decision
// itself is `http/transport.ts`; here the peer's address is looked up, once per address.

import { BlockList, isIP } from 'node:net'
import { clientAddress, isLoopbackAddress, isSecure, type Loopback } from './http/transport.ts'
import { type BaseOptions, wrong } from './options.ts'

/** What a connection and the headers about it say of where a request comes from. */
export interface Arrival {
  readonly encrypted: boolean
  readonly peer: string | undefined
  readonly forwardedProto: string | undefined
  readonly forwarded: string | undefined
  readonly fetchSite: string | undefined
}

const REMEMBERED_PEERS = 1000

/** How a request came in, and from where. */
export class TransportRules {
  readonly #trusted: BlockList
  readonly #anyTrusted: boolean
  readonly #loopback: Loopback
  readonly #peers = new Map<string, { trusted: boolean; loopback: boolean }>()

  /** @throws ERR_OPTION */
  constructor(options: Pick<BaseOptions<unknown>, 'trustedProxies' | 'loopback' | 'insecureLoopback'>) {
    const networks = options.trustedProxies ?? []
    this.#trusted = trustedNetworks(networks)
    this.#anyTrusted = networks.length > 0
    if (options.loopback === 'never' && options.insecureLoopback === true) {
      throw wrong('insecureLoopback', `contradicts loopback: 'never'; leave one of them out`)
    }
    this.#loopback = options.loopback ?? (options.insecureLoopback === true ? 'insecure' : 'browser')
  }

  isSecure({ encrypted, peer, forwardedProto, forwarded, fetchSite }: Arrival): boolean {
    if (encrypted && !this.#anyTrusted) return true
    const { trusted, loopback } = this.#peer(peer)
    return isSecure(
      { encrypted, peerTrusted: trusted, forwardedProto, forwarded, peerLoopback: loopback, fetchSite },
      this.#loopback,
    )
  }

  /** Whether the peer is a trusted proxy, so that `isSecure` was its word and no exception for this machine. */
  isTrusted(peer: string | undefined): boolean {
    return this.#anyTrusted && this.#peer(peer).trusted
  }

  clientAddress(peer: string | undefined, forwardedFor: string | undefined): string | null {
    if (peer === undefined) return null
    if (!this.#anyTrusted) return peer
    return clientAddress(peer, this.#peer(peer).trusted, forwardedFor, (address) => this.#isTrusted(address))
  }

  #peer(address: string | undefined): { trusted: boolean; loopback: boolean } {
    if (address === undefined) return { trusted: false, loopback: false }
    let known = this.#peers.get(address)
    if (known === undefined) {
      known = { trusted: this.#isTrusted(address), loopback: isLoopbackAddress(address) }
      if (this.#peers.size >= REMEMBERED_PEERS) this.#peers.clear()
      this.#peers.set(address, known)
    }
    return known
  }

  #isTrusted(address: string): boolean {
    const family = isIP(address)
    return family !== 0 && this.#trusted.check(address, family === 4 ? 'ipv4' : 'ipv6')
  }
}

function trustedNetworks(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    const family = isIP(address)
    const bits = prefix === undefined ? undefined : Number(prefix)
    if (family === 0 || (bits !== undefined && (!/^\d+$/.test(prefix as string) || bits > (family === 4 ? 32 : 128)))) {
      throw wrong('trustedProxies', `has ${JSON.stringify(network)}; write an address or a network, as 10.0.0.0/8`)
    }
    const type = family === 4 ? 'ipv4' : 'ipv6'
    if (bits === undefined) list.addAddress(address, type)
    else list.addSubnet(address, bits, type)
  }
  return list
}
