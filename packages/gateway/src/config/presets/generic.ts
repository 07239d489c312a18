// Any application of which nothing is known. Every form that a page sends may be its sign-in, and changes the token; one
// by script or by link is seen only in its answer, if at all (G3). A login rule does better, and says who it is.
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
  server: 'any',
  login: null,
  logout: [],
}
