// A program that uses the library as it is published. Type-checked as TypeScript in a stranger's folder, then run there.

import assert from 'node:assert/strict'
import { memory, type Store } from '@coatcheck/session'
import { createSessions, type Handler } from '@coatcheck/session/fetch'
import { sqlite } from '@coatcheck/session/sqlite'

interface Data {
  visits: number
}

const answer: Handler<Data> = async (request, open) => {
  const session = await open()
  if (request.url.endsWith('/sign-in')) await session.signIn('alice', { methods: ['pwd'] })
  if (request.url.endsWith('/sign-out')) await session.signOut()
  if (request.url.endsWith('/visit')) await session.update((data) => void data.visits++)
  const user: string | null = session.user
  const visits: number = session.data.visits
  // @ts-expect-error the types tell that there is no such data
  session.data.cart
  return Response.json({ user, visits })
}

for (const store of [memory(), sqlite('sessions.db')]) await signInAndOut(store)

async function signInAndOut(store: Store): Promise<void> {
  const sessions = createSessions<Data>({ store, initial: () => ({ visits: 0 }) })
  const fetch = sessions.handler(answer)
  let cookie = ''
  const post = async (path: string) => {
    const headers = { 'Sec-Fetch-Site': 'same-origin', ...(cookie && { Cookie: cookie }) }
    const response = await fetch(new Request(`https://shop.example.test${path}`, { method: 'POST', headers }))
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
    return response.json()
  }
  assert.deepEqual(await post('/visit'), { user: null, visits: 1 })
  assert.deepEqual(await post('/sign-in'), { user: 'alice', visits: 1 })
  const frozen = cookie
  assert.deepEqual(await post('/visit'), { user: 'alice', visits: 2 })
  assert.equal((await sessions.list('alice')).length, 1)
  assert.deepEqual(await post('/sign-out'), { user: null, visits: 0 })
  cookie = frozen
  assert.deepEqual(await post('/'), { user: null, visits: 0 }, 'E4: the old token opens nothing')
  await sessions.close()
}
