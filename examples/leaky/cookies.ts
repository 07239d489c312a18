import type { LeakyOptions } from './options.ts'

export const SESSION_COOKIE = 'shopsid'

export function readCookies(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>()
  for (const pair of (header ?? '').split(';')) {
    const equals = pair.indexOf('=')
    if (equals > 0) cookies.set(pair.slice(0, equals).trim(), pair.slice(equals + 1).trim())
  }
  return cookies
}

/** The session cookie with the attributes that the faults F1 and F5 leave it. */
export function sessionCookie(id: string, options: LeakyOptions): string {
  let cookie = `${SESSION_COOKIE}=${id}; Path=/`
  if (options.domain) cookie += `; Domain=${options.domain}`
  if (options.persistent) cookie += `; Max-Age=${options.persistent}`
  return cookie + guards(options)
}

export function deletedSessionCookie(options: LeakyOptions): string {
  const domain = options.domain ? `; Domain=${options.domain}` : ''
  return `${SESSION_COOKIE}=; Path=/${domain}; Max-Age=0${guards(options)}`
}

function guards(options: LeakyOptions): string {
  return (options.clear ? '' : '; Secure') + (options.scriptReadable ? '' : '; HttpOnly')
}
