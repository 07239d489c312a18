// @fastify/session with the store it brings, as its README says: @fastify/cookie before it, a secret of 32 characters,
// `secure: false` because the bench speaks plain http, nothing kept for strangers; a new id at sign-in.

import cookie from '@fastify/cookie'
import session from '@fastify/session'
import { serveFastify } from './serve-fastify.ts'

await serveFastify(
  (app) => {
    app.register(cookie)
    app.register(session, {
      secret: 'a secret of the bench, of more than 32 characters',
      saveUninitialized: false,
      cookie: { secure: false },
    })
  },
  async (request, signIn) => {
    if (signIn === null) return request.session
    await request.session.regenerate()
    return Object.assign(request.session, signIn) // another one than before
  },
)
