// @fastify/session as its README says: @fastify/cookie, a secret of 32 characters, `trustProxy` behind a proxy that ends
// https, `secure` by default, `saveUninitialized: false`, all else as it comes (`rolling` among it); `regenerate` at
// sign-in and `destroy` at sign-out. The store that it brings, which the README says is not for production: it keeps the
// session's object itself, so that requests at the same time share it; a store elsewhere would give each its own.
// https://github.com/fastify/session/blob/main/README.md

import cookie from '@fastify/cookie'
import session, { MemoryStore } from '@fastify/session'
import fastify, { type FastifyRequest } from 'fastify'
import { ready } from '../../servers/serve.ts'
import { failed, writeDown } from '../serve.ts'
import { answer, askedWith, type Known, NOBODY, type Visit } from '../site.ts'

const held = new Map<string, unknown>()
const app = fastify({ logger: false, trustProxy: true })
app.register(cookie)
app.register(session, {
  secret: 'a secret with minimum length of 32 characters',
  saveUninitialized: false,
  store: new MemoryStore(held),
})
app.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => done(null, body))
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) =>
  done(null, body),
)
app.addHook('onResponse', async () => writeDown(held))
app.route({
  method: ['GET', 'POST'],
  url: '/*',
  handler: async (request, reply) => {
    const what = askedWith(request.raw, typeof request.body === 'string' ? request.body : '')
    const said = await answer(what, async () => visit(request)).catch(failed)
    return reply.code(said.status).headers(said.headers).send(said.body)
  },
})
await app.listen({ host: '127.0.0.1', port: 0 })
ready(app.addresses()[0]!.port)

function visit(request: FastifyRequest): Visit {
  const read = (): Known => ({ ...NOBODY, ...(request.session as Partial<Known> | undefined) })
  return {
    read,
    async signIn(user) {
      await request.session.regenerate()
      Object.assign(request.session, { user })
    },
    async signOut() {
      await request.session.destroy()
    },
    async change(to) {
      Object.assign(request.session, to(read()))
    },
  }
}
