// How much one session may keep (G2): beyond it the oldest cookies go, as browsers let them go. Oldest by when a cookie
// of that name, host and path first came; a new value does not make it younger (RFC 6265bis §5.7).

import { MAX_COOKIES, MAX_VAULT_BYTES, type StoredCookie } from './stored-cookie.ts'

const EMPTY_VAULT_BYTES = '{"cookies":[]}'.length

/** Takes the oldest cookies out until the rest fits. Returns their names. */
export function evict(cookies: Map<string, StoredCookie>): string[] {
  const evicted: string[] = []
  let bytes = EMPTY_VAULT_BYTES
  for (const cookie of cookies.values()) bytes += bytesOf(cookie)
  for (const [key, cookie] of cookies) {
    if (cookies.size <= MAX_COOKIES && bytes <= MAX_VAULT_BYTES) break
    cookies.delete(key)
    bytes -= bytesOf(cookie)
    evicted.push(cookie.name)
  }
  return evicted
}

/** With the comma behind it. */
function bytesOf(cookie: StoredCookie): number {
  return Buffer.byteLength(JSON.stringify(cookie)) + 1
}
