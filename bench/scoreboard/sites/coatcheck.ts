// @coatcheck/session on SQLite, over node:http. Argument: the file.

import { createSessions, sqlite } from '@coatcheck/session'
import { STORE, serve } from '../serve.ts'
import { type Known, NOBODY } from '../site.ts'

const { user: _, ...initial } = NOBODY
const sessions = createSessions<Omit<Known, 'user'>>({
  store: sqlite(STORE),
  initial: () => ({ ...initial }),
  trustedProxies: ['127.0.0.1'],
  loopback: 'never',
})

serve(async (req, res) => {
  const session = await sessions.open(req, res)
  const read = (): Known => ({ ...session.data, user: session.user })
  return {
    read,
    async signIn(user) {
      await session.signIn(user)
    },
    async signOut() {
      await session.signOut()
    },
    async change(to) {
      await session.update((data) => void Object.assign(data, to({ ...data, user: session.user })))
    },
  }
})
