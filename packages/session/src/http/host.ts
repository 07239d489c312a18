// A host in the one form in which hosts are compared: lower case, ASCII (IDNA), no trailing dot. An IPv6 address is in its
// shortest form and keeps its brackets, as in a Host header.
//
// RFC 9110 §4.2.3 and §7.2; RFC 5891; RFC 5952; URL Standard, "host parsing".

import { isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/
/** Nearly all requests name the same few hosts. */
const KNOWN = 1000
const known = new Map<string, Authority | null>()
/** And nearly always the one that was named before: to compare it costs less than to look it up. */
let last: { readonly text: string; readonly authority: Authority | null } = { text: '', authority: null }

export interface Authority {
  readonly host: string
  /** Null where none is named. */
  readonly port: number | null
}

/**
 * The form in which hosts are compared, or null where the text is no host name or address. Takes no port.
 *
 * @example canonicalHost('Shop.Example.Test.') // 'shop.example.test'
 */
export function canonicalHost(text: string): string | null {
  const address = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  if (isIPv6(address) && !address.includes('%')) return new URL(`http://[${address}]`).hostname
  // domainToASCII decodes percent escapes, cuts off what looks like a path and drops tabs: no host means that.
  if (/[\0-\x20%/?#@\\\x7f]/.test(text)) return null
  const ascii = domainToASCII(text)
  const name = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii
  return name.length <= 253 && name.split('.').every((part) => LABEL.test(part)) ? name : null
}

/**
 * What a Host header, an :authority or the authority of an origin names; null where that is no host. None of them holds
 * anything beyond ASCII: browsers send the name that an IDN stands for, and what else such bytes mean is anybody's guess.
 *
 * @example parseAuthority('SHOP.example.test.:8080') // { host: 'shop.example.test', port: 8080 }
 */
export function parseAuthority(text: string): Authority | null {
  if (text === last.text) return last.authority
  let authority = known.get(text)
  if (authority === undefined) {
    authority = parse(text)
    if (known.size >= KNOWN) known.clear()
    if (text.length > 300) return authority
    known.set(text, authority)
  }
  last = { text, authority }
  return authority
}

function parse(text: string): Authority | null {
  const [, name = '', digits = ''] = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d{0,5}))?$/.exec(text) ?? []
  if (/[^\x21-\x7e]/.test(text)) return null
  const host = canonicalHost(name)
  if (host === null || Number(digits) > 65_535) return null
  return { host, port: digits === '' ? null : Number(digits) }
}
