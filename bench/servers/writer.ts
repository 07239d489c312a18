// A second process on an SQLite file, which commits to it one update after another while it is told to.
// Argument: the file.

import { sqlite } from '@coatcheck/session'
import { createSessions } from '@coatcheck/session/fetch'
import { ready } from './serve.ts'

const sessions = createSessions({ store: sqlite(process.argv[2] as string), initial: () => ({ visits: 0 }) })
let commits = 0
let isOn = false
let update: () => Promise<unknown> = async () => {}

await sessions.handler(async (_, open) => {
  const session = await open()
  await session.signIn('the other process')
  update = () => session.update((data) => void data.visits++)
  return new Response()
})(new Request('https://localhost/', { headers: { 'sec-fetch-site': 'same-origin' } }))

process.on('message', (said) => {
  if (said === 'off') isOn = false
  if (said !== 'on') return
  isOn = true
  void run()
})
// What it says of itself is how often it committed.
ready(0, () => ({ cpu: commits }))

async function run(): Promise<void> {
  while (isOn) {
    await update()
    commits++
  }
}
