// iron-session over node:http, as its README says. It has no store: the session is in the cookie.

import { getIronSession } from 'iron-session'
import { serve } from './serve.ts'
import { type Member, show, signInOf } from './work.ts'

const options = {
  password: 'a password of the bench, of more than 32 characters',
  cookieName: 'bench',
  cookieOptions: { secure: false }, // the bench speaks plain http
}

serve(async (req, res) => {
  const session = await getIronSession<Member>(req, res, options)
  const member = signInOf(req)
  if (member !== null) {
    Object.assign(session, member)
    await session.save()
  }
  show(res, session.user, session.counter)
})
