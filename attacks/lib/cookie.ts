/** What a browser makes of one Set-Cookie line (RFC 6265bis §5.6), and when it sends the cookie back (§5.8). */
export type Cookie = {
  name: string
  value: string
  domain: string
  hostOnly: boolean
  path: string
  secure: boolean
  httpOnly: boolean
  sameSite: 'strict' | 'lax' | 'none' | 'unset'
  /** In ms since 1970; a cookie without it goes when the browser is closed. */
  expires: number | undefined
  created: number
}

/** What is sent with a request, and so decides about SameSite. */
export type Circumstances = { crossSite: boolean; navigation: boolean; safe: boolean }

/** Browsers believe that the way to their own machine is private. */
export function isTrustworthy(url: URL): boolean {
  return url.protocol === 'https:' || /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
}

/** The part of a host name that makes a site. Enough for names of two or three labels; no public suffix list. */
export function siteOf(hostname: string): string {
  return /^[\d.]+$|^\[/.test(hostname) ? hostname : hostname.split('.').slice(-2).join('.')
}

/** The cookie, or undefined where a browser refuses it. */
export function parseSetCookie(line: string, url: URL, now: number): Cookie | undefined {
  const [pair = '', ...parts] = line.split(';')
  const equals = pair.indexOf('=')
  const name = pair.slice(0, Math.max(equals, 0)).trim()
  const attributes = new Map(
    parts.map((part) => {
      const at = part.indexOf('=')
      return at < 0
        ? [part.trim().toLowerCase(), '']
        : [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()]
    }),
  )
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase() ?? ''
  const path = attributes.get('path') ?? ''
  const cookie: Cookie = {
    name,
    value: pair.slice(equals + 1).trim(),
    domain: domain || url.hostname,
    hostOnly: domain === '',
    path: path.startsWith('/') ? path : defaultPath(url),
    secure: attributes.has('secure'),
    httpOnly: attributes.has('httponly'),
    sameSite: sameSite(attributes.get('samesite')),
    expires: expiry(attributes, now),
    created: now,
  }
  return accepted(cookie, url) ? cookie : undefined
}

function accepted(cookie: Cookie, url: URL): boolean {
  if (!domainMatches(url.hostname, cookie)) return false
  if (cookie.secure && !isTrustworthy(url)) return false
  if (cookie.sameSite === 'none' && !cookie.secure) return false
  if (/^__Secure-/i.test(cookie.name) && !cookie.secure) return false
  if (/^__Host-/i.test(cookie.name) && !(cookie.secure && cookie.hostOnly && cookie.path === '/')) return false
  return !/^__(Host-)?Http-/i.test(cookie.name) || (cookie.httpOnly && cookie.secure)
}

export function isSent(cookie: Cookie, url: URL, circumstances: Circumstances, now: number): boolean {
  if (cookie.expires !== undefined && cookie.expires <= now) return false
  if (!domainMatches(url.hostname, cookie) || !pathMatches(url.pathname, cookie.path)) return false
  if (cookie.secure && !isTrustworthy(url)) return false
  if (!circumstances.crossSite || cookie.sameSite === 'none') return true
  if (cookie.sameSite === 'strict' || !circumstances.navigation) return false
  // "Lax + POST": Chromium sends a cookie without SameSite across sites for the first two minutes of its life.
  return circumstances.safe || (cookie.sameSite === 'unset' && now - cookie.created < 120_000)
}

function domainMatches(hostname: string, cookie: Cookie): boolean {
  if (hostname === cookie.domain) return true
  return !cookie.hostOnly && hostname.endsWith(`.${cookie.domain}`) && siteOf(hostname) !== hostname
}

function pathMatches(path: string, cookiePath: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`)
}

function defaultPath(url: URL): string {
  return url.pathname.slice(0, url.pathname.lastIndexOf('/')) || '/'
}

function sameSite(value: string | undefined): Cookie['sameSite'] {
  const text = value?.toLowerCase()
  return text === 'strict' || text === 'lax' || text === 'none' ? text : 'unset'
}

function expiry(attributes: Map<string, string>, now: number): number | undefined {
  const maxAge = attributes.get('max-age')
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return now + Number(maxAge) * 1000
  const date = Date.parse(attributes.get('expires') ?? '')
  return Number.isNaN(date) ? undefined : date
}
