// What the browser's address begins with, as the application is told (X-Forwarded-Proto).
//
// Whether a request is secure (R5) is another question: on this machine plain http counts as secure, and is http all the
// same. Told https there, an application compares http://localhost, which the browser names in Origin and Referer, with
// https://localhost, and refuses every form (Django, Rails). Under any other name browsers vouch for https alone.

import { isLoopbackHost } from './config/values/endpoint.ts'

/**
 * @param secure - R5's answer, its exception for this machine included
 * @param host - canonical
 * @param said - whether https is what our own socket speaks, or what a trusted proxy says
 */
export function browserScheme(secure: boolean, host: string, said: boolean): 'http' | 'https' {
  if (!secure) return 'http'
  return said || !isLoopbackHost(host.startsWith('[') ? host.slice(1, -1) : host) ? 'https' : 'http'
}
