// express-session with its MemoryStore over node:http, with the options that its documentation recommends.

import expressSession from 'express-session'
import { serve } from './serve.ts'
import { show, signInOf } from './work.ts'

const withSession = expressSession({ secret: 'a secret of the bench', resave: false, saveUninitialized: false })

serve((req: Parameters<typeof withSession>[0], res) => {
  withSession(req, res, () => {
    const member = signInOf(req)
    if (member === null) return show(res, req.session?.user, req.session?.counter)
    req.session?.regenerate(() => {
      Object.assign(req.session as object, member)
      show(res, member.user, member.counter)
    })
  })
})
