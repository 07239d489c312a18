// How an answer's cookies enter the vault, one by one (G2), by the storage model of RFC 6265bis §5.7.
//
// The result is a new vault; the old one is never changed, and is returned itself where nothing changed, so that the
// caller can leave out the store. Two things are not worth a write and so no change: dropping what has expired (it is
// sent nowhere anyway), and an expiry that moves on by very little, as that of a sliding cookie does with every answer.
//
// What is reported compares before and after, not line by line. Applications delete a cookie and set it again in one
// answer (PHP's session_regenerate_id, ASP.NET's Response.Cookies); that is a change and no deletion.

import { admit, type CookieRefusal } from './admission.ts'
import { evict } from './caps.ts'
import { dated, readSetCookie } from './set-cookie.ts'
import { type BrowserUrl, isExpired, pathOf, type StoredCookie, type Vault } from './stored-cookie.ts'

/** What became of a vault. Names only: no value ever leaves it but upstream. */
export interface Merge {
  /** The very same object where nothing changed. */
  readonly vault: Vault
  /** Names that are new, or have another value now. */
  readonly changed: readonly string[]
  /** Names that the application deleted and of which no cookie is left. */
  readonly deleted: readonly string[]
  readonly refused: readonly RefusedCookie[]
  /** Names that the caps pushed out (`MAX_COOKIES`, `MAX_VAULT_BYTES`). */
  readonly evicted: readonly string[]
}

export interface RefusedCookie {
  /** Empty where the line had none that can be told. */
  readonly name: string
  readonly reason: CookieRefusal
}

const NOTHING: readonly never[] = Object.freeze([])

/**
 * The vault after an answer.
 *
 * @param setCookieLines - one a cookie, without the field's name, in the order of the answer
 * @param url - what the browser asked for
 * @param now - in milliseconds since 1970
 * @example
 * const url = { host: 'shop.test', path: '/', secure: true }
 * merge({ cookies: [] }, ['ASP.NET_SessionId=abc; path=/; HttpOnly'], url, 0).changed // ['ASP.NET_SessionId']
 */
export function merge(vault: Vault, setCookieLines: readonly string[], url: BrowserUrl, now: number): Merge {
  if (setCookieLines.length === 0) return unchanged(vault, NOTHING)
  const before = new Map<string, StoredCookie>()
  for (const cookie of vault.cookies) if (!isExpired(cookie, now)) before.set(keyOf(cookie), cookie)
  // A Map keeps the place of a key that gets another value, which is the creation order that §5.7 asks for.
  const after = new Map(before)
  const deletions = new Set<string>()
  const refused: RefusedCookie[] = []
  // Over plain http no Secure cookie enters, so these are all there will be.
  const secured = url.secure ? NOTHING : [...before.values()].filter((cookie) => cookie.secure)

  for (const line of setCookieLines) {
    const written = readSetCookie(line)
    const cookie = 'malformed' in written ? written.malformed : admit(dated(written, now), url, secured)
    if (typeof cookie === 'string') {
      refused.push({ name: written.name, reason: cookie })
      continue
    }
    const key = keyOf(cookie)
    // Whatever the application says of a name, it says of the cookie that was taken over under it.
    const adopted = before.size === 0 ? undefined : adoptedKey(after, cookie.name, key)
    if (adopted !== undefined) {
      after.delete(adopted)
      if (isExpired(cookie, now)) deletions.add(cookie.name)
    }
    const old = after.get(key)
    if (isExpired(cookie, now)) {
      after.delete(key)
      if (before.has(key)) deletions.add(cookie.name)
    } else if (old === undefined || !saysTheSame(old, cookie, now)) {
      after.set(key, cookie)
    }
  }

  if (sameCookies(before, after, now)) return unchanged(vault, refused)
  const left = new Set(Array.from(after.values(), (cookie) => cookie.name))
  const evicted = evict(after)
  return {
    vault: Object.freeze({ ...vault, cookies: Object.freeze([...after.values()]) }),
    changed: changedNames(before, after),
    deleted: [...deletions].filter((name) => !left.has(name)),
    refused,
    evicted,
  }
}

function unchanged(vault: Vault, refused: readonly RefusedCookie[]): Merge {
  return { vault, changed: NOTHING, deleted: NOTHING, refused, evicted: NOTHING }
}

/** Name, host, host-only flag and path tell cookies apart (§5.7). None of them can contain a line break. */
function keyOf(cookie: StoredCookie): string {
  return `${cookie.name}\n${cookie.host}\n${cookie.subdomains ? '.' : ''}\n${pathOf(cookie)}`
}

function adoptedKey(cookies: ReadonlyMap<string, StoredCookie>, name: string, other: string): string | undefined {
  for (const [key, cookie] of cookies) if (cookie.adopted && cookie.name === name && key !== other) return key
  return undefined
}

function saysTheSame(old: StoredCookie, cookie: StoredCookie, now: number): boolean {
  return (
    old.value === cookie.value &&
    old.secure === cookie.secure &&
    old.strict === cookie.strict &&
    isSameExpiry(old.expires, cookie.expires, now)
  )
}

// A sliding cookie is set anew by every answer. Its expiry moves in the vault in steps of 1/20 of what it has to live, at
// most 60 s, as the session's own idle timeout does (E5): it can end that much early, and never late.
function isSameExpiry(old: number | undefined, expires: number | undefined, now: number): boolean {
  if (old === undefined || expires === undefined) return old === expires
  return old <= expires && expires - old <= Math.min(60_000, (expires - now) / 20)
}

function sameCookies(before: Map<string, StoredCookie>, after: Map<string, StoredCookie>, now: number): boolean {
  if (before.size !== after.size) return false
  const others = before.entries()
  for (const [key, cookie] of after) {
    const [otherKey, other] = others.next().value as [string, StoredCookie]
    if (key !== otherKey || !saysTheSame(other, cookie, now)) return false
  }
  return true
}

function changedNames(before: Map<string, StoredCookie>, after: Map<string, StoredCookie>): string[] {
  const names = new Set<string>()
  for (const [key, cookie] of after) if (before.get(key)?.value !== cookie.value) names.add(cookie.name)
  return [...names]
}
