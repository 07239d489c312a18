// Which hosts and paths a cookie belongs to (RFC 6265bis §5.1.3, §5.1.4). Hosts in lower case, without port or trailing
// dot.

/**
 * Whether `host` is `domain` or below it. An IP address has nothing below it.
 *
 * @example
 * domainMatches('www.shop.test', 'shop.test') // true
 */
export function domainMatches(host: string, domain: string): boolean {
  if (host === domain) return true
  return host.length > domain.length + 1 && host.endsWith(`.${domain}`) && !isIpAddress(host)
}

/**
 * Whether a request for `path` gets a cookie of `cookiePath`.
 *
 * @example
 * pathMatches('/shopping', '/shop') // false
 */
export function pathMatches(path: string, cookiePath: string): boolean {
  if (!path.startsWith(cookiePath)) return false
  return path.length === cookiePath.length || cookiePath.endsWith('/') || path[cookiePath.length] === '/'
}

/**
 * The path of a cookie that names none: the folder of the page that set it.
 *
 * @example
 * defaultPath('/shop/cart') // '/shop'
 */
export function defaultPath(path: string): string {
  const slash = path.lastIndexOf('/')
  return path.startsWith('/') && slash > 0 ? path.slice(0, slash) : '/'
}

/** As URLs tell them: in brackets, or with a number as its last label (URL Standard, "ends in a number"). */
export function isIpAddress(host: string): boolean {
  return host.startsWith('[') || /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/.test(host)
}
