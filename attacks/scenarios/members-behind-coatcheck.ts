/**
 * A site on https behind coatcheck that other sites work together with: an identity provider sends people back to it by
 * form, a learning platform shows it in a frame. The application has a session of its own, as such applications do.
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { administer, type GatewayEvent, parseConfig, startGateway } from '@coatcheck/gateway'
import type { Certificate } from '../lib/https-sites.ts'

export type Members = {
  origin: string
  events: GatewayEvent[]
  /** What came to the application, and with which cookies. */
  asked: { path: string; cookies: string | undefined }[]
  /** What came to the application at /acs, with the cookies and the origin with which it came. */
  arrived: { cookies: string | undefined; origin: string | undefined; site: string | undefined }[]
  /** The live sessions of a user, by their public ids. */
  idsOf(user: string): Promise<string[]>
  close(): Promise<void>
}

/**
 * `/begin?provider=ORIGIN` remembers a state and leads to the provider, `POST /acs` takes its answer, `/login` has a form,
 * `/whoami` says who is signed in, `/touch` sets a cookie for nobody in particular.
 *
 * @param rules - further keys of the site, in YAML's flow style
 */
export async function startMembers(host: string, pair: Certificate, rules: string): Promise<Members> {
  const asked: Members['asked'] = []
  const arrived: Members['arrived'] = []
  const application = await startApplication(asked, arrived)
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-members-'))
  await writeFile(join(folder, 'cert.pem'), pair.cert)
  await writeFile(join(folder, 'key.pem'), pair.key)
  const config = parseConfig(
    `listen: [https://127.0.0.1:0]
tls: { cert: cert.pem, key: key.pem }
store: sqlite:./coatcheck.db
sites:
  - { hosts: [${host}], upstream: http://127.0.0.1:${application.port}, ${rules},
      login: [{ path: /acs, user: { field: user }, success: { setsCookie: ticket } },
              { path: /login, user: { field: user }, success: { setsCookie: ticket } }] }
`,
    'members',
    folder,
  )
  const events: GatewayEvent[] = []
  const gateway = await startGateway(config, { report: (event) => events.push(event) })
  return {
    origin: `https://${host}:${gateway.listeners[0]?.port}`,
    events,
    asked,
    arrived,
    async idsOf(user) {
      await using sessions = administer(config)
      return (await sessions.list(user)).map(({ id }) => id)
    },
    async close() {
      await gateway.close()
      await application.close()
      await rm(folder, { recursive: true })
    },
  }
}

type Asking = { state?: string; user?: string }

async function startApplication(asked: Members['asked'], arrived: Members['arrived']) {
  const sessions = new Map<string, Asking>()
  const server = createServer(async (req, res) => {
    const url = new URL(req.url ?? '/', 'http://members')
    asked.push({ path: url.pathname, cookies: req.headers.cookie })
    const id = cookie(req, 'ticket') ?? cookie(req, 'visitor')
    const session = id === undefined ? undefined : sessions.get(id)
    const begin = (name: string, data: Asking) => {
      const fresh = randomUUID()
      sessions.set(fresh, data)
      res.setHeader('Set-Cookie', `${name}=${fresh}; Path=/; HttpOnly`)
    }
    switch (`${req.method} ${url.pathname}`) {
      case 'GET /begin': {
        const state = randomUUID()
        begin('visitor', { ...session, state })
        const back = `https://${req.headers['x-forwarded-host']}/acs`
        return lead(
          res,
          `${url.searchParams.get('provider')}/authorize?state=${state}&back=${encodeURIComponent(back)}`,
        )
      }
      case 'POST /acs': {
        const { origin, 'sec-fetch-site': site } = req.headers
        arrived.push({ cookies: req.headers.cookie, origin, site: site as string | undefined })
        const form = new URLSearchParams(await text(req))
        if (session?.state === undefined || form.get('state') !== session.state) {
          return page(res, 'Nobody asked for this', 403)
        }
        begin('ticket', { user: form.get('user') ?? '' })
        return lead(res, '/whoami')
      }
      case 'POST /login':
        begin('ticket', { user: new URLSearchParams(await text(req)).get('user') ?? '' })
        return lead(res, '/whoami')
      case 'GET /login':
        return page(res, '<form method="post"><input name="user" value="alice"><button>Sign in</button></form>')
      case 'GET /whoami':
        return page(res, JSON.stringify({ user: session?.user ?? null }))
      case 'GET /touch':
        begin('visitor', {})
        return page(res, 'touched')
      default:
        return page(res, 'Nothing here', 404)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function cookie({ headers }: IncomingMessage, name: string): string | undefined {
  return new RegExp(`(?:^|; )${name}=([^;]*)`).exec(headers.cookie ?? '')?.[1]
}

function lead(res: ServerResponse, location: string): void {
  res.writeHead(302, { Location: location }).end()
}

function page(res: ServerResponse, body: string, status = 200): void {
  res.writeHead(status, { 'Content-Type': 'text/html' }).end(`<!doctype html><title>Members</title><body>${body}`)
}
