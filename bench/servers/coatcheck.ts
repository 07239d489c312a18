// @coatcheck/session over node:http. Argument: an SQLite file; without it the sessions are in memory.

import { createSessions, memory, sqlite } from '@coatcheck/session'
import { serve } from './serve.ts'
import { show, signInOf } from './work.ts'

const file = process.argv[2]
const sessions = createSessions({
  store: file === undefined ? memory() : sqlite(file),
  initial: () => ({ counter: 0 }),
})

serve(async (req, res) => {
  const session = await sessions.open(req, res)
  const member = signInOf(req)
  if (member !== null) {
    await session.signIn(member.user)
    await session.update((data) => {
      data.counter = member.counter
    })
  }
  show(res, session.user, session.data.counter)
})
