// The same bytes from Fastify without a session.

import { serveFastify } from './serve-fastify.ts'
import type { Member } from './work.ts'

let member: Member | null = null

await serveFastify(
  () => {},
  (_, signIn) => {
    member = signIn ?? member
    return member
  },
)
