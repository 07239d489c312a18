// Ids that the application writes into the addresses of an answer's headers (G2).

import { onOwnHost } from '../addresses.ts'
import { holdsAddress } from '../headers.ts'
import type { Passage } from '../passage.ts'
import { Refusal } from '../refusal.ts'
import { tell } from './tell.ts'

/**
 * Takes ids out of Location, Content-Location, Refresh and Link.
 *
 * @throws Refusal 502 where the application knows its visitors by such an id alone: without it, it would send the browser
 *   to the same page for ever
 */
export function withoutWrittenIds(
  passage: Passage,
  status: number,
  headers: string[],
  setCookies: readonly string[],
): void {
  const { written } = passage.site.ids
  if (written === null) return
  for (let i = 0; i < headers.length; i += 2) {
    const lower = (headers[i] as string).toLowerCase()
    if (!holdsAddress(lower)) continue
    const said = headers[i + 1] as string
    const left = written.removedFrom(said)
    if (left === said) continue
    headers[i + 1] = left.startsWith('/') ? onOwnHost(left) : left
    tell(passage, lower)
    if (lower === 'location' && setCookies.length === 0 && leadsInACircle(passage, status, left))
      throw idsInAddressesAlone()
  }
}

function leadsInACircle({ method, target }: Passage, status: number, location: string): boolean {
  if (status < 300 || status > 399 || (method !== 'GET' && method !== 'HEAD')) return false
  const here = `http://${target.authority}${target.path}${target.query}`
  const there = URL.parse(location, here)
  // The scheme is the front's own matter.
  return (
    there !== null && there.host === new URL(here).host && there.pathname + there.search === target.path + target.query
  )
}

function idsInAddressesAlone(): Refusal {
  return new Refusal(
    502,
    'The application keeps its sessions in addresses alone',
    'Let it use cookies: cookieless="UseCookies", or the tracking mode COOKIE.',
  )
}
