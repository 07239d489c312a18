// better-auth over node:http with SQLite (node:sqlite, as its page on SQLite says), sign-in by email and password, and the
// counter in a field of its own of the session. Arguments: an SQLite file, and `cache` for its cookie cache.

import { DatabaseSync } from 'node:sqlite'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { fromNodeHeaders } from 'better-auth/node'
import { serve } from './serve.ts'
import { show, signInOf } from './work.ts'

const [file = '', cache] = process.argv.slice(2)

const auth = betterAuth({
  baseURL: 'http://localhost',
  secret: 'a secret of the bench, of more than 32 characters',
  database: new DatabaseSync(file),
  emailAndPassword: { enabled: true },
  session: {
    additionalFields: { counter: { type: 'number', defaultValue: 0 } },
    cookieCache: { enabled: cache === 'cache', maxAge: 3600 },
  },
  telemetry: { enabled: false },
})
await (await getMigrations(auth.options)).runMigrations()

serve(async (req, res) => {
  const member = signInOf(req)
  if (member !== null) {
    const body = { name: member.user, email: `${member.user}@example.test`, password: 'a password of the bench' }
    const signedUp = await auth.api.signUpEmail({ body, returnHeaders: true })
    const cookie = pairs(signedUp.headers.getSetCookie())
    const changed = { counter: member.counter }
    const updated = await auth.api.updateSession({
      body: changed,
      headers: new Headers({ cookie }),
      returnHeaders: true,
    })
    const later = updated.headers.getSetCookie()
    res.setHeader('Set-Cookie', later.length > 0 ? later : signedUp.headers.getSetCookie())
    return show(res, member.user, member.counter)
  }
  const live = await auth.api.getSession({ headers: fromNodeHeaders(req.headers) })
  show(res, live?.user.name, live?.session.counter)
})

function pairs(lines: readonly string[]): string {
  return lines.map((line) => line.split(';', 1)[0]).join('; ')
}
