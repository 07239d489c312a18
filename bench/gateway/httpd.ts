// Apache httpd that keeps a sign-in of its own before an application, by its modules for that: mod_auth_form with the
// session in an encrypted cookie. Passwords are kept as plain SHA-1, which is the quickest that it knows, and none of its
// modules asks a database: what it costs is the cookie.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { submit } from '../browser.ts'
import type { Command } from './program.ts'

const FOLDERS = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/usr/lib/httpd/modules']

const MODULES = [
  ...['mpm_event', 'unixd', 'authn_core', 'authz_core', 'authn_file', 'authz_user', 'request', 'auth_form'],
  ...['session', 'session_cookie', 'session_crypto', 'proxy', 'proxy_http'],
]

const USER = 'member'
const PASSWORD = 'a password of the bench'

/** The folder of the modules; null where one of them is not there. */
export function moduleFolder(): string | null {
  return FOLDERS.find((folder) => existsSync(join(folder, 'mod_session_crypto.so'))) ?? null
}

export function httpd(path: string, modules: string, application: number): (folder: string, port: number) => Command {
  return (folder, port) => ({
    name: 'httpd',
    path,
    args: ['-d', folder, '-f', join(folder, 'httpd.conf'), '-X'],
    files: {
      users: `${USER}:{SHA}${createHash('sha1').update(PASSWORD).digest('base64')}\n`,
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
ThreadsPerChild 64
KeepAlive On
KeepAliveTimeout 60
MaxKeepAliveRequests 0
ProxyPreserveHost On
<Location />
  AuthType form
  AuthName members
  AuthFormProvider file
  AuthUserFile "${folder}/users"
  Session On
  SessionCookieName gate path=/;httponly
  SessionCryptoPassphrase "a passphrase of the bench"
  Require valid-user
</Location>
<Location /gate>
  SetHandler form-login-handler
</Location>
ProxyPass /gate !
ProxyPass / http://127.0.0.1:${application}/
`,
    },
  })
}

/** Signs in at httpd itself. Resolves to its cookie. */
export async function passGate(port: number): Promise<string> {
  const form = new URLSearchParams({ httpd_username: USER, httpd_password: PASSWORD })
  return (await submit(port, '/gate', '', String(form))).join('; ')
}
