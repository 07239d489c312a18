// What all contenders on Fastify have in common: everything but the session.

import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { ready } from './serve.ts'
import { type Member, pageOf, signInOf } from './work.ts'

/**
 * @param register - gets the plugins in
 * @param visit - keeps who signs in, where somebody does, and says who asks
 */
export async function serveFastify(
  register: (app: FastifyInstance) => void,
  visit: (request: FastifyRequest, signIn: Member | null) => Partial<Member> | null | Promise<Partial<Member> | null>,
): Promise<void> {
  const app = fastify({ logger: false })
  register(app)
  app.route({
    method: ['GET', 'POST'],
    url: '/*',
    handler: async (request, reply) => {
      const member = await visit(request, signInOf(request.raw))
      return reply.type('text/plain').send(pageOf({ user: member?.user ?? 'nobody', counter: member?.counter ?? 0 }))
    },
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  ready(app.addresses()[0]!.port)
}
