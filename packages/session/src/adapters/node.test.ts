import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { createSessions } from '../create-sessions.ts'
import { SessionError } from '../errors.ts'
import { memory } from '../stores/memory.ts'

const sessions = createSessions({ store: memory(), initial: () => ({ count: 0 }) })
after(() => sessions.close())

type Answer = { status: number; headers: IncomingMessage['headers']; body: string }

/** One request to one handler, as a browser on this machine would send it. */
async function ask(
  handle: (req: IncomingMessage, res: ServerResponse) => Promise<unknown>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const failures: unknown[] = []
  const server = createServer((req, res) => {
    handle(req, res).catch((error) => {
      failures.push(error)
      res.destroy()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const sent = request({
      port: (server.address() as AddressInfo).port,
      headers: { 'Sec-Fetch-Site': 'same-origin', ...headers },
    }).end()
    const [res] = (await once(sent, 'response').catch((error) => {
      throw failures[0] ?? error
    })) as [IncomingMessage]
    let body = ''
    for await (const chunk of res) body += chunk
    return { status: res.statusCode ?? 0, headers: res.headers, body }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const ways: [string, (res: ServerResponse) => void][] = [
  ['setHeader', (res) => res.setHeader('Cache-Control', 'public, max-age=60').setHeader('Expires', 'x').end('ok')],
  [
    'writeHead with an object',
    (res) => res.writeHead(200, { 'Cache-Control': 'public, max-age=60', Expires: 'x' }).end('ok'),
  ],
  [
    'writeHead with a reason and a list',
    (res) => res.writeHead(200, 'Fine', ['Cache-Control', 'public, max-age=60', 'Expires', 'x']).end('ok'),
  ],
  [
    'flushHeaders',
    (res) => {
      res.setHeader('Cache-Control', 'public, max-age=60').setHeader('Expires', 'x')
      res.flushHeaders()
      res.end('ok')
    },
  ],
  [
    'write',
    (res) => {
      res.setHeader('Cache-Control', 'public, max-age=60').setHeader('Expires', 'x')
      res.write('o')
      res.end('k')
    },
  ],
]

for (const [name, answer] of ways) {
  test(`R3: an answer whose handler looked at the session leaves private, written with ${name}`, async () => {
    const { headers, body } = await ask(async (req, res) => {
      await sessions.open(req, res)
      answer(res)
    })
    assert.equal(headers['cache-control'], 'private, max-age=60')
    assert.equal(headers.vary, 'Cookie')
    assert.equal(headers.expires, undefined)
    assert.equal(body, 'ok')
  })

  test(`R2: an answer that sets our cookie is not stored, written with ${name}`, async () => {
    const { headers } = await ask(async (req, res) => {
      const session = await sessions.open(req, res)
      await session.update((data) => void data.count++)
      answer(res)
    })
    assert.equal(headers['cache-control'], 'private, no-store')
    assert.equal(headers.pragma, 'no-cache')
    assert.equal(headers.expires, '0')
    assert.match(
      headers['set-cookie']?.[0] ?? '',
      /^__Host-Http-sid=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    )
  })
}

type WriteHead = (status: number, ...rest: unknown[]) => ServerResponse

const listeners: [string, (res: ServerResponse, writeHead: WriteHead) => WriteHead][] = [
  [
    'sets headers',
    (res, writeHead) => (status) => {
      res.removeHeader('Set-Cookie')
      res.setHeader('Cache-Control', 'public, max-age=60')
      res.appendHeader('Set-Cookie', 'theme=dark')
      res.setHeader('Expires', 'x')
      return writeHead.call(res, status)
    },
  ],
  [
    'passes an object on',
    (res, writeHead) => (status) =>
      writeHead.call(res, status, { 'Cache-Control': 'public, max-age=60', 'Set-Cookie': 'theme=dark', Expires: 'x' }),
  ],
  [
    'passes a list on',
    (res, writeHead) => (status) =>
      writeHead.call(res, status, [
        ...['Cache-Control', 'public, max-age=60', 'Set-Cookie', 'theme=dark', 'Expires', 'x'],
      ]),
  ],
]

for (const [what, wrap] of listeners) {
  for (const issues of [false, true]) {
    const rule = issues ? 'R2: an answer that sets our cookie stays unstored' : 'R3: a personal answer stays private'
    test(`${rule} where middleware before us wrapped writeHead and ${what}`, async () => {
      const { headers } = await ask(async (req, res) => {
        res.writeHead = wrap(res, res.writeHead as WriteHead) as typeof res.writeHead
        const session = await sessions.open(req, res)
        if (issues) await session.update((data) => void data.count++)
        res.end('ok')
      })
      assert.match(headers['cache-control'] ?? '', issues ? /^private, no-store$/ : /^private, (max-age=60|no-store)$/)
      assert.equal(headers.expires, issues ? '0' : undefined)
      const names = (headers['set-cookie'] ?? []).map((line) => line.split('=', 1)[0])
      assert.deepEqual(names, issues ? ['theme', '__Host-Http-sid'] : ['theme'])
    })
  }
}

test('R3: an answer that never looked at a session stays as cacheable as it was', async () => {
  const { headers } = await ask(async (_req, res) => res.setHeader('Cache-Control', 'public, max-age=60').end('ok'))
  assert.equal(headers['cache-control'], 'public, max-age=60')
  assert.equal(headers.vary, undefined)
})

test('R3: the handler hears of what was taken from its answer', async () => {
  const heard: string[] = []
  const stop = sessions.on('caching-removed', ({ directives }) => heard.push(...directives))
  await ask(async (req, res) => {
    await sessions.open(req, res)
    res.setHeader('Cache-Control', 'public, s-maxage=60, max-age=1').end()
  })
  stop()
  assert.deepEqual(heard, ['public', 's-maxage=60'])
})

test('R3: looking at the session after a public answer began is an error', async () => {
  const late = ask(async (req, res) => {
    res.writeHead(200)
    await sessions.open(req, res)
    res.end()
  })
  await assert.rejects(late, (error) => error instanceof SessionError && error.code === 'ERR_HEADERS_SENT')
})

test('R3: looking at the session after a private answer began is not', async () => {
  const { status } = await ask(async (req, res) => {
    res.setHeader('Cache-Control', 'private')
    res.flushHeaders()
    const session = await sessions.open(req, res)
    res.end(String(session.user))
  })
  assert.equal(status, 200)
})

test('R2: our cookie is set once, beside the cookies of the application', async () => {
  const { headers } = await ask(async (req, res) => {
    res.setHeader('Set-Cookie', 'theme=dark')
    const session = await sessions.open(req, res)
    await session.update((data) => void data.count++)
    await session.signIn('alice')
    await session.signOut()
    await session.signIn('bob')
    res.end()
  })
  assert.deepEqual(
    headers['set-cookie']?.map((line) => line.split('=')[0]),
    ['theme', '__Host-Http-sid'],
  )
  assert.doesNotMatch(headers['set-cookie']?.[1] ?? '', /Max-Age=0/)
})

for (const [name, answer] of [
  ['setHeader', (res) => res.setHeader('Set-Cookie', 'theme=dark').end()],
  ['writeHead', (res) => res.writeHead(200, undefined, { 'Set-Cookie': 'theme=dark', 'X-App': '1' }).end()],
] as [string, (res: ServerResponse) => void][]) {
  test(`R2: a cookie that the application sets later, with ${name}, does not take the place of ours`, async () => {
    const { headers } = await ask(async (req, res) => {
      const session = await sessions.open(req, res)
      await session.signIn('alice')
      answer(res)
    })
    assert.deepEqual(
      headers['set-cookie']?.map((line) => line.split('=')[0]),
      ['theme', '__Host-Http-sid'],
    )
  })
}

for (const header of ['X-Accel-Expires', 'CDN-Cache-Control', 'Surrogate-Control']) {
  test(`R3: looking at the session after an answer began that is private, but for ${header}, is an error`, async () => {
    const { body } = await ask(async (req, res) => {
      res.setHeader('Cache-Control', 'private')
      res.setHeader(header, '60')
      res.flushHeaders()
      res.end(await sessions.open(req, res).catch((error) => error.code))
    })
    assert.equal(body, 'ERR_HEADERS_SENT')
  })
}

test('R2: over HTTP/2 too an answer that sets our cookie is not stored', async (t) => {
  const server = createHttp2Server(async (req, res) => {
    const request = req as unknown as IncomingMessage
    const session = await sessions.open(request, res as unknown as ServerResponse)
    await session.signIn('alice')
    res.end('ok')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  t.after(() => {
    client.destroy()
    server.close()
  })
  const stream = client.request({ 'sec-fetch-site': 'same-origin' })
  const [headers] = (await once(stream, 'response')) as [Record<string, string>]
  assert.equal(headers['cache-control'], 'private, no-store')
  assert.equal(headers.expires, '0')
  assert.match(String(headers['set-cookie']), /^__Host-Http-sid=/)
})

test('R2: a sign-in that nobody waited for fails where its answer left without the cookie', async () => {
  let refused: Promise<void> | undefined
  const { headers } = await ask(async (req, res) => {
    const session = await sessions.open(req, res)
    refused = assert.rejects(session.signIn('alice'), { code: 'ERR_HEADERS_SENT' })
    res.end('ok')
  })
  assert.equal(headers['set-cookie'], undefined)
  await (refused as Promise<void> | undefined)
})

test('a user agent of any length is kept as far as it tells devices apart', async () => {
  await ask(
    async (req, res) => {
      await (await sessions.open(req, res)).signIn('bob')
      res.end('ok')
    },
    { 'User-Agent': 'x'.repeat(10_000) },
  )
  assert.equal((await sessions.list('bob'))[0]?.client.userAgent?.length, 512)
})

test('opened twice for one request it is one session', async () => {
  await ask(async (req, res) => {
    const first = await sessions.open(req, res)
    await first.signIn('alice')
    assert.equal((await sessions.open(req, res)).user, 'alice')
    res.end()
  })
})

test('R5: over plain http that no browser vouches for, a sign-in fails with what to do, and no cookie is set', async () => {
  const refused = ask(
    async (req, res) => {
      const session = await sessions.open(req, res)
      await session.signIn('alice')
      res.end()
    },
    { 'Sec-Fetch-Site': '' },
  )
  await assert.rejects(refused, (error) => {
    return (
      error instanceof SessionError && error.code === 'ERR_INSECURE_TRANSPORT' && /trustedProxies/.test(error.message)
    )
  })
})

test('E3: the session of a request is typed, and frozen where it is read', async () => {
  await ask(async (req, res) => {
    const session = await sessions.open(req, res)
    assert.throws(() => {
      // @ts-expect-error: data changes by update() alone
      session.data.count = 1
    }, TypeError)
    await session.update(() => ({ count: 2 }))
    assert.throws(() => Object.assign(session.data, { count: 3 }), TypeError)
    assert.equal(session.data.count, 2)
    res.end()
  })
})
