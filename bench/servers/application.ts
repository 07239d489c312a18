// The application behind the gateway and the forwarders: a session of its own, whose cookie it sets at sign-in only.

import { randomUUID } from 'node:crypto'
import { serve } from './serve.ts'
import { type Member, show, signInOf } from './work.ts'

const members = new Map<string, Member>()

serve((req, res) => {
  const signIn = signInOf(req)
  if (signIn !== null) {
    const id = randomUUID()
    members.set(id, signIn)
    res.setHeader('Set-Cookie', `app-session=${id}; Path=/; HttpOnly`)
  }
  const member = signIn ?? members.get(/(?:^|; )app-session=([^;]*)/.exec(req.headers.cookie ?? '')?.[1] ?? '')
  show(res, member?.user, member?.counter)
})
