// Apache httpd that keeps the sign-in of the site behind it, as the documentation of mod_auth_form says under "Standalone
// Login", "Logging Out" and "Usernames and Passwords" (the session is encrypted), with `httponly;secure` as that of
// mod_session_cookie says. Without `SessionMaxAge 1` at sign-out, which would end the next sign-in after a second as well.
// https://httpd.apache.org/docs/2.4/mod/mod_auth_form.html

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Command } from '../gateway/program.ts'
import { ACCOUNTS } from './site.ts'

const MODULES = [
  ...['mpm_event', 'unixd', 'authn_core', 'authz_core', 'authn_file', 'authz_user', 'request', 'auth_form', 'headers'],
  ...['session', 'session_cookie', 'session_crypto', 'proxy', 'proxy_http'],
]

const SESSION = `Session On
  SessionCookieName session path=/;httponly;secure
  SessionCryptoPassphrase "a passphrase made for this"`

export function httpd(path: string, modules: string, site: number): (folder: string, port: number) => Command {
  return (folder, port) => ({
    name: 'httpd',
    path,
    args: ['-d', folder, '-f', join(folder, 'httpd.conf'), '-X'],
    files: {
      users: [...ACCOUNTS].map(([name, password]) => `${name}:{SHA}${sha1(password)}\n`).join(''),
      'httpd.conf': `ServerRoot "${folder}"
DefaultRuntimeDir "${folder}"
PidFile "${folder}/pid"
ErrorLog /dev/stderr
LogLevel crit
ServerName 127.0.0.1
User #65534
Group #65534
${MODULES.map((name) => `<IfModule !${name}_module>\n  LoadModule ${name}_module "${modules}/mod_${name}.so"\n</IfModule>`).join('\n')}
Listen 127.0.0.1:${port}
ProxyPreserveHost On
RequestHeader unset X-Remote-User
<LocationMatch "^/(account|card|slow|increment|greeting)">
  AuthType form
  AuthName members
  AuthFormProvider file
  AuthUserFile "${folder}/users"
  AuthFormLoginRequiredLocation "/sign-in"
  ${SESSION}
  Require valid-user
  RequestHeader set X-Remote-User "expr=%{REMOTE_USER}"
</LocationMatch>
<Location "/sign-in/check">
  SetHandler form-login-handler
  AuthType form
  AuthName members
  AuthFormProvider file
  AuthUserFile "${folder}/users"
  AuthFormLoginRequiredLocation "/sign-in"
  AuthFormLoginSuccessLocation "/account"
  ${SESSION}
  Require all granted
</Location>
<Location "/sign-out">
  SetHandler form-logout-handler
  AuthName members
  AuthFormLogoutLocation "/"
  ${SESSION}
</Location>
ProxyPass /sign-in/check !
ProxyPass /sign-out !
ProxyPass / http://127.0.0.1:${site}/
`,
    },
  })
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('base64')
}
