// Classic ASP on IIS.
//
// The platform has sessions and no sign-in: a page of the site compares the password and sets Session("User"). So these
// are the names that its samples and wizards gave; a site with others says so. What it certainly has to say is the
// form's field: `login: { user: { field: User } }`. A good sign-in is told from a wrong password by where it leads, for
// both are often redirects.
//
// IIS adds eight letters to ASPSESSIONID, others in each process. The id stays what it was at sign-in (F3), and
// Session.Abandon leaves the cookie where it is: nothing of an answer shows a sign-out, its page alone does. IIS folds
// the case of paths.

import type { Preset } from './preset.ts'

export const classicAsp: Preset = {
  name: 'classic-asp',
  description: 'Classic ASP (IIS)',
  authCookies: [],
  sessionCookies: ['ASPSESSIONID*'],
  expose: [],
  server: 'iis',
  ignoreUserCase: true,
  login: { method: 'POST', path: '/login.asp', success: { status: [302], location: '/default.asp' } },
  logout: [{ path: '/logout.asp' }],
}
