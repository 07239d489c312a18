// Addresses in an answer's headers: one that leads to the application itself would lead the browser past the gateway.

import { holdsAddress } from './headers.ts'
import type { Passage } from './passage.ts'

/** Writes addresses of the application's own, or our own over http, as paths. */
export function ownAddresses(passage: Passage, headers: string[]): void {
  for (let i = 0; i < headers.length; i += 2) {
    const lower = (headers[i] as string).toLowerCase()
    if (holdsAddress(lower)) headers[i + 1] = localised(passage, lower, headers[i + 1] as string)
  }
}

function localised(passage: Passage, lowerName: string, value: string): string {
  switch (lowerName) {
    case 'refresh':
      return value.replace(
        /^(\s*[\d.]+\s*[;,]?\s*(?:url\s*=\s*)?["']?)([^"']*)/i,
        (_all, before: string, address: string) => {
          return before + onOurHost(passage, address)
        },
      )
    case 'link':
      return value.replace(/<([^>]*)>/g, (_all, address: string) => `<${onOurHost(passage, address)}>`)
    default:
      return onOurHost(passage, value)
  }
}

function onOurHost({ site, target, facts }: Passage, said: string): string {
  const address = URL.parse(said.startsWith('//') ? `${site.site.upstream.protocol}:${said}` : said)
  if (address === null) return said
  const ownHttp = facts.secure && address.protocol === 'http:' && address.host === target.authority.toLowerCase()
  if (address.origin !== site.origin && !ownHttp) return said
  return onOwnHost(address.pathname + address.search + address.hash)
}

/** A path of two slashes would be read as another host; behind a dot segment it is a path (RFC 3986 §4.2). */
export function onOwnHost(path: string): string {
  return /^\/[/\\]/.test(path) ? `/.${path}` : path
}
