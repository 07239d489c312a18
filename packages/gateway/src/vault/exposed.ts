// The few cookies that page scripts read or write by design, and so pass between browser and application beside the vault
// (G2): `expose` in the configuration, and what a preset knows (`XSRF-TOKEN`, `csrftoken`).
//
// Towards the application such a cookie is a stranger's word. Anyone who can plant one in the browser (a sibling host, a
// script) must not be able to say more with it than its own value. Servers split a Cookie header at commas and spaces
// (CGI.pm, older Rack) and read quoted strings across semicolons (Tomcat, Python), so `theme=x, JSESSIONID=planted`
// would be a session id, and an open quote would swallow the cookies behind it. A value passes that every reader takes
// for one value; the vault's cookies always come first.
//
// Towards the browser it is written anew from what was understood: a host-only cookie, Secure on https, SameSite=Lax if
// nothing else is said. HttpOnly is not added, since scripts are the reason why it is exposed.
//
// Our own cookie's prefix never passes, either way, whatever the configuration says.

import { ExposedNames } from './exposed-names.ts'
import { isOursAlone, isReserved, keepsPromise } from './prefix.ts'
import { readSetCookie, type WrittenCookie } from './set-cookie.ts'
import { MAX_HEADER_BYTES } from './stored-cookie.ts'
import { trimmed } from './white-space.ts'

export { ExposedNames }

/** Cookie-octets (RFC 6265bis §4.1.1) or bytes beyond ASCII, in quotes or not. */
const ONE_VALUE = /^("?)[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e\x80-\xff]*\1$/

/**
 * The Cookie header with the exposed cookies of the browser behind the vault's. All others are left out, and so is one
 * whose name the vault has, whose value some server would split, or that would make the header too long.
 *
 * @param vaultHeader - what `cookieHeader` gave
 * @param incoming - the browser's Cookie header, of any bytes
 * @example
 * withExposed('id=1', 'theme=dark; id=2; evil=3', new ExposedNames(['theme', 'id'])) // 'id=1; theme=dark'
 */
export function withExposed(
  vaultHeader: string | null,
  incoming: string | undefined,
  exposed: ExposedNames,
): string | null {
  if (incoming === undefined || exposed.isEmpty || isOursAlone(incoming)) return vaultHeader
  let header = vaultHeader
  for (let at = 0, end = 0; at < incoming.length; at = end + 1) {
    end = incoming.indexOf(';', at)
    if (end === -1) end = incoming.length
    const pair = trimmed(incoming, at, end)
    const name = nameOf(pair)
    if (!exposed.has(name) || !mayPass(name, pair.slice(name.length + 1)) || has(vaultHeader, name)) continue
    const longer = header === null ? pair : `${header}; ${pair}`
    if (longer.length <= MAX_HEADER_BYTES) header = longer
  }
  return header
}

/** No value has a semicolon in it: what stands behind one is a name. */
function has(header: string | null, name: string): boolean {
  return header !== null && (header.startsWith(`${name}=`) || header.includes(`; ${name}=`))
}

function mayPass(name: string, value: string): boolean {
  return name !== '' && !isReserved(name) && ONE_VALUE.test(value)
}

/**
 * An exposed cookie's Set-Cookie line on its way to the browser; null where it is no cookie, or one that a browser would
 * not take.
 *
 * @param line - the application's
 * @param secure - whether the browser's connection counts as secure (R5)
 * @param embedded - whether the site is shown in frames of others, where only partitioned cookies of `None` are taken
 * @example
 * hardenExposed('theme=dark; Domain=.shop.test; Path=/', true) // 'theme=dark; Path=/; Secure; SameSite=Lax'
 */
export function hardenExposed(line: string, secure: boolean, embedded = false): string | null {
  const cookie = readSetCookie(line)
  // Nobody can name a cookie without a name, so none is exposed.
  if ('malformed' in cookie || cookie.name === '' || isReserved(cookie.name)) return null
  // What the application asks to be kept off plain http, or in a partition, is not sent as anything less.
  if (!secure && (cookie.secure || cookie.partitioned)) return null
  if (!keepsPromise(cookie.name, { ...cookie, secure, hostOnly: true })) return null
  const framed = embedded && secure && cookie.sameSite !== 'strict'
  return (
    `${cookie.name}=${cookie.value}` +
    (cookie.path === null ? '' : `; Path=${cookie.path}`) +
    lifetime(cookie) +
    (secure ? '; Secure' : '') +
    (cookie.httpOnly ? '; HttpOnly' : '') +
    `; SameSite=${framed ? 'None' : sameSite(cookie, secure)}` +
    (framed || cookie.partitioned ? '; Partitioned' : '')
  )
}

function nameOf(pair: string): string {
  const equals = pair.indexOf('=')
  return equals === -1 ? '' : pair.slice(0, equals)
}

function lifetime({ maxAge, expiresAt }: WrittenCookie): string {
  if (maxAge !== null) return `; Max-Age=${maxAge}`
  return expiresAt === null ? '' : `; Expires=${new Date(expiresAt).toUTCString()}`
}

/** Browsers refuse None without Secure. */
function sameSite(cookie: WrittenCookie, secure: boolean): string {
  if (cookie.sameSite === 'strict') return 'Strict'
  return cookie.sameSite === 'none' && secure ? 'None' : 'Lax'
}
