// The site behind Apache httpd, which keeps the sign-in: it is told who asks (RequestHeader set X-Remote-User), and keeps
// counters and cards itself, by user.

import { serve as listen } from '../../servers/serve.ts'
import { failed, send } from '../serve.ts'
import { type Answer, answer, asked, type Known, NOBODY, type Visit } from '../site.ts'

const FORM = { action: '/sign-in/check', user: 'httpd_username', password: 'httpd_password' }

const members = new Map<string, Known>()

listen((req, res) => {
  const user = String(req.headers['x-remote-user'] ?? '') || null
  asked(req)
    .then((what): Promise<Answer> => answer(what, async () => visit(user), FORM))
    .catch(failed)
    .then((said) => send(res, said))
})

function visit(user: string | null): Visit {
  const read = (): Known => (user === null ? NOBODY : (members.get(user) ?? { ...NOBODY, user }))
  return {
    read,
    async signIn() {},
    async signOut() {},
    async change(to) {
      if (user !== null) members.set(user, { ...read(), ...to(read()) })
    },
  }
}
