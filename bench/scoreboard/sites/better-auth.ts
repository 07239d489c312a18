// better-auth as its documentation says: SQLite by node:sqlite (adapters/sqlite), email and password by its own handler, which
// checks the Origin (integrations/node, reference/security), sessions read and changed by calls on the server with
// `returnHeaders` (concepts/api), what the site keeps in additional fields of the session (concepts/database), an https
// `baseURL`, which makes its cookies Secure. With the argument `cache` its cookie cache, for five minutes
// (concepts/session-management, which says that a session that was revoked may live on for as long).
// It has no sessions for strangers. https://www.better-auth.com/docs

import { DatabaseSync } from 'node:sqlite'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { fromNodeHeaders } from 'better-auth/node'
import { STORE, serve } from '../serve.ts'
import { ACCOUNTS, type Known, NOBODY } from '../site.ts'

const SITE = 'https://site.example.test'

const auth = betterAuth({
  baseURL: SITE,
  secret: 'a secret of at least 32 characters, made for this',
  database: new DatabaseSync(STORE),
  emailAndPassword: { enabled: true },
  session: {
    additionalFields: {
      counter: { type: 'number', defaultValue: 0 },
      card: { type: 'string', defaultValue: '' },
    },
    cookieCache: { enabled: process.argv[3] === 'cache', maxAge: 5 * 60 },
  },
  telemetry: { enabled: false },
  logger: { disabled: true }, // what it refuses is seen in its answers
})
await (await getMigrations(auth.options)).runMigrations()
for (const [name, password] of ACCOUNTS) await auth.api.signUpEmail({ body: { name, email: mail(name), password } })

serve(async (req, res) => {
  const headers = fromNodeHeaders(req.headers)
  const { response: live, headers: first } = await auth.api.getSession({ headers, returnHeaders: true })
  let known: Known = live === null ? NOBODY : { ...NOBODY, ...live.session, user: live.user.name }
  const pass = (from: Headers | null | undefined) => {
    for (const line of from?.getSetCookie() ?? []) res.appendHeader('Set-Cookie', line)
  }
  pass(first)
  return {
    read: () => known,
    async signIn(user, password) {
      pass(await post('/sign-in/email', { email: mail(user), password }, headers))
    },
    async signOut() {
      pass(await post('/sign-out', {}, headers))
    },
    async change(to) {
      if (live === null) return
      const { visits: _, ...body } = to(known) as Partial<Known>
      known = { ...known, ...body }
      if (Object.keys(body).length > 0) {
        pass((await auth.api.updateSession({ body, headers, returnHeaders: true })).headers)
      }
    },
  }
})

/** What its client in the page would send to its handler, with what the browser sent to us. */
async function post(path: string, body: object, browser: Headers): Promise<Headers> {
  const headers = new Headers(browser)
  headers.set('content-type', 'application/json')
  headers.delete('content-length')
  // On a site, ports are the usual ones; here they are whatever was free.
  headers.set('origin', (browser.get('origin') ?? '').replace(/:\d+$/, ''))
  const request = new Request(`${SITE}/api/auth${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  const response = await auth.handler(request)
  if (!response.ok) throw new Error(await response.text())
  return response.headers
}

function mail(name: string): string {
  return `${name}@example.test`
}
