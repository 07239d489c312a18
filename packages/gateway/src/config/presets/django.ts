// Django with its own sign-in (django.contrib.auth), the admin site's being the one that every project has.
//
// Django gives a new session id at sign-in and forgets the session at sign-out, and deletes the cookie then. A wrong
// password shows the form again, with 200, and touches no session. `username` is the field of Django's own form; a
// project that signs in elsewhere (LOGIN_URL, allauth) names its path: `login: { path: /accounts/login/ }`.
//
// Page scripts read `csrftoken` and copy it into X-CSRFToken, as Django's documentation tells them to.

import type { Preset } from './preset.ts'

export const django: Preset = {
  name: 'django',
  description: 'Django with django.contrib.auth (its admin site)',
  authCookies: ['sessionid'],
  sessionCookies: ['sessionid'],
  expose: ['csrftoken'],
  server: 'wsgi',
  login: {
    method: 'POST',
    path: '/admin/login/',
    user: { field: 'username' },
    success: { status: [302], setsCookie: 'sessionid' },
  },
  logout: [{ path: '/admin/logout/' }],
}
