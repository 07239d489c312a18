// Run as a process of its own: ends all sessions of a user in the store of a gateway that runs elsewhere, and prints when
// that was done, in milliseconds since 1970.
//
//   node end-elsewhere.ts FILE USER

import { administer, parseConfig } from '../index.ts'

const [file, user] = process.argv.slice(2) as [string, string]
const sessions = administer(parseConfig(`store: 'sqlite:${file}'\nsites: [{ upstream: http://127.0.0.1:1 }]`, '', '/'))
console.log('ready')
process.stdin.once('data', async () => {
  await sessions.endAll(user)
  console.log(performance.timeOrigin + performance.now())
  await sessions.close()
  process.stdin.destroy()
})
