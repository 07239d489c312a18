/**
 * A site of our own with the ways to sign in that the products have not: by script and JSON, by a form that is answered
 * with a page instead of a redirect, in two steps. It keeps its session's id at sign-in, and says nothing of caching.
 *
 * `app` is its session, which everybody is given at once, and again with every answer that refuses him; `ticket` is the
 * sign of success, and nothing opens by it.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export const alice = { name: 'alice', password: 'wonderland', code: '123456' }

export type Site = { url: string; close(): Promise<void> }

type Session = { user?: string; pending?: string }

export async function startSite(): Promise<Site> {
  const sessions = new Map<string, Session>()
  const server = createServer(async (req, res) => {
    const { id, session } = sessionOf(req, sessions)
    const headers: [string, string][] = [['Set-Cookie', `app=${id}; Path=/`]]
    const ticket = () => headers.push(['Set-Cookie', `ticket=${randomUUID()}; Path=/; HttpOnly`])
    const answer = (status: number, body: string, more: [string, string][] = []) =>
      res.writeHead(status, [...headers, ...more].flat()).end(body)
    const json = (status: number, body: unknown) =>
      answer(status, JSON.stringify(body), [['Content-Type', 'application/json']])
    const html = (body: string) =>
      answer(200, `<!doctype html><title>Site</title>${body}`, [['Content-Type', 'text/html']])
    const succeed = (user: string) => {
      delete session.pending
      session.user = user
      ticket()
    }

    switch (`${req.method} ${new URL(req.url!, 'http://site').pathname}`) {
      case 'GET /':
        return html(session.user === undefined ? 'Nobody is signed in' : `This is ${session.user}`)
      case 'GET /sign-out':
        delete session.user
        headers.push(['Set-Cookie', 'ticket=; Path=/; Max-Age=0'])
        return answer(302, '', [['Location', '/']])

      case 'GET /script':
        return html(PAGES.script)
      case 'POST /api/sign-in': {
        const { credentials } = JSON.parse(await text(req)) as { credentials: { email: string; password: string } }
        const good = fits(credentials.email, credentials.password)
        if (good) succeed(credentials.email)
        return json(200, { ok: good })
      }
      case 'POST /api/session': {
        const { user, password } = JSON.parse(await text(req)) as { user: string; password: string }
        if (!fits(user, password)) return json(401, { ok: false })
        session.user = user
        return answer(204, '')
      }

      case 'GET /members':
        return html(PAGES.members)
      case 'POST /members': {
        const { name, password } = await form(req)
        if (!fits(name, password)) return html(`We do not know this name and password.${PAGES.members}`)
        succeed(name!)
        return html(`Welcome, ${name}. You have been given a new picture.`)
      }

      case 'GET /password':
        return html(PAGES.password)
      case 'POST /password': {
        const { name, password } = await form(req)
        if (!fits(name, password)) return html(`We do not know this name and password.${PAGES.password}`)
        session.pending = name!
        // As plugins do it: the platform signs in, and they take it back.
        ticket()
        headers.push(['Set-Cookie', 'ticket=; Path=/; Max-Age=0'])
        return answer(302, '', [['Location', '/code']])
      }
      case 'GET /code':
        return html(PAGES.code)
      case 'POST /code': {
        const { code } = await form(req)
        if (session.pending === undefined || code !== alice.code) return html(`This is not the code.${PAGES.code}`)
        succeed(session.pending)
        return answer(302, '', [['Location', '/']])
      }

      case 'POST /api/password': {
        const { user, password } = JSON.parse(await text(req)) as { user: string; password: string }
        if (!fits(user, password)) return json(200, { error: 'unknown' })
        session.pending = user
        return json(202, { next: 'code' })
      }
      case 'POST /api/code': {
        const { code } = JSON.parse(await text(req)) as { code: string }
        if (session.pending === undefined || code !== alice.code) return json(200, { error: 'wrong' })
        succeed(session.pending)
        return json(200, { ok: true })
      }
      default:
        return answer(404, 'Nothing here')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const fields = (...names: string[]) => names.map((name) => `<input name="${name}">`).join('')

const PAGES = {
  script: '<p>Sign in by script</p>',
  members: `<form method="post" enctype="multipart/form-data">${fields('name', 'password')}<input type="file" name="picture">
<button>Sign in</button></form>`,
  password: `<form method="post">${fields('name', 'password')}<button>Sign in</button></form>`,
  code: `<form method="post">${fields('code')}<button>Send</button></form>`,
}

function fits(name: string | undefined, password: string | undefined): boolean {
  return name === alice.name && password === alice.password
}

function sessionOf(req: IncomingMessage, sessions: Map<string, Session>): { id: string; session: Session } {
  const named = /(?:^|; )app=([\w-]+)/.exec(req.headers.cookie ?? '')?.[1]
  const id = named !== undefined && sessions.has(named) ? named : randomUUID()
  const session = sessions.get(id) ?? {}
  sessions.set(id, session)
  return { id, session }
}

async function form(req: IncomingMessage): Promise<Record<string, string>> {
  const request = new Request('http://site', {
    method: 'POST',
    headers: { 'Content-Type': req.headers['content-type'] ?? '' },
    body: await text(req),
  })
  const found = await request.formData()
  return Object.fromEntries([...found].map(([name, value]) => [name, typeof value === 'string' ? value : value.name]))
}
