// Any application of which nothing is known. Its sign-in is seen only in its answers (G3); a login rule does better.
//
// The two cookies are conventions that belong to no platform: Angular's and axios' XSRF-TOKEN, and Django's csrftoken.
// Page scripts copy them into a header, so they are of no use in a vault.

import type { Preset } from './preset.ts'

export const generic: Preset = {
  name: 'generic',
  description: 'any application',
  authCookies: [],
  sessionCookies: [],
  expose: ['XSRF-TOKEN', 'csrftoken'],
  ignoreCase: false,
  login: null,
  logout: [],
}
