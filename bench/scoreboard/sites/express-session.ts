// express-session as its README says: `trust proxy` and `cookie.secure` ("a recommended option"), `resave: false`
// ("typically, you'll want false"), `saveUninitialized: false` ("useful for implementing login sessions"), and sign-in and
// sign-out as in its example "User login": regenerate before the user is stored, forget him and regenerate at sign-out.
// Its MemoryStore, which the README says is not for production; what it holds is what every store is given.
// https://github.com/expressjs/session/blob/master/README.md

import type { AddressInfo } from 'node:net'
import express from 'express'
import session, { MemoryStore, type Session } from 'express-session'
import { ready } from '../../servers/serve.ts'
import { failed, send, writeDown } from '../serve.ts'
import { answer, askedWith, type Known, NOBODY, type Visit } from '../site.ts'

const store = new MemoryStore()
const app = express()
app.set('trust proxy', 1)
app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false, store, cookie: { secure: true } }))
app.use(express.text({ type: '*/*' }))
app.use((req, res) => {
  res.on('finish', () => writeDown(Object.entries(store.sessions)))
  const what = askedWith(req, typeof req.body === 'string' ? req.body : '')
  answer(what, async () => visit(req))
    .catch(failed)
    .then((said) => send(res, said))
})
const server = app.listen(0, '127.0.0.1', () => ready((server.address() as AddressInfo).port))

function visit(req: { session: Session & Partial<Known> }): Visit {
  const read = (): Known => ({ ...NOBODY, ...req.session })
  const regenerate = () => new Promise<void>((resolve, reject) => req.session.regenerate(done(resolve, reject)))
  const save = () => new Promise<void>((resolve, reject) => req.session.save(done(resolve, reject)))
  return {
    read,
    async signIn(user) {
      await regenerate()
      req.session.user = user
      await save()
    },
    async signOut() {
      req.session.user = null
      await save()
      await regenerate()
    },
    async change(to) {
      Object.assign(req.session, to(read())) // saved "at the end of the HTTP response"
    },
  }
}

function done(resolve: () => void, reject: (error: unknown) => void): (error?: unknown) => void {
  return (error) => (error ? reject(error) : resolve())
}
