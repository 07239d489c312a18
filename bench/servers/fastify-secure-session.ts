// @fastify/secure-session with a key, as its README says. It has no store: the session is in the cookie.

import { randomBytes } from 'node:crypto'
import secureSession from '@fastify/secure-session'
import { serveFastify } from './serve-fastify.ts'

await serveFastify(
  (app) => {
    app.register(secureSession, { key: randomBytes(32), cookie: { path: '/', httpOnly: true, sameSite: 'lax' } })
  },
  ({ session }, signIn) => {
    if (signIn !== null) {
      session.regenerate()
      session.set('member', signIn)
    }
    return session.get('member') ?? null
  },
)
