// better-auth as its documentation says: SQLite by node:sqlite (adapters/sqlite), email and password, its calls made on the
// server with `returnHeaders` (concepts/api), what the site keeps in additional fields of the session (concepts/database), an
// https `baseURL`, which makes its cookies Secure. With the argument `cache` its cookie cache, for five minutes
// (concepts/session-management, which says that a session that was revoked may live on for as long).
// It has no sessions for strangers. https://www.better-auth.com/docs

import { DatabaseSync } from 'node:sqlite'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { fromNodeHeaders } from 'better-auth/node'
import { STORE, serve } from '../serve.ts'
import { ACCOUNTS, type Known, NOBODY } from '../site.ts'

const auth = betterAuth({
  baseURL: 'https://site.example.test',
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
      const body = { email: mail(user), password }
      pass((await auth.api.signInEmail({ body, headers, returnHeaders: true })).headers)
    },
    async signOut() {
      if (live !== null) pass((await auth.api.signOut({ headers, returnHeaders: true })).headers)
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

function mail(name: string): string {
  return `${name}@example.test`
}
