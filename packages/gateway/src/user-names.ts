// One user, one name (G3): what a form names, what an administrator types, what sessions are listed and ended by.
//
// An application that takes `Alice`, `alice` and `SHOP\alice` for one person would otherwise have three users here: ending
// the sessions of one leaves those of the others, and whoever stole a password chooses the spelling that is not ended.
// Names are folded only as far as a site says its application does, or its preset knows. Folded further, two people
// would be one, and the second one's sign-in would find the first one's vault.

import type { Site } from './config/config.ts'
import { foldCase } from './form/field-name.ts'

/**
 * The name by which a site knows a user.
 *
 * @example canonicalUser({ ignoreCase: true, domains: ['shop'] }, 'SHOP\\Alice') // 'alice'
 */
export function canonicalUser({ ignoreCase, domains }: Site['users'], name: string): string {
  const typed = name.normalize('NFC').trim()
  const bare = domains.length === 0 ? typed : withoutDomain(typed, domains)
  return ignoreCase ? foldCase(bare).normalize('NFC') : bare
}

/** `SHOP\alice` and `alice@shop.example.test`, where these are domains of the site's own. */
function withoutDomain(name: string, domains: readonly string[]): string {
  const backslash = name.indexOf('\\')
  if (backslash > 0 && domains.includes(foldCase(name.slice(0, backslash)))) return name.slice(backslash + 1) || name
  const at = name.lastIndexOf('@')
  return at > 0 && domains.includes(foldCase(name.slice(at + 1))) ? name.slice(0, at) : name
}
