// Names that promise something (RFC 6265bis §4.1.3; `__Http-` from the cookie layering draft). Checked whatever the case,
// for servers that fold it.
//
// `__Host-Http-` is also what our own session cookie is called. In the vault the application may use it all the same: an
// application built with our own library behind our gateway does. Its cookie never reaches the browser, ours never goes
// upstream, so the two never meet. What may not be is an *exposed* cookie of such a name: that one would lie in the
// browser beside ours, or in its place. So the prefix is reserved there (`exposed.ts`) and not in `merge`.

/** The parts of a cookie that a prefix speaks of. */
export interface PromisedShape {
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly hostOnly: boolean
  /** The Path attribute; a default path does not count. */
  readonly path: string | null
}

/**
 * Whether a cookie is what its name promises.
 *
 * @example
 * keepsPromise('__Secure-id', { secure: false, httpOnly: true, hostOnly: true, path: '/' }) // false
 */
export function keepsPromise(name: string, { secure, httpOnly, hostOnly, path }: PromisedShape): boolean {
  const prefix = prefixOf(name)
  if (prefix === null) return true
  if (!secure) return false
  if (prefix.startsWith('__host-') && !(hostOnly && path === '/')) return false
  return !prefix.endsWith('http-') || httpOnly
}

/** Whether a cookie without a name would be read as one with a prefix: it is sent as its bare value. */
export function feignsPromise(name: string, value: string): boolean {
  return name === '' && prefixOf(value) !== null
}

/** Whether the browser holds only our own cookie under such a name. */
export function isReserved(name: string): boolean {
  return prefixOf(name) === '__host-http-'
}

/** Whether a Cookie header has nothing in it but one cookie that only we set: so it is nearly always. */
export function isOursAlone(header: string): boolean {
  return header.startsWith('__Host-Http-') && header.indexOf(';') === -1
}

function prefixOf(name: string): string | null {
  return /^__(?:secure|http|host-http|host)-/i.exec(name)?.[0].toLowerCase() ?? null
}
