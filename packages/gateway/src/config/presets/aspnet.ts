// ASP.NET with forms authentication, on IIS or Mono.
//
// `.ASPXAUTH` is the default name of the forms ticket. `FormsAuthentication.SignOut` deletes that cookie and no more: the
// ticket itself stays good until it expires, which is the failure that this project calls F4. A failed sign-in shows the
// form again with 200; a good one sets the ticket and redirects. IIS folds the case of paths.
//
// Sessions and tickets can be told to stand in the path instead of a cookie (`cookieless`), and a forms ticket is taken from
// there by default where the user agent looks like one without cookies.
//
// No field names the user: the Login control prefixes it with the names of the controls around it
// (`ctl00$Main$Login1$UserName`), so a site has to say.

import type { Preset } from './preset.ts'

export const aspnet: Preset = {
  name: 'aspnet',
  description: 'ASP.NET with forms authentication (IIS, Mono)',
  authCookies: ['.ASPXAUTH'],
  sessionCookies: ['ASP.NET_SessionId'],
  ids: { cookieless: true },
  expose: ['XSRF-TOKEN'],
  server: 'iis',
  ignoreUserCase: true,
  login: { method: 'POST', path: '/Login.aspx', success: { status: [302], setsCookie: '.ASPXAUTH' } },
  logout: [{ path: '/Logout.aspx' }],
}
