// Servlets (Tomcat). The id is in JSESSIONID, and in `;jsessionid=…` behind any segment of a path: the first answer to
// a visitor has it in every link, because the server does not know yet whether he takes cookies.
//
// `j_security_check` is where the form sign-in of every servlet container goes, below the application's own path. Tomcat
// answers a good one with a redirect and a bad one with the error page itself. Applications with a sign-in of their own
// say so with a rule.

import type { Preset } from './preset.ts'

export const java: Preset = {
  name: 'java',
  description: 'Java servlets and JSP (Tomcat)',
  authCookies: [],
  sessionCookies: ['JSESSIONID'],
  ids: { pathParameters: ['jsessionid'] },
  expose: ['XSRF-TOKEN'],
  server: 'tomcat',
  login: {
    method: 'POST',
    path: '/**/j_security_check',
    user: { field: 'j_username' },
    success: { status: [302, 303] },
  },
  signInsElsewhere: true,
  logout: [],
}
