import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { SessionError } from '../errors.ts'
import { memory } from '../stores/memory.ts'
import { createSessions, type Handler } from './fetch.ts'

type Data = { count: number }

const sessions = createSessions<Data>({ store: memory(), initial: () => ({ count: 0 }) })
after(() => sessions.close())

const isCode = (code: string) => (error: unknown) => error instanceof SessionError && error.code === code

const ask = (handle: Handler<Data>, headers: Record<string, string> = {}, url = 'https://shop.example.test/') =>
  sessions.handler(handle)(new Request(url, { headers }))

test('a session begun in one request is there in the next', async () => {
  const first = await ask(async (_request, open) => {
    const session = await open()
    await session.update((data) => void data.count++)
    return new Response(null)
  })
  const cookie = first.headers.getSetCookie()[0]?.split(';')[0] as string
  const second = await ask(async (_request, open) => new Response(String((await open()).data.count)), { cookie })
  assert.equal(await second.text(), '1')
  assert.deepEqual(second.headers.getSetCookie(), [])
})

test('R2: an answer that sets our cookie is not stored', async () => {
  const { headers } = await ask(async (_request, open) => {
    await (await open()).signIn('alice')
    return new Response('ok', { headers: { 'cache-control': 'public, max-age=60', 'set-cookie': 'theme=dark' } })
  })
  assert.equal(headers.get('cache-control'), 'private, no-store')
  assert.equal(headers.get('expires'), '0')
  assert.deepEqual(
    headers.getSetCookie().map((line) => line.split('=')[0]),
    ['theme', '__Host-Http-sid'],
  )
})

test('R3: an answer whose handler looked at the session leaves private, also one that cannot be altered', async () => {
  const { headers, status } = await ask(async (_request, open) => {
    await open()
    return Response.redirect('https://shop.example.test/next', 303)
  })
  assert.equal(status, 303)
  assert.equal(headers.get('cache-control'), 'private, no-store')
})

test('R3: an answer that never looked at a session is returned as it is', async () => {
  const response = new Response('ok', { headers: { 'cache-control': 'public, max-age=60' } })
  assert.equal(await ask(() => response), response)
})

test('R3: opening the session after the answer is an error', async () => {
  let later: (() => Promise<unknown>) | undefined
  await ask(async (_request, open) => {
    later = open
    return new Response(null)
  })
  // The answer left untouched: it may be in a cache by now.
  await assert.rejects(later as () => Promise<unknown>, isCode('ERR_HEADERS_SENT'))
})

test('R2: a sign-in that nobody waited for fails where its answer left without the cookie', async () => {
  let refused: Promise<void> | undefined
  const { headers } = await ask(async (_request, open) => {
    const session = await open()
    refused = assert.rejects(session.signIn('alice'), isCode('ERR_HEADERS_SENT'))
    return new Response(null)
  })
  assert.deepEqual(headers.getSetCookie(), [])
  await (refused as Promise<void> | undefined)
})

/** What a host returns where it switched protocols; the constructor makes none. */
const SWITCHING = Object.defineProperty(new Response(null), 'status', { value: 101 })

test('R2: an answer of 101 is returned as it is, and one that should carry a cookie is an error', async () => {
  const answer = await ask(async (_request, open) => {
    await open()
    return SWITCHING
  })
  assert.equal(answer, SWITCHING)
  const signingIn = ask(async (_request, open) => {
    await (await open()).signIn('alice')
    return SWITCHING
  })
  await assert.rejects(signingIn, isCode('ERR_HEADERS_SENT'))
})

test('R5: what the host knows of its socket outweighs the scheme of the URL', async () => {
  const refused = sessions.handler(async (_request, open) => {
    await (await open()).signIn('alice')
    return new Response(null)
  })(new Request('https://shop.example.test/'), { peer: '192.0.2.1', encrypted: false })
  await assert.rejects(refused, isCode('ERR_INSECURE_TRANSPORT'))
})

test('R5: plain http has no session that could begin', async () => {
  const refused = ask(
    async (_request, open) => {
      await (await open()).signIn('alice')
      return new Response(null)
    },
    {},
    'http://shop.example.test/',
  )
  await assert.rejects(refused, isCode('ERR_INSECURE_TRANSPORT'))
})

test('R5: on localhost the word of the browser counts', async () => {
  const { headers } = await ask(
    async (_request, open) => {
      await (await open()).signIn('alice')
      return new Response(null)
    },
    { 'sec-fetch-site': 'same-origin' },
    'http://localhost:3000/',
  )
  assert.equal(headers.getSetCookie().length, 1)
})

test('R2: a network error is returned as it is, and one that should carry a cookie is an error', async () => {
  const sessions = createSessions<{ visits?: number }>({ store: memory() })
  const silent = sessions.handler(async (_request, open) => {
    await open()
    return Response.error()
  })
  const answer = await silent(new Request('https://shop.test/'))
  assert.deepEqual([answer.type, answer.status], ['error', 0])
  const wanted = sessions.handler(async (_request, open) => {
    await (await open()).update((data) => {
      data.visits = 1
    })
    return Response.error()
  })
  await assert.rejects(wanted(new Request('https://shop.test/')), {
    code: 'ERR_HEADERS_SENT',
    message: /network error.*carries no cookie/,
  })
})
