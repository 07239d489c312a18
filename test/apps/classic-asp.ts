/** Wren Books (`examples/classic-asp`) on Apache::ASP. */
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import type { Product } from './product.ts'
import { answers, said, startOnFreePort } from './programs.ts'

export const classicAsp: Product = {
  name: 'Classic ASP',
  preset: 'classic-asp',
  // No platform says how the field of a hand-written form is called.
  login: '{ user: { field: User } }',
  needs: ['apache2', 'mod-perl', 'apache-asp'],

  async start({ apache2, 'mod-perl': module }) {
    const programs = await startOnFreePort('classic-asp', async (folder, port) => {
      await cp(fileURLToPath(new URL('../../examples/classic-asp/site', import.meta.url)), join(folder, 'site'), {
        recursive: true,
      })
      await mkdir(join(folder, 'state'))
      // Apache's children run as nobody where it was started as root.
      await chmod(folder, 0o755)
      await chmod(join(folder, 'state'), 0o777)
      await writeFile(join(folder, 'apache.conf'), configuration(folder, port, dirname(module!)))
      return {
        programs: [{ name: 'apache', command: apache2!, args: ['-DFOREGROUND', '-f', join(folder, 'apache.conf')] }],
        ready: async () => {
          if (!(await answers(`http://127.0.0.1:${port}/whoami.asp`, 'Session: nobody'))) return undefined
          return /Apache\/\S+.* mod_perl\/\S+/.exec(await said(folder, 'apache'))?.[0] ?? 'Apache::ASP'
        },
      }
    })
    const url = `http://127.0.0.1:${programs.port}`
    return { url, version: `Apache::ASP on ${programs.said}`, close: programs.close }
  },

  places: {
    users: { victim: { name: 'alice', password: 'wonderland' }, other: { name: 'bob', password: 'builder' } },
    signIn: ({ name, password }) => ({ page: '/login.asp', fields: { User: name, Password: password } }),
    signOut: { method: 'GET', path: '/logout.asp' },
    whoami: '/whoami.asp',
    secret: { path: '/confirmation.asp', enter: (card) => ({ page: '/checkout.asp', fields: { Card: card } }) },
    content: ['/default.asp', '/books.asp', '/images/logo.png'],
    image: '/images/book.png',
    slow: (ms) => `/slow.asp?ms=${ms}`,
    applicationCookies: ['session-id'],
  },

  does: { work: 'an order kept in the session' },

  person: {
    async signIn(page, url, { name, password }) {
      await page.goto(`${url}/login.asp`)
      await page.fill('input[name=User]', name)
      await page.fill('input[name=Password]', password)
      await press(page, 'input[type=submit]')
    },
    async work(page, url, word) {
      await page.goto(`${url}/checkout.asp`)
      await page.fill('input[name=Card]', word)
      await press(page, 'input[type=submit]')
      await page.waitForSelector(`text=goes to card ${word}`)
    },
    async signOut(page, url) {
      await page.goto(`${url}/default.asp`)
      await press(page, 'a[href="logout.asp"]')
    },
  },

  exposed: [],
  seen: {
    strangerGets: ['session-id'],
    memberHas: ['session-id'],
    scriptReads: ['session-id'],
    sameAfterSignIn: ['session-id'],
    oldCookiesOpen: false,
  },
  holds: {
    "F2 cookie from a cache, the seed's nine steps": 'Apache::ASP says private on every page of its own accord',
    "F2 another user's page from a cache": 'Apache::ASP says private on every page of its own accord',
    'F3 an id that nobody issued': 'a visitor with an unknown id is given a new one',
    'F4 frozen jar after sign-out': 'Session.Abandon forgets the session on the server',
    'F4 old cookie after the next sign-in': 'Session.Abandon forgets the session on the server',
    'F4 write in flight during sign-out': 'Session.Abandon waits for the write, and forgets what was written',
    'F5 cookie outlives the browser window': 'the cookie is not persistent',
    'F5 the next token is guessed': 'ids are 128 bits from a hash',
    'F5 the id is in a link or a field': 'SessionQueryParse is off, as by default: no id is written into a page',
  },
  inapplicable: {
    'F3 request waiting during sign-in':
      'its lock serves requests in the order in which they came: none waits past a sign-in',
  },
}

function configuration(folder: string, port: number, modules: string): string {
  const load = (name: string) =>
    `<IfModule !${name}_module>\n  LoadModule ${name}_module "${modules}/mod_${name}.so"\n</IfModule>`
  return `ServerRoot "${folder}"
DefaultRuntimeDir "${folder}"
PidFile "${folder}/apache.pid"
ErrorLog /dev/stderr
LogLevel notice
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
Mutex file:${folder} default
${['mpm_prefork', 'authz_core', 'unixd', 'mime', 'dir', 'perl'].map(load).join('\n')}
TypesConfig /etc/mime.types
# Not as root, which httpd refuses; started by anybody else, it ignores this.
User #65534
Group #65534
StartServers 8

PerlModule Apache::ASP
DocumentRoot "${folder}/site"
DirectoryIndex default.asp
<Directory "${folder}/site">
  Require all granted
</Directory>
<Files "global.asa">
  Require all denied
</Files>
<Files ~ "\\.asp$">
  SetHandler perl-script
  PerlResponseHandler Apache::ASP
  PerlSetVar Global "${folder}/site"
  PerlSetVar StateDir "${folder}/state"
  PerlSetVar AllowSessionState 1
  # As on IIS: a session serves one request at a time.
  PerlSetVar SessionSerialize 1
</Files>
`
}

/** Presses what leads to another page, and waits for that. */
async function press(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.click(selector)])
}
