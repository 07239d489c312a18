/**
 * G3, the request that does not wait. Where no lock makes requests queue (servlets, Node, PHP after session_write_close),
 * an application may send the head of its answer, and look at the session later. The attacker asks for such a page with
 * the token that he planted, and the victim signs in while it is under way.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { parseConfig, startGateway } from '@coatcheck/gateway'
import { Browser } from './lib/browser.ts'
import { send } from './lib/http.ts'

type Application = { url: string; headSent: Promise<void>; goOn(): void; close(): void }

test('G3: an answer that had begun when its token ended goes no further', async () => {
  const application = await startApplication()
  const gateway = await startGateway(configuration(application.url))
  try {
    const url = `http://127.0.0.1:${gateway.listeners[0]!.port}`
    const attacker = new Browser()
    await attacker.load(`${url}/`)
    const victim = new Browser()
    victim.jar.plant([...attacker.jar.all()])

    const planted = attacker.jar.pairs(url).map(([name, value]) => `${name}=${value}`)
    const begun = send({
      url: `${url}/stream`,
      headers: [
        ['Cookie', planted.join('; ')],
        ['Sec-Fetch-Site', 'none'],
      ],
    })
    await application.headSent
    const page = await victim.load(`${url}/login`, { method: 'POST', fields: [['user', 'alice']], from: `${url}/` })
    assert.match(page.body, /alice/)
    application.goOn()
    const body = await begun.then(
      ({ body }) => body,
      (error: Error) => error.message,
    )
    assert.doesNotMatch(body, /alice/)
  } finally {
    await gateway.close()
    application.close()
  }
})

function configuration(upstream: string) {
  const login = '{ path: /login, user: { field: user }, success: { status: [303] } }'
  const text = `listen: [http://127.0.0.1:0]\nstore: 'memory:'\nsites: [{ upstream: ${upstream}, login: ${login} }]\n`
  return parseConfig(text, 'the streaming site', import.meta.dirname)
}

/** Its session id stays the same at sign-in, and `/stream` sends its head before it looks at the session. */
async function startApplication(): Promise<Application> {
  const sessions = new Map<string, { user?: string }>()
  const headSent = Promise.withResolvers<void>()
  const mayGoOn = Promise.withResolvers<void>()
  const server = createServer(async (req, res) => {
    let body = ''
    for await (const chunk of req) body += chunk
    const known = sessions.get(/\bid=([\w-]+)/.exec(req.headers.cookie ?? '')?.[1] ?? '')
    const session = known ?? {}
    if (!known) {
      const id = randomUUID()
      sessions.set(id, session)
      res.setHeader('Set-Cookie', `id=${id}; Path=/`)
    }
    if (req.url === '/login') {
      session.user = new URLSearchParams(body).get('user') ?? ''
      res.writeHead(303, { Location: '/' })
    }
    if (req.url === '/stream') {
      res.write('One moment. ')
      headSent.resolve()
      await mayGoOn.promise
    }
    res.end(`You are ${session.user ?? 'nobody'}.`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    headSent: headSent.promise,
    goOn: () => mayGoOn.resolve(),
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
