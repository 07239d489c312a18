// PHP's own sessions.
//
// The id is in PHPSESSID (`session.name`). With `session.use_only_cookies=0` PHP takes it from a query, a form or anywhere in
// the address too, adopts ids that it never gave out (`session.use_strict_mode=0`, the default), and with
// `session.use_trans_sid=1` writes it into links and forms. Neither is the default since PHP 5.3; both are found.
//
// How people sign in is each application's own.

import type { Preset } from './preset.ts'

export const php: Preset = {
  name: 'php',
  description: 'PHP with its own sessions',
  authCookies: [],
  sessionCookies: ['PHPSESSID'],
  ids: { parameters: ['PHPSESSID'], anywhere: true },
  expose: ['XSRF-TOKEN'],
  server: 'apache',
  login: null,
  logout: [],
}
