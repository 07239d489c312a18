// iron-session as its README says: a password and a name, all else as it comes (httpOnly, secure, SameSite=Lax, 14 days);
// `save` after a change, `destroy` at sign-out. It has no store.
// https://github.com/vvo/iron-session/blob/main/README.md

import { getIronSession } from 'iron-session'
import { serve } from '../serve.ts'
import { type Known, NOBODY } from '../site.ts'

const options = { password: 'a password of at least 32 characters, made for this', cookieName: 'session' }

serve(async (req, res) => {
  const session = await getIronSession<Known>(req, res, options)
  const read = (): Known => ({ ...NOBODY, ...session })
  return {
    read,
    async signIn(user) {
      Object.assign(session, { user })
      await session.save()
    },
    async signOut() {
      session.destroy()
    },
    async change(to) {
      Object.assign(session, to(read()))
      await session.save()
    },
  }
})
