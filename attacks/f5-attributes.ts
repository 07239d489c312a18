/** OWASP, seed 003: Secure, HttpOnly, a narrow Domain, no persistence. Of the cookies that open the page, no others. */
import { defineAttack } from './attack.ts'
import type { Cookie } from './lib/cookie.ts'
import { openingCookies } from './lib/opening-cookies.ts'
import { settle } from './lib/people.ts'

export const attributes = defineAttack('F5 attributes of the session cookie', [], async (target) => {
  const victim = await settle(target)
  const cookies = await openingCookies(target, victim)
  const names = cookies.map(({ name }) => name).join(', ')
  const faults = cookies.flatMap((cookie) => faultsOf(cookie).map((fault) => `${cookie.name} has ${fault}`))
  const notes = cookies.map(({ name, sameSite }) => `${name}: SameSite ${sameSite}`)
  if (faults.length > 0) return { got: true, evidence: faults.join(', '), notes }
  return { got: false, evidence: `${names}: Secure, HttpOnly, for one host, gone with the window`, notes }
})

function faultsOf(cookie: Cookie): string[] {
  const faults = []
  if (!cookie.secure) faults.push('no Secure')
  if (!cookie.httpOnly) faults.push('no HttpOnly')
  if (!cookie.hostOnly) faults.push(`Domain=${cookie.domain}`)
  if (cookie.expires !== undefined) faults.push(`${Math.round((cookie.expires - cookie.created) / 3600_000)} h to live`)
  return faults
}
