// Sign-ins that belong to a connection instead of a request (G8): NTLM, and Negotiate where it comes down to NTLM. The
// application then takes every request on that connection for the one who signed in on it. Connections upstream are shared,
// so the next visitor would be him: such a sign-in is refused before it reaches the application, and its offer with it.
//
// RFC 4559 §6; [MS-NTHT] §1.3.

import { Refusal } from './refusal.ts'

const SCHEMES = /(?:^|,)\s*(?:ntlm|negotiate)(?=[\s,]|$)/i

/**
 * @param field - the Authorization of a request, or the WWW-Authenticate of an answer, several lines joined by `, `
 * @throws Refusal 502
 */
export function assertNotConnectionBound(field: string | undefined): void {
  if (field === undefined || !SCHEMES.test(field)) return
  throw new Refusal(
    502,
    'This application signs in connections, not requests',
    'Its administrator has to turn off Windows authentication (NTLM, Negotiate) and use a form instead.',
  )
}
