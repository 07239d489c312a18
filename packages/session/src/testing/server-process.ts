// Run as a process of its own by other-server.ts: a site over HTTP on the SQLite file named in its arguments.
//
//   GET /            who is signed in, and how often the store was read so far
//   POST /in?user    signs in
//   POST /out        signs out; answers when that was done, by the clock that all processes of a machine share

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSessions } from '../create-sessions.ts'
import { sqlite } from '../stores/sqlite.ts'
import { watched } from './around.ts'

const { store, calls } = watched(sqlite(process.argv[2] as string))
const sessions = createSessions({ store })

const server = createServer(async (req, res) => {
  const session = await sessions.open(req, res)
  if (req.url?.startsWith('/in?')) await session.signIn(req.url.slice('/in?'.length))
  if (req.url === '/out') await session.signOut()
  const at = Number(process.hrtime.bigint() / 1000n)
  res.end(JSON.stringify({ user: session.user, reads: calls.get('read') ?? 0, at }))
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
